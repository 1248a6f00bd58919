package io.perennial.runner.plugin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Any bytes as a plugin's jar, as its service file, and as the class that this names. */
public final class PluginJarFuzz {
  private static final String SERVICE = "META-INF/services/io.perennial.api.Plugin";

  private PluginJarFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    load(data);
    load(jar(Map.of(SERVICE, data)));
    load(
        jar(
            Map.of(
                SERVICE,
                "fuzzed.Plugin".getBytes(StandardCharsets.UTF_8),
                "fuzzed/Plugin.class",
                data)));
  }

  private static byte[] jar(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static void load(byte[] jar) throws IOException {
    Path directory = Files.createTempDirectory("perennial-fuzz");
    Path file = directory.resolve("plugin.jar");
    try {
      Files.write(file, jar);
      Registry registry =
          Registry.load(PluginJarFuzz.class.getClassLoader(), DropIns.in(directory));
      for (Refusal refusal : registry.refused()) {
        if (refusal.reason().isBlank() || refusal.remedy().isBlank()) {
          throw new IllegalStateException("refused without a word: " + refusal);
        }
      }
      if (registry.refused().isEmpty() && !registry.dropIns().isEmpty()) {
        throw new IllegalStateException("such a jar was accepted");
      }
    } finally {
      Files.delete(file);
      Files.delete(directory);
    }
  }
}
