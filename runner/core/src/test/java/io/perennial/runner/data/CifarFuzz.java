package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import java.io.IOException;
import java.util.List;

/** Any bytes as the file of CIFAR-100, and as its list of names. */
public final class CifarFuzz {
  private CifarFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (FuzzFiles files = new FuzzFiles()) {
      files.write("all.bin", data);
      Cifar cifar = new Cifar(files.directory(), "an archive", 2, 1, 3, "names");
      load(cifar);
      files.write("names", data);
      load(cifar);
    }
  }

  private static void load(Cifar cifar) {
    DataSet found;
    try {
      found = cifar.load("CIFAR", List.of("all.bin"), "all.bin");
    } catch (InputException e) {
      return;
    }
    float[] image = new float[3072];
    for (int i = 0; i < found.training().size(); i++) {
      found.training().read(i, image, 0);
      if (found.training().label(i) >= found.classes().size()) {
        throw new IllegalStateException("image " + i + " has a class without a name");
      }
    }
  }
}
