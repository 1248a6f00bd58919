package io.perennial.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arithmetic on flat arrays (parameters, gradients, importances), without ND4J's operations, each
 * of which leaves a native context to the garbage collector. Arrays are float or double, contiguous
 * in C order, and any shape counts as flat; arrays of one call have the same type and number of
 * elements, else {@link IllegalArgumentException}. Sums are added up in double.
 */
public final class Vectors {
  private Vectors() {}

  /** Zeros of the given shape, allocated outside the heap: the caller closes the array. */
  public static INDArray create(DataType type, long... shape) {
    Kernels.of(type);
    return Nd4j.create(type, shape);
  }

  /** A copy in the same shape, allocated outside the heap: the caller closes it. */
  public static INDArray copyOf(INDArray x) {
    INDArray copy = create(x.dataType(), x.shape());
    assign(x, copy);
    return copy;
  }

  /** {@code to = from}, to the bit. */
  public static void assign(INDArray from, INDArray to) {
    Loops<?> loops = Loops.of(from);
    loops.assign(loops.memory(from), loops.same(from, to));
  }

  /** {@code x = 0}. */
  public static void zero(INDArray x) {
    Loops<?> loops = Loops.of(x);
    loops.zero(loops.memory(x));
  }

  /** {@code y += alpha x}. */
  public static void axpy(double alpha, INDArray x, INDArray y) {
    Loops<?> loops = Loops.of(x);
    Memory to = loops.same(x, y);
    loops.kernels().axpy(to.length(), alpha, loops.memory(x), to);
  }

  /** {@code x *= alpha}. */
  public static void scale(double alpha, INDArray x) {
    Memory memory = Memory.of(x);
    Kernels.of(x.dataType()).scale(memory.length(), alpha, memory);
  }

  /** {@code Σ x_i y_i}. */
  public static double dot(INDArray x, INDArray y) {
    Loops<?> loops = Loops.of(x);
    return loops.dot(loops.memory(x), loops.same(x, y));
  }

  /** {@code sum += alpha a ∘ b}. */
  public static void addProduct(INDArray sum, double alpha, INDArray a, INDArray b) {
    Loops<?> loops = Loops.of(sum);
    loops.addProduct(loops.memory(sum), alpha, loops.same(sum, a), loops.same(sum, b));
  }

  /** {@code sum += alpha a ∘ a}. */
  public static void addSquare(INDArray sum, double alpha, INDArray a) {
    Loops<?> loops = Loops.of(sum);
    loops.addSquare(loops.memory(sum), alpha, loops.same(sum, a));
  }

  /** {@code sum += alpha a ∘ a}, to the same bit, by several threads. */
  public static void addSquare(INDArray sum, double alpha, INDArray a, Workers workers) {
    Pieces pieces = new Pieces(workers, Math.toIntExact(sum.length()));
    pieces.run(
        piece -> {
          Loops<?> loops = Loops.of(sum);
          Memory to = loops.memory(sum);
          loops.addSquare(to, alpha, loops.same(sum, a), pieces.from(piece), pieces.to(piece));
        });
  }

  /** {@code sum += |a|}, element by element. */
  public static void addAbsolute(INDArray sum, INDArray a) {
    Loops<?> loops = Loops.of(sum);
    loops.addAbsolute(loops.memory(sum), loops.same(sum, a));
  }

  /**
   * Copies some rows, at least one, in their order to {@code to}, which is of the same type; if it
   * has more, these are the first of them again.
   *
   * @param from {@code [N, …]}
   * @param marks {@code [N]}, one a row
   * @param wanted the mark of the rows to copy
   */
  static void selectRows(INDArray from, int[] marks, int wanted, INDArray to) {
    Loops<?> loops = Loops.of(from);
    Memory source = loops.memory(from);
    loops.selectRows(source, marks, wanted, source.length() / marks.length, loops.memory(to));
  }

  /** Copies all elements, converted, to the start of {@code to}. */
  public static void read(INDArray from, double[] to) {
    read(from, to, 0);
  }

  /** Copies all elements, converted, into {@code to} from {@code offset} on. */
  public static void read(INDArray from, double[] to, int offset) {
    Loops<?> loops = Loops.of(from);
    Memory memory = loops.memory(from);
    Objects.checkFromIndexSize(offset, memory.length(), to.length);
    loops.read(memory, to, offset);
  }

  /** Fills {@code to}, converted, from the start of {@code from}. */
  public static void write(double[] from, INDArray to) {
    write(from, Math.toIntExact(to.length()), to);
  }

  /** Copies the first {@code count} values, converted, to the start of {@code to}. */
  public static void write(double[] from, int count, INDArray to) {
    Loops<?> loops = Loops.of(to);
    Memory memory = loops.memory(to);
    Objects.checkFromIndexSize(0, count, Math.min(from.length, memory.length()));
    loops.write(from, count, memory);
  }

  /** Copies all elements into {@code to} from {@code offset} on; doubles are rounded. */
  public static void read(INDArray from, float[] to, int offset) {
    Memory memory = Loops.of(from).memory(from);
    int length = memory.length();
    Objects.checkFromIndexSize(offset, length, to.length);
    if (memory.type() == DataType.FLOAT) {
      FloatKernels.INSTANCE.get(memory, 0, to, offset, length);
    } else {
      double[] values = new double[length];
      read(from, values);
      for (int i = 0; i < length; i++) {
        to[offset + i] = (float) values[i];
      }
    }
  }

  /**
   * Copies the first {@code count} elements of {@code from} to those of {@code to} from {@code at}
   * on; of another type they go through floats.
   */
  public static void copy(INDArray from, int count, INDArray to, int at) {
    if (from.dataType() != to.dataType()) {
      write(readFloats(from), 0, count, to, at);
      return;
    }
    Loops<?> loops = Loops.of(to);
    Memory source = loops.memory(from);
    Memory target = loops.memory(to);
    Objects.checkFromIndexSize(0, count, source.length());
    Objects.checkFromIndexSize(at, count, target.length());
    loops.copy(source, 0, target, at, count);
  }

  /** Copies the first {@code count} values to the start of {@code to}. */
  public static void write(float[] from, int count, INDArray to) {
    write(from, 0, count, to, 0);
  }

  /**
   * Copies {@code count} values, those of {@code from} from {@code offset} on, to those of {@code
   * to} from {@code at} on.
   */
  public static void write(float[] from, int offset, int count, INDArray to, int at) {
    Memory memory = Loops.of(to).memory(to);
    Objects.checkFromIndexSize(offset, count, from.length);
    Objects.checkFromIndexSize(at, count, memory.length());
    if (memory.type() == DataType.FLOAT) {
      FloatKernels.INSTANCE.put(from, offset, memory, at, count);
    } else {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = from[offset + i];
      }
      DoubleKernels.INSTANCE.put(values, 0, memory, at, count);
    }
  }

  /** All elements as floats, in a new array; doubles are rounded. */
  public static float[] readFloats(INDArray from) {
    float[] floats = new float[Math.toIntExact(from.length())];
    read(from, floats, 0);
    return floats;
  }

  /** Whether no element is infinite or no number. */
  public static boolean isFinite(INDArray x) {
    return Loops.of(x).isFinite(Memory.of(x));
  }

  /** The SHA-256 of the elements' little-endian bytes, as 64 hexadecimal digits. */
  public static String sha256(INDArray x) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer bytes = Memory.of(x).bytes();
      if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
        bytes = reversed(bytes, x.dataType().width());
      }
      digest.update(bytes);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static ByteBuffer reversed(ByteBuffer bytes, int width) {
    ByteBuffer result = ByteBuffer.allocate(bytes.capacity());
    for (int i = 0; i < bytes.capacity(); i++) {
      result.put(i, bytes.get(i - i % width + width - 1 - i % width));
    }
    return result;
  }
}
