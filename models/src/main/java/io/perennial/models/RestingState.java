package io.perennial.models;

import io.perennial.api.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link State} whose tensors lie in a file of this process while nobody needs them. The bytes
 * are the platform's own: the file is no format to exchange. It is deleted when this object is no
 * longer used, or when the virtual machine ends.
 */
public final class RestingState {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Path file;
  private final Node root;

  private RestingState(Path file, Node root) {
    this.file = file;
    this.root = root;
    CLEANER.register(this, () -> file.toFile().delete());
  }

  /** A state without its tensors. */
  private record Node(
      Map<String, Tensor> tensors, Map<String, Object> values, Map<String, Node> parts) {}

  private record Tensor(DataType type, long[] shape) {}

  /** Writes the tensors of a state, each float or double and contiguous. */
  public static RestingState write(State state) {
    try {
      Path file = Files.createTempFile("perennial-state", null);
      file.toFile().deleteOnExit();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        return new RestingState(file, write(state, channel));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A state cannot be set aside in a temporary file: " + e, e);
    }
  }

  private static Node write(State state, FileChannel channel) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, INDArray> entry : state.tensors().entrySet()) {
      INDArray tensor = entry.getValue();
      tensors.put(entry.getKey(), new Tensor(tensor.dataType(), tensor.shape()));
      ByteBuffer bytes = Memory.of(tensor).bytes();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    Map<String, Node> parts = new LinkedHashMap<>();
    for (Map.Entry<String, State> entry : state.parts().entrySet()) {
      parts.put(entry.getKey(), write(entry.getValue(), channel));
    }
    return new Node(tensors, state.values(), parts);
  }

  /** Reads the whole state; its tensors are the caller's. */
  public State read() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(root, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read "
              + file
              + ", where a state was set aside; the latest checkpoint has it too: "
              + e,
          e);
    }
  }

  private State read(Node node, FileChannel channel) throws IOException {
    State.Builder state = State.builder();
    node.values().forEach(state::value);
    for (Map.Entry<String, Tensor> entry : node.tensors().entrySet()) {
      INDArray tensor = Vectors.create(entry.getValue().type(), entry.getValue().shape());
      ByteBuffer bytes = Memory.of(tensor).bytes();
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new IOException("the file ends too soon");
        }
      }
      state.tensor(entry.getKey(), tensor);
    }
    for (Map.Entry<String, Node> entry : node.parts().entrySet()) {
      state.part(entry.getKey(), read(entry.getValue(), channel));
    }
    return state.build();
  }

  /** Frees the tensors of a state that {@link #read} gave. */
  public static void free(State state) {
    state.tensors().values().forEach(INDArray::close);
    state.parts().values().forEach(RestingState::free);
  }
}
