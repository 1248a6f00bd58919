package io.perennial.runner.data;

import java.io.IOException;
import java.util.Optional;

/** Any bytes as an entry of derived data: intact or not there, and read to its end. */
public final class DerivedFileFuzz {
  private static final int HEADER = 32;

  private DerivedFileFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (FuzzFiles files = new FuzzFiles()) {
      Optional<DerivedFile> entry = DerivedFile.open(files.write("entry", data));
      if (entry.isPresent()) {
        try (DerivedFile found = entry.get()) {
          if (found.from(0).readAllBytes().length != data.length - HEADER) {
            throw new IllegalStateException("an entry is not read to its end");
          }
        }
      }
    }
  }
}
