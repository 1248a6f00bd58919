package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A number that two equal streams share and two different ones about never: of the tasks' names and
 * classes, all labels in their order, and the features of some examples of each part, evenly
 * spaced.
 */
public final class Fingerprint {
  private static final int EXAMPLES = 64;

  private final MessageDigest digest;

  private Fingerprint(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * Computes it.
   *
   * @return 64 hexadecimal digits
   */
  public static String of(List<Task> tasks) {
    List<String> prefixes = prefixes(tasks);
    return prefixes.get(prefixes.size() - 1);
  }

  /**
   * Computes it for each beginning of a stream: the first is that of the first task, the last that
   * of all tasks. A stream to which a task is added keeps those it had.
   */
  public static List<String> prefixes(List<Task> tasks) {
    try {
      Fingerprint fingerprint = new Fingerprint(MessageDigest.getInstance("SHA-256"));
      List<String> prefixes = new ArrayList<>(tasks.size());
      for (Task task : tasks) {
        fingerprint.add(task);
        MessageDigest soFar = (MessageDigest) fingerprint.digest.clone();
        prefixes.add(HexFormat.of().formatHex(soFar.digest()));
      }
      return prefixes;
    } catch (NoSuchAlgorithmException | CloneNotSupportedException e) {
      throw new IllegalStateException("Every Java platform has a SHA-256 that can be copied", e);
    }
  }

  private void add(Task task) {
    byte[] name = task.name().getBytes(StandardCharsets.UTF_8);
    add(name.length);
    digest.update(name);
    add(task.classes().length);
    Arrays.stream(task.classes()).forEach(this::add);
    int width = Math.toIntExact(Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b));
    for (Examples part : List.of(task.training(), task.validation(), task.test())) {
      add(part, new float[width]);
    }
  }

  private void add(Examples part, float[] row) {
    int size = part.size();
    add(size);
    ByteBuffer labels =
        ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, Math.min(size, 4096)));
    for (int i = 0; i < size; i++) {
      labels.putInt(part.label(i));
      if (!labels.hasRemaining() || i == size - 1) {
        digest.update(labels.flip());
        labels.clear();
      }
    }
    ByteBuffer values = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, row.length));
    int shown = Math.min(EXAMPLES, size);
    for (int k = 0; k < shown; k++) {
      part.read((int) ((long) size * k / shown), row, 0);
      values.clear();
      values.asFloatBuffer().put(row);
      digest.update(values);
    }
  }

  private void add(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, number));
  }
}
