package io.perennial.models;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Element-wise passes over memory, block by block through heap arrays. For one thread at a time.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Loops<A> {
  private static final int BLOCK = Kernels.BLOCK;

  /** How much BLAS sums up in the elements' own precision. */
  private static final int PIECE = 8 * BLOCK;

  /** The blocks are scratch, worth keeping because a strategy comes here in every step. */
  private static final ThreadLocal<Loops<?>> FLOAT = ThreadLocal.withInitial(() -> make(false));

  private static final ThreadLocal<Loops<?>> DOUBLE = ThreadLocal.withInitial(() -> make(true));

  private final Kernels<A> kernels;
  private final A first;
  private final A second;
  private final A third;

  /** A step reads and writes the same few arrays; these keep the last eight of them alive. */
  private final Bindings bindings = new Bindings();

  Loops(Kernels<A> kernels) {
    this.kernels = kernels;
    this.first = kernels.array(BLOCK);
    this.second = kernels.array(BLOCK);
    this.third = kernels.array(BLOCK);
  }

  /** The calling thread's, for the type of an array. */
  static Loops<?> of(INDArray array) {
    Kernels<?> kernels = Kernels.of(array.dataType());
    return (kernels.type() == DataType.DOUBLE ? DOUBLE : FLOAT).get();
  }

  private static Loops<?> make(boolean wide) {
    return new Loops<>(Kernels.of(wide ? DataType.DOUBLE : DataType.FLOAT));
  }

  Kernels<A> kernels() {
    return kernels;
  }

  /** The memory of an array; nothing is made for one that was here lately. */
  Memory memory(INDArray array) {
    return bindings.of(array);
  }

  /** The memory of {@code other}, which must be like {@code array}. */
  Memory same(INDArray array, INDArray other) {
    if (array.length() != other.length() || array.dataType() != other.dataType()) {
      throw new IllegalArgumentException(
          "Arrays of one operation must have the same type and number of elements, not "
              + array.length()
              + " of "
              + array.dataType()
              + " and "
              + other.length()
              + " of "
              + other.dataType());
    }
    return memory(other);
  }

  void assign(Memory from, Memory to) {
    for (int at = 0; at < to.length(); at += BLOCK) {
      int n = Math.min(BLOCK, to.length() - at);
      kernels.get(from, at, first, 0, n);
      kernels.put(first, 0, to, at, n);
    }
  }

  void selectRows(Memory from, int[] marks, int wanted, int width, Memory to) {
    int written = 0;
    for (int row = 0; row < marks.length; row++) {
      int first = row;
      while (row < marks.length && marks[row] == wanted) {
        row++;
      }
      copy(from, first * width, to, written, (row - first) * width);
      written += (row - first) * width;
    }
    for (; written < to.length(); written += width) {
      copy(to, 0, to, written, width); // Rows like any other, not what may be none.
    }
  }

  void copy(Memory from, int at, Memory to, int offset, int count) {
    for (int done = 0; done < count; done += BLOCK) {
      int n = Math.min(BLOCK, count - done);
      kernels.get(from, at + done, first, 0, n);
      kernels.put(first, 0, to, offset + done, n);
    }
  }

  void zero(Memory x) {
    kernels.fill(first, BLOCK, 0);
    for (int at = 0; at < x.length(); at += BLOCK) {
      kernels.put(first, 0, x, at, Math.min(BLOCK, x.length() - at));
    }
  }

  double dot(Memory x, Memory y) {
    double sum = 0;
    for (int at = 0; at < x.length(); at += PIECE) {
      int n = Math.min(PIECE, x.length() - at);
      sum += kernels.dot(n, x.slice(at, n), y.slice(at, n));
    }
    return sum;
  }

  void addProduct(Memory sum, double alpha, Memory a, Memory b) {
    for (int at = 0; at < sum.length(); at += BLOCK) {
      int n = Math.min(BLOCK, sum.length() - at);
      kernels.get(sum, at, first, 0, n);
      kernels.get(a, at, second, 0, n);
      kernels.get(b, at, third, 0, n);
      kernels.addProduct(alpha, second, third, first, n);
      kernels.put(first, 0, sum, at, n);
    }
  }

  void addSquare(Memory sum, double alpha, Memory a) {
    addSquare(sum, alpha, a, 0, sum.length());
  }

  /** Of the elements {@code [from, to)}. */
  void addSquare(Memory sum, double alpha, Memory a, int from, int to) {
    for (int at = from; at < to; at += BLOCK) {
      int n = Math.min(BLOCK, to - at);
      kernels.get(sum, at, first, 0, n);
      kernels.get(a, at, second, 0, n);
      kernels.addSquare(alpha, second, first, n);
      kernels.put(first, 0, sum, at, n);
    }
  }

  void addAbsolute(Memory sum, Memory a) {
    for (int at = 0; at < sum.length(); at += BLOCK) {
      int n = Math.min(BLOCK, sum.length() - at);
      kernels.get(sum, at, first, 0, n);
      kernels.get(a, at, second, 0, n);
      kernels.addAbsolute(second, first, n);
      kernels.put(first, 0, sum, at, n);
    }
  }

  void read(Memory from, double[] to, int offset) {
    for (int at = 0; at < from.length(); at += BLOCK) {
      int n = Math.min(BLOCK, from.length() - at);
      kernels.get(from, at, first, 0, n);
      kernels.toDouble(first, 0, to, offset + at, n);
    }
  }

  void write(double[] from, int count, Memory to) {
    for (int at = 0; at < count; at += BLOCK) {
      int n = Math.min(BLOCK, count - at);
      kernels.fromDouble(from, at, first, 0, n);
      kernels.put(first, 0, to, at, n);
    }
  }

  boolean isFinite(Memory x) {
    for (int at = 0; at < x.length(); at += PIECE) {
      int n = Math.min(PIECE, x.length() - at);
      // The sum is fast and nearly always decides; a sum of large values may overflow.
      Memory piece = x.slice(at, n);
      if (!Double.isFinite(kernels.absoluteSum(n, piece)) && !everyElementIsFinite(piece)) {
        return false;
      }
    }
    return true;
  }

  private boolean everyElementIsFinite(Memory x) {
    double[] values = new double[x.length()];
    read(x, values, 0);
    return Arrays.stream(values).allMatch(Double::isFinite);
  }
}
