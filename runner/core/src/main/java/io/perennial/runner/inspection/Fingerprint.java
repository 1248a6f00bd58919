package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A SHA-256 that two equal streams share and two different ones never: of the tasks' names, their
 * classes with their names, all labels in their order, and every value of every example they are
 * made of, once however many tasks show it. How a task shows it, a permutation say, follows from
 * the settings and the seed; the features of some examples of each part, evenly spaced, are in it
 * as the task shows them, so that a change there is seen, too.
 */
public final class Fingerprint {
  private static final int EXAMPLES = 64;
  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final Values values = new Values();

  private Fingerprint(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * Computes it.
   *
   * @param classNames by class, as the tasks number them
   * @return 64 hexadecimal digits
   */
  public static String of(List<Task> tasks, List<String> classNames) {
    List<String> prefixes = prefixes(tasks, classNames);
    return prefixes.get(prefixes.size() - 1);
  }

  /**
   * Computes it for each beginning of a stream: the first is that of the first task, the last that
   * of all tasks. A stream to which a task is added keeps those it had.
   *
   * @param classNames by class, as the tasks number them
   */
  public static List<String> prefixes(List<Task> tasks, List<String> classNames) {
    try {
      Fingerprint fingerprint = new Fingerprint(MessageDigest.getInstance("SHA-256"));
      List<String> prefixes = new ArrayList<>(tasks.size());
      for (Task task : tasks) {
        fingerprint.add(task, classNames);
        fingerprint.flush();
        MessageDigest soFar = (MessageDigest) fingerprint.digest.clone();
        prefixes.add(HexFormat.of().formatHex(soFar.digest()));
      }
      return prefixes;
    } catch (NoSuchAlgorithmException | CloneNotSupportedException e) {
      throw new IllegalStateException("Every Java platform has a SHA-256 that can be copied", e);
    }
  }

  private void add(Task task, List<String> classNames) {
    add(task.name());
    add(task.classes().length);
    for (int label : task.classes()) {
      add(label);
      add(classNames.get(label));
    }
    int width = 1;
    add(task.shape().length);
    for (long length : task.shape()) {
      width = Math.multiplyExact(width, Math.toIntExact(length));
      add(Math.toIntExact(length));
    }
    for (Examples part : List.of(task.training(), task.validation(), task.test())) {
      add(part, width);
    }
  }

  private void add(Examples part, int width) {
    int size = part.size();
    add(size);
    for (int i = 0; i < size; i++) {
      add(part.label(i));
    }
    for (int i = 0; i < size; i++) {
      part.content(i, width, values);
    }
    float[] row = new float[width];
    int shown = Math.min(EXAMPLES, size);
    for (int k = 0; k < shown; k++) {
      part.read((int) ((long) size * k / shown), row, 0);
      values.add(row);
    }
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    values.add(bytes);
  }

  private void add(int number) {
    if (buffer.remaining() < Integer.BYTES) {
      flush();
    }
    buffer.putInt(number);
  }

  private void flush() {
    digest.update(buffer.flip());
    buffer.clear();
  }

  /** The values of examples, those of a source once. */
  private final class Values implements Examples.Content {
    private final IdentityHashMap<Object, BitSet> taken = new IdentityHashMap<>();

    @Override
    public boolean lacks(Object source, int index) {
      BitSet own = taken.computeIfAbsent(source, any -> new BitSet());
      boolean lacks = !own.get(index);
      own.set(index);
      return lacks;
    }

    @Override
    public void add(byte[] bytes) {
      for (int from = 0; from < bytes.length; ) {
        if (!buffer.hasRemaining()) {
          flush();
        }
        int length = Math.min(bytes.length - from, buffer.remaining());
        buffer.put(bytes, from, length);
        from += length;
      }
    }

    @Override
    public void add(float[] floats) {
      for (float value : floats) {
        Fingerprint.this.add(Float.floatToRawIntBits(value));
      }
    }
  }
}
