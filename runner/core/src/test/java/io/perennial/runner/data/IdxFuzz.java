package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Path;

/** Any bytes as an IDX file of images and of labels, plain and zipped, in memory and mapped. */
public final class IdxFuzz {
  private static final int LARGEST = 1 << 20;

  private IdxFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (FuzzFiles files = new FuzzFiles()) {
      for (String name : new String[] {"plain", "zipped.gz"}) {
        Path file = files.write(name, data);
        read(file, 3, files.derived(LARGEST));
        read(file, 3, files.derived(-1));
        read(file, 1, files.derived(LARGEST));
      }
    }
  }

  private static void read(Path file, int dimensions, DerivedData derived) {
    IdxFile found;
    try {
      found = IdxFile.read(file, dimensions, "items", derived);
    } catch (InputException e) {
      return;
    }
    byte[] item = new byte[found.items().recordBytes()];
    found.items().read(0, 0, item, item.length);
    found.items().read(found.count() - 1, 0, item, item.length);
    if ((long) item.length * found.count() != found.header().length()) {
      throw new IllegalStateException("the items do not fill what the header announces");
    }
  }
}
