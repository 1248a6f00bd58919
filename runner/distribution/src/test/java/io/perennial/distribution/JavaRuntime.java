package io.perennial.distribution;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.spi.ToolProvider;
import org.apache.commons.io.FileUtils;

/**
 * A Java runtime as users install it, without a compiler or any other tool of a JDK: linked from
 * the modules of the Java that runs the tests.
 */
final class JavaRuntime {
  private JavaRuntime() {}

  /** Its home; linked once, by the first of this build's JVMs, because that takes some seconds. */
  static Path home() throws IOException {
    Path home = Path.of("target", "jre-" + Runtime.version()).toAbsolutePath();
    Path file = home.resolveSibling(home.getFileName() + ".lock");
    try (FileChannel lock =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock(); // Until it is closed.
      if (!Files.exists(home)) {
        // Under another name until it is complete: the next build takes what it finds.
        Path unfinished = home.resolveSibling(home.getFileName() + ".unfinished");
        FileUtils.deleteDirectory(unfinished.toFile());
        link(unfinished);
        shareClasses(unfinished);
        Files.move(unfinished, home);
      }
    }
    return home;
  }

  private static void link(Path home) {
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages);
    int status =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IllegalStateException("these tests need a JDK with jlink"))
            .run(
                writer,
                writer,
                "--add-modules",
                "java.se,jdk.unsupported",
                "--strip-debug",
                "--output",
                home.toString());
    if (status != 0) {
      throw new IllegalStateException("jlink: " + messages);
    }
  }

  /** A runtime that is installed as such comes with its own archive of classes. */
  private static void shareClasses(Path home) throws IOException {
    Process dump =
        new ProcessBuilder(home.resolve("bin/java").toString(), "-Xshare:dump")
            .redirectErrorStream(true)
            .start();
    String said = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (dump.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("no archive of classes: " + said);
    }
  }
}
