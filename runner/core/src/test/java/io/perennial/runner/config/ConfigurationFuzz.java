package io.perennial.runner.config;

import io.perennial.api.InputException;
import io.perennial.runner.plugin.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Any bytes as a configuration: refused with reasons, or understood as what is written again. */
public final class ConfigurationFuzz {
  private static final Registry REGISTRY = Registry.load(ConfigurationFuzz.class.getClassLoader());

  private ConfigurationFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Path file = Files.createTempFile("perennial-fuzz", ".yaml");
    try {
      Files.write(file, data);
      RunConfiguration read;
      try {
        read = new ConfigurationReader(REGISTRY).read(file, List.of());
      } catch (InputException e) {
        return;
      }
      String written = new ConfigurationWriter().write(read);
      if (!new ConfigurationReader(REGISTRY).parse(written, "written").equals(read)) {
        throw new IllegalStateException("what was read is written otherwise: " + written);
      }
    } finally {
      Files.delete(file);
    }
  }
}
