package io.perennial.runner.result;

import io.perennial.api.InputException;
import io.perennial.models.NativeSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Any bytes as a safetensors file: refused, or tensors that are no larger than the file. */
public final class SafeTensorsFuzz {
  private SafeTensorsFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    NativeSetup.ensure();
    Path file = Files.createTempFile("perennial-fuzz", ".safetensors");
    try {
      Files.write(file, data);
      Map<String, INDArray> tensors;
      try {
        tensors = SafeTensors.read(file);
      } catch (InputException e) {
        return;
      }
      long bytes = 0;
      for (INDArray tensor : tensors.values()) {
        bytes += tensor.length() * tensor.dataType().width();
        tensor.close();
      }
      if (bytes > data.length) {
        throw new IllegalStateException(bytes + " bytes of tensors in a file of " + data.length);
      }
    } finally {
      Files.delete(file);
    }
  }
}
