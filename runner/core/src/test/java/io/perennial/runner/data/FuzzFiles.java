package io.perennial.runner.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory of its own for each input. */
final class FuzzFiles implements AutoCloseable {
  private final Path directory;

  FuzzFiles() throws IOException {
    directory = Files.createTempDirectory("perennial-fuzz");
  }

  Path write(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  Path directory() {
    return directory;
  }

  /** Derived data of up to 1 MiB. */
  DerivedData derived(long inMemory) {
    return new DerivedData(directory.resolve("cache"), 1 << 20, inMemory);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
