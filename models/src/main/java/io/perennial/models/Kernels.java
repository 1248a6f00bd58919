package io.perennial.models;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The numerical work that differs between float and double; all else is written once. BLAS works on
 * {@link Memory} in place. Element-wise loops run on heap arrays, which the JIT vectorises and
 * loops over direct buffers it does not: callers {@link #get} a block, work, and {@link #put} it
 * back, and a bulk copy costs little beside the loop.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
interface Kernels<A> {
  /** A block of elements that fits the first-level cache together with three others. */
  int BLOCK = 2048;

  /** The kernels of a data type. */
  static Kernels<?> of(DataType type) {
    NativeSetup.ensure();
    return switch (type) {
      case FLOAT -> FloatKernels.INSTANCE;
      case DOUBLE -> DoubleKernels.INSTANCE;
      default -> throw new IllegalArgumentException("Arrays must be float or double, not " + type);
    };
  }

  DataType type();

  A array(int length);

  /** Room for so many arrays, to be filled. */
  A[] arrays(int count);

  Pointer pointer(long address, long length);

  void get(Memory from, int at, A to, int offset, int n);

  void put(A from, int offset, Memory to, int at, int n);

  void toDouble(A from, int at, double[] to, int offset, int n);

  void fromDouble(double[] from, int offset, A to, int at, int n);

  // BLAS, matrices row-major

  /** {@code c[m, n] = op(a) op(b) + beta c}. */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      Memory a,
      int lda,
      Memory b,
      int ldb,
      double beta,
      Memory c,
      int ldc);

  void axpy(int n, double alpha, Memory x, Memory y);

  void scale(int n, double alpha, Memory x);

  /** In the precision of the elements: meant for blocks. */
  double dot(int n, Memory x, Memory y);

  /** In the precision of the elements: not finite if an element is not, or if the sum overflows. */
  double absoluteSum(int n, Memory x);

  // Element by element, on the first n of heap arrays. All arrays have the same index: with an
  // offset in one of them the JIT no longer knows that its stores miss the others, and does not
  // vectorise.

  void fill(A x, int n, double value);

  /** {@code sum += x}. */
  void add(A x, A sum, int n);

  /** {@code x = max(x + y, 0)}; a NaN stays one. */
  void addRelu(A x, A y, int n);

  /** {@code x = tanh(x + y)}. */
  void addTanh(A x, A y, int n);

  /** {@code delta = h > 0 ? delta : 0}, for h that is never negative. */
  void reluGradient(A delta, A h, int n);

  /** {@code delta *= 1 - h²}. */
  void tanhGradient(A delta, A h, int n);

  /** {@code x[at + j] = 1 / (1 + e^-x[at + j])}. */
  void sigmoid(A x, int at, int n);

  /**
   * The cross-entropy {@code Σ log(1 + e^x) - t x} of targets in [0, 1] and the log odds x, which
   * are replaced by the gradient, {@code weight (sigmoid(x) - t)}.
   *
   * @param scratch as long as x
   */
  double bernoulli(A x, A t, A scratch, int at, int n, double weight);

  /** The same value, without a gradient; x is used up. */
  double bernoulli(A x, A t, A scratch, int at, int n);

  /** {@code Σ (x - t)² / 2}; x is replaced by the gradient, {@code weight (x - t)}. */
  double gaussian(A x, A t, int at, int n, double weight);

  /** {@code sum += alpha x²}. */
  void addSquare(double alpha, A x, A sum, int n);

  /** {@code sum += |x|}. */
  void addAbsolute(A x, A sum, int n);

  /** {@code sum += alpha a b}. */
  void addProduct(double alpha, A a, A b, A sum, int n);

  /** {@code x *= y}. */
  void multiply(A x, A y, int n);

  /** {@code x *= alpha}. */
  void multiply(A x, double alpha, int n);

  /** {@code x += alpha y}. */
  void addScaled(double alpha, A y, A x, int n);

  /** {@code Σ x²}, summed in double. */
  double squares(A x, int n);

  /**
   * What {@link Dropout} multiplies units with: 0 or 1/(1-rate).
   *
   * @param first the place of the first of them in the layer's outputs of the whole batch
   */
  void drop(A factors, long key, long first, double rate, int n);

  // Images; each array has an index of its own

  /** {@code to[i width + j] = from[starts[i] + j]} for every i and j below {@code width}. */
  void gather(A from, int[] starts, int width, A to);

  /** {@code to[starts[i] + j] += from[i width + j]} for every i and j below {@code width}. */
  void scatterAdd(A from, int[] starts, int width, A to);

  /** Where {@code x > max}: {@code max = x; which = number}. A NaN in x ends up in max. */
  void larger(A x, A max, A which, double number, int n);

  /** {@code to = which == number ? x : 0}, for whole numbers. */
  void select(A x, A which, double number, A to, int n);

  /** {@code x = original} where {@code mask[at + i]}. */
  void restore(A x, A original, boolean[] mask, int at, int n);

  /** {@code m = μ m + g; θ -= lr m}, with m from {@code at} on. */
  void momentum(A theta, A g, A m, int at, double learningRate, double momentum, int n);

  /** One step of Adam, with m and v from {@code at} on; see {@link Adam}. */
  void adam(A theta, A g, A m, A v, int at, Adam.Step step, int n);

  /** {@code eta = lr / (√v / rootCorrection + ε)}, with v from {@code at} on. */
  void adamStepSize(A v, int at, A eta, Adam.Step step, int n);

  /** {@code pull += λ b (anchor - θ); stiffness += λ b}. */
  void addPull(double lambda, A b, A anchor, A theta, A pull, A stiffness, int n);

  /** {@link #addPull} and the step for a single quadratic, to the same bit. */
  void implicitStep(double lambda, A b, A anchor, A theta, A eta, int n);

  /** {@code θ += 2η pull / (1 + 2η stiffness)}. */
  void implicitStep(A theta, A eta, A pull, A stiffness, int n);

  /** {@code gradient += 2λ b (θ - anchor); values += b (θ - anchor)²}. */
  void addPenalty(double lambda, A b, A anchor, A theta, A gradient, A values, int n);
}
