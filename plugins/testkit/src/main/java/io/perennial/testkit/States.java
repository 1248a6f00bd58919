package io.perennial.testkit;

import io.perennial.api.Artefact;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What can be told of a saved state without knowing whose it is. */
final class States {
  private States() {}

  /** Every name, value and tensor in it, the latter as hashes; for comparing and for messages. */
  static String bits(State state) {
    StringBuilder text = new StringBuilder();
    append(state, "", text);
    return text.toString();
  }

  private static void append(State state, String path, StringBuilder text) {
    state.values().forEach((name, value) -> text.append(path + name + " = " + value + "\n"));
    state
        .tensors()
        .forEach(
            (name, tensor) ->
                text.append(
                    path
                        + name
                        + Arrays.toString(tensor.shape())
                        + " "
                        + Vectors.sha256(tensor)
                        + "\n"));
    state.parts().forEach((name, part) -> append(part, path + name + "/", text));
  }

  /** Every cell of tables and pictures. */
  static String text(List<Artefact> artefacts) {
    StringBuilder text = new StringBuilder();
    for (Artefact artefact : artefacts) {
      text.append(artefact.name() + " = ");
      if (artefact instanceof Artefact.Table table) {
        text.append(table.rows());
      } else if (artefact instanceof Artefact.Matrix matrix) {
        text.append(Arrays.deepToString(matrix.values()));
      } else if (artefact instanceof Artefact.Image image) {
        text.append(Arrays.deepToString(image.pixels()));
      }
      text.append("\n");
    }
    return text.toString();
  }

  /** The first line that differs, for messages. */
  static String difference(String expected, String actual) {
    String[] one = expected.split("\n", -1);
    String[] other = actual.split("\n", -1);
    for (int i = 0; i < Math.min(one.length, other.length); i++) {
      if (!one[i].equals(other[i])) {
        return "'" + one[i] + "' became '" + other[i] + "'";
      }
    }
    return one.length + " entries became " + other.length;
  }

  /** How many numbers, texts and flags are in it, those of its parts included. */
  static long numbers(State state) {
    long count = state.tensors().values().stream().mapToLong(tensor -> tensor.length()).sum();
    count += state.values().values().stream().mapToLong(States::count).sum();
    return count + state.parts().values().stream().mapToLong(States::numbers).sum();
  }

  /** The bytes of all tensors, those of its parts included. */
  static long bytes(State state) {
    long bytes =
        state.tensors().values().stream()
            .mapToLong(tensor -> tensor.length() * tensor.dataType().width())
            .sum();
    return bytes + state.parts().values().stream().mapToLong(States::bytes).sum();
  }

  private static long count(Object value) {
    if (value instanceof Collection<?> items) {
      return items.stream().mapToLong(States::count).sum();
    }
    return value instanceof Map<?, ?> map ? count(map.values()) : 1;
  }

  /** Overwrites all tensors, as an owner may who was told that they were copied. */
  static void destroy(State state) {
    state.tensors().values().forEach(tensor -> tensor.assign(0));
    state.parts().values().forEach(States::destroy);
  }
}
