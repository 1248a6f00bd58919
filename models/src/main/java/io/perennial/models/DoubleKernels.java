package io.perennial.models;

import java.nio.DoubleBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;

/** Double precision, for proofs. Keep every method in step with {@link FloatKernels}. */
final class DoubleKernels implements Kernels<double[]> {
  static final DoubleKernels INSTANCE = new DoubleKernels();

  private DoubleKernels() {}

  @Override
  public DataType type() {
    return DataType.DOUBLE;
  }

  @Override
  public double[] array(int length) {
    return new double[length];
  }

  @Override
  public double[][] arrays(int count) {
    return new double[count][];
  }

  @Override
  public Pointer pointer(long address, long length) {
    return new DoublePointer(new Address(address)).capacity(length);
  }

  @Override
  public void get(Memory from, int at, double[] to, int offset, int n) {
    ((DoubleBuffer) from.buffer()).get(at, to, offset, n);
  }

  @Override
  public void put(double[] from, int offset, Memory to, int at, int n) {
    ((DoubleBuffer) to.buffer()).put(at, from, offset, n);
  }

  @Override
  public void toDouble(double[] from, int at, double[] to, int offset, int n) {
    for (int i = 0; i < n; i++) {
      to[offset + i] = from[at + i];
    }
  }

  @Override
  public void fromDouble(double[] from, int offset, double[] to, int at, int n) {
    for (int i = 0; i < n; i++) {
      to[at + i] = from[offset + i];
    }
  }

  @Override
  public void gemm(
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
      int ldc) {
    openblas.cblas_dgemm(
        openblas.CblasRowMajor,
        transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
        transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
        m,
        n,
        k,
        1,
        (DoublePointer) a.pointer(),
        lda,
        (DoublePointer) b.pointer(),
        ldb,
        beta,
        (DoublePointer) c.pointer(),
        ldc);
  }

  @Override
  public void axpy(int n, double alpha, Memory x, Memory y) {
    openblas.cblas_daxpy(n, alpha, (DoublePointer) x.pointer(), 1, (DoublePointer) y.pointer(), 1);
  }

  @Override
  public void scale(int n, double alpha, Memory x) {
    openblas.cblas_dscal(n, alpha, (DoublePointer) x.pointer(), 1);
  }

  @Override
  public double dot(int n, Memory x, Memory y) {
    return openblas.cblas_ddot(n, (DoublePointer) x.pointer(), 1, (DoublePointer) y.pointer(), 1);
  }

  @Override
  public double absoluteSum(int n, Memory x) {
    return openblas.cblas_dasum(n, (DoublePointer) x.pointer(), 1);
  }

  @Override
  public void fill(double[] x, int n, double value) {
    Arrays.fill(x, 0, n, value);
  }

  @Override
  public void addRelu(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(x[i] + y[i], 0);
    }
  }

  @Override
  public void addTanh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.tanh(x[i] + y[i]);
    }
  }

  @Override
  public void reluGradient(double[] delta, double[] h, int n) {
    // min(h * 1e400, 1) is the step function for every h >= 0, the smallest included. A comparison
    // would be a branch, which the JIT does not vectorise.
    for (int i = 0; i < n; i++) {
      delta[i] *= Math.min(h[i] * 1e200 * 1e200, 1);
    }
  }

  @Override
  public void tanhGradient(double[] delta, double[] h, int n) {
    for (int i = 0; i < n; i++) {
      delta[i] *= 1 - h[i] * h[i];
    }
  }

  @Override
  public void sigmoid(double[] x, int at, int n) {
    for (int j = at; j < at + n; j++) {
      x[j] = 1 / (1 + Math.exp(-x[j]));
    }
  }

  @Override
  public double bernoulli(double[] x, double[] t, double[] scratch, int at, int n, double weight) {
    double loss = 0;
    for (int j = at; j < at + n; j++) {
      double small = Math.exp(-Math.abs(x[j]));
      loss += Math.max(x[j], 0) - t[j] * x[j] + Math.log1p(small);
      x[j] = weight * ((x[j] >= 0 ? 1 : small) / (1 + small) - t[j]);
    }
    return loss;
  }

  @Override
  public double bernoulli(double[] x, double[] t, double[] scratch, int at, int n) {
    return bernoulli(x, t, scratch, at, n, 1);
  }

  @Override
  public double gaussian(double[] x, double[] t, int at, int n, double weight) {
    double w = weight;
    double sum = 0;
    for (int j = at; j < at + n; j++) {
      double away = x[j] - t[j];
      sum += away * away;
      x[j] = w * away;
    }
    return sum / 2;
  }

  @Override
  public void add(double[] x, double[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += x[i];
    }
  }

  @Override
  public void addSquare(double alpha, double[] x, double[] sum, int n) {
    double a = alpha;
    for (int i = 0; i < n; i++) {
      sum[i] += a * x[i] * x[i];
    }
  }

  @Override
  public void addAbsolute(double[] x, double[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += Math.abs(x[i]);
    }
  }

  @Override
  public void addProduct(double alpha, double[] a, double[] b, double[] sum, int n) {
    double s = alpha;
    for (int i = 0; i < n; i++) {
      sum[i] += s * a[i] * b[i];
    }
  }

  @Override
  public void multiply(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= y[i];
    }
  }

  @Override
  public void multiply(double[] x, double alpha, int n) {
    double a = alpha;
    for (int i = 0; i < n; i++) {
      x[i] *= a;
    }
  }

  @Override
  public void addScaled(double alpha, double[] y, double[] x, int n) {
    double a = alpha;
    for (int i = 0; i < n; i++) {
      x[i] += a * y[i];
    }
  }

  @Override
  public double squares(double[] x, int n) {
    // Four sums, because each addition waits for the one before.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (; i < n; i++) {
      a += x[i] * x[i];
    }
    return a + b + c + d;
  }

  @Override
  public void drop(double[] factors, long key, long first, double rate, int n) {
    long threshold = Dropout.threshold(rate);
    double kept = (1 / (1 - rate));
    for (int i = 0; i < n; i++) {
      factors[i] = Dropout.bits(key, first + i) < threshold ? 0 : kept;
    }
  }

  @Override
  public void gather(double[] from, int[] starts, int width, double[] to) {
    if (width < 8) { // Not worth a call for each.
      for (int i = 0; i < starts.length; i++) {
        for (int j = 0; j < width; j++) {
          to[i * width + j] = from[starts[i] + j];
        }
      }
      return;
    }
    for (int i = 0; i < starts.length; i++) {
      System.arraycopy(from, starts[i], to, i * width, width);
    }
  }

  @Override
  public void scatterAdd(double[] from, int[] starts, int width, double[] to) {
    for (int i = 0; i < starts.length; i++) {
      int start = starts[i];
      int at = i * width;
      for (int j = 0; j < width; j++) {
        to[start + j] += from[at + j];
      }
    }
  }

  @Override
  public void larger(double[] x, double[] max, double[] which, double number, int n) {
    double k = number;
    for (int i = 0; i < n; i++) {
      // The step function without a branch, as in reluGradient.
      double step = Math.min(Math.max((x[i] - max[i]) * 1e300 * 1e300, 0), 1);
      which[i] += step * (k - which[i]);
      max[i] = Math.max(max[i], x[i]);
    }
  }

  @Override
  public void select(double[] x, double[] which, double number, double[] to, int n) {
    double k = number;
    for (int i = 0; i < n; i++) {
      to[i] = x[i] * Math.max(1 - Math.abs(which[i] - k), 0);
    }
  }

  @Override
  public void restore(double[] x, double[] original, boolean[] mask, int at, int n) {
    for (int i = 0; i < n; i++) {
      if (mask[at + i]) {
        x[i] = original[i];
      }
    }
  }

  @Override
  public void momentum(
      double[] theta, double[] g, double[] m, int at, double learningRate, double momentum, int n) {
    double lr = learningRate;
    double mu = momentum;
    for (int i = 0; i < n; i++) {
      double moved = mu * m[at + i] + g[i];
      m[at + i] = moved;
      theta[i] -= lr * moved;
    }
  }

  @Override
  public void adam(
      double[] theta, double[] g, double[] m, double[] v, int at, Adam.Step step, int n) {
    double beta1 = step.beta1();
    double rest1 = (1 - step.beta1());
    double beta2 = step.beta2();
    double rest2 = (1 - step.beta2());
    double size = step.size();
    double scale = (1 / step.rootCorrection());
    double epsilon = step.epsilon();
    for (int i = 0; i < n; i++) {
      double first = beta1 * m[at + i] + rest1 * g[i];
      double second = beta2 * v[at + i] + rest2 * g[i] * g[i];
      m[at + i] = first;
      v[at + i] = second;
      theta[i] -= size * first / (Math.sqrt(second) * scale + epsilon);
    }
  }

  @Override
  public void adamStepSize(double[] v, int at, double[] eta, Adam.Step step, int n) {
    double rate = step.learningRate();
    double scale = (1 / step.rootCorrection());
    double epsilon = step.epsilon();
    for (int i = 0; i < n; i++) {
      eta[i] = rate / (Math.sqrt(v[at + i]) * scale + epsilon);
    }
  }

  @Override
  public void addPull(
      double lambda,
      double[] b,
      double[] anchor,
      double[] theta,
      double[] pull,
      double[] stiffness,
      int n) {
    double l = lambda;
    for (int i = 0; i < n; i++) {
      double guard = l * b[i];
      pull[i] += guard * (anchor[i] - theta[i]);
      stiffness[i] += guard;
    }
  }

  @Override
  public void implicitStep(
      double lambda, double[] b, double[] anchor, double[] theta, double[] eta, int n) {
    double l = lambda;
    for (int i = 0; i < n; i++) {
      double twice = 2 * eta[i];
      double guard = l * b[i];
      theta[i] += twice * (guard * (anchor[i] - theta[i])) / (1 + twice * guard);
    }
  }

  @Override
  public void implicitStep(double[] theta, double[] eta, double[] pull, double[] stiffness, int n) {
    for (int i = 0; i < n; i++) {
      double twice = 2 * eta[i];
      theta[i] += twice * pull[i] / (1 + twice * stiffness[i]);
    }
  }

  @Override
  public void addPenalty(
      double lambda,
      double[] b,
      double[] anchor,
      double[] theta,
      double[] gradient,
      double[] values,
      int n) {
    double twice = (2 * lambda);
    for (int i = 0; i < n; i++) {
      double away = theta[i] - anchor[i];
      double force = b[i] * away;
      gradient[i] += twice * force;
      values[i] += force * away;
    }
  }
}
