package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Help must come at once: whatever is large is loaded by the command that needs it. */
class StartUpTest {
  @Test
  void helpLoadsNothingLarge() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-Xshare:auto",
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--help")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(output)
        .contains("Usage: perennial")
        .contains("io.perennial.runner.cli.RunCommand")
        .doesNotContain(
            "com.google.",
            "org.nd4j.",
            "org.bytedeco.",
            "org.apache.logging",
            "org.slf4j",
            "tools.jackson",
            "org.snakeyaml",
            "me.tongfei",
            "freemarker.",
            "org.mozilla",
            "com.github.weisj",
            "com.sun.net.httpserver",
            "io.perennial.models");
  }
}
