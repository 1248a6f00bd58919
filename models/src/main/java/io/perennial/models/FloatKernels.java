package io.perennial.models;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;

/** Single precision. Keep every method in step with {@link DoubleKernels}. */
final class FloatKernels implements Kernels<float[]> {
  static final FloatKernels INSTANCE = new FloatKernels();

  private FloatKernels() {}

  @Override
  public DataType type() {
    return DataType.FLOAT;
  }

  @Override
  public float[] array(int length) {
    return new float[length];
  }

  @Override
  public float[][] arrays(int count) {
    return new float[count][];
  }

  @Override
  public Pointer pointer(long address, long length) {
    return new FloatPointer(new Address(address)).capacity(length);
  }

  @Override
  public void get(Memory from, int at, float[] to, int offset, int n) {
    ((FloatBuffer) from.buffer()).get(at, to, offset, n);
  }

  @Override
  public void put(float[] from, int offset, Memory to, int at, int n) {
    ((FloatBuffer) to.buffer()).put(at, from, offset, n);
  }

  @Override
  public void toDouble(float[] from, int at, double[] to, int offset, int n) {
    for (int i = 0; i < n; i++) {
      to[offset + i] = from[at + i];
    }
  }

  @Override
  public void fromDouble(double[] from, int offset, float[] to, int at, int n) {
    for (int i = 0; i < n; i++) {
      to[at + i] = (float) from[offset + i];
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
    Gemm.multiply(
        transposeA,
        transposeB,
        m,
        n,
        k,
        (FloatPointer) a.pointer(),
        lda,
        (FloatPointer) b.pointer(),
        ldb,
        (float) beta,
        (FloatPointer) c.pointer(),
        ldc);
  }

  @Override
  public void axpy(int n, double alpha, Memory x, Memory y) {
    openblas.cblas_saxpy(
        n, (float) alpha, (FloatPointer) x.pointer(), 1, (FloatPointer) y.pointer(), 1);
  }

  @Override
  public void scale(int n, double alpha, Memory x) {
    openblas.cblas_sscal(n, (float) alpha, (FloatPointer) x.pointer(), 1);
  }

  @Override
  public double dot(int n, Memory x, Memory y) {
    return openblas.cblas_sdot(n, (FloatPointer) x.pointer(), 1, (FloatPointer) y.pointer(), 1);
  }

  @Override
  public double absoluteSum(int n, Memory x) {
    return openblas.cblas_sasum(n, (FloatPointer) x.pointer(), 1);
  }

  @Override
  public void fill(float[] x, int n, double value) {
    Arrays.fill(x, 0, n, (float) value);
  }

  @Override
  public void addRelu(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(x[i] + y[i], 0);
    }
  }

  @Override
  public void addTanh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = (float) Math.tanh(x[i] + y[i]);
    }
  }

  @Override
  public void reluGradient(float[] delta, float[] h, int n) {
    // min(h * 1e60, 1) is the step function for every h >= 0, the smallest included. A comparison
    // would be a branch, which the JIT does not vectorise.
    for (int i = 0; i < n; i++) {
      delta[i] *= Math.min(h[i] * 1e30f * 1e30f, 1);
    }
  }

  @Override
  public void tanhGradient(float[] delta, float[] h, int n) {
    for (int i = 0; i < n; i++) {
      delta[i] *= 1 - h[i] * h[i];
    }
  }

  @Override
  public void sigmoid(float[] x, int at, int n) {
    FloatLogistic.sigmoid(x, at, n);
  }

  @Override
  public double bernoulli(float[] x, float[] t, float[] scratch, int at, int n, double weight) {
    return FloatLogistic.crossEntropy(x, t, scratch, at, n, weight);
  }

  @Override
  public double bernoulli(float[] x, float[] t, float[] scratch, int at, int n) {
    return FloatLogistic.crossEntropy(x, t, scratch, at, n);
  }

  @Override
  public double gaussian(float[] x, float[] t, int at, int n, double weight) {
    float w = (float) weight;
    double sum = 0;
    for (int j = at; j < at + n; j++) {
      float away = x[j] - t[j];
      sum += (double) away * away;
      x[j] = w * away;
    }
    return sum / 2;
  }

  @Override
  public void add(float[] x, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += x[i];
    }
  }

  @Override
  public void addSquare(double alpha, float[] x, float[] sum, int n) {
    float a = (float) alpha;
    for (int i = 0; i < n; i++) {
      sum[i] += a * x[i] * x[i];
    }
  }

  @Override
  public void addAbsolute(float[] x, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += Math.abs(x[i]);
    }
  }

  @Override
  public void addProduct(double alpha, float[] a, float[] b, float[] sum, int n) {
    float s = (float) alpha;
    for (int i = 0; i < n; i++) {
      sum[i] += s * a[i] * b[i];
    }
  }

  @Override
  public void multiply(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= y[i];
    }
  }

  @Override
  public void multiply(float[] x, double alpha, int n) {
    float a = (float) alpha;
    for (int i = 0; i < n; i++) {
      x[i] *= a;
    }
  }

  @Override
  public void addScaled(double alpha, float[] y, float[] x, int n) {
    float a = (float) alpha;
    for (int i = 0; i < n; i++) {
      x[i] += a * y[i];
    }
  }

  @Override
  public double squares(float[] x, int n) {
    // Four sums, because each addition waits for the one before.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      a += (double) x[i] * x[i];
      b += (double) x[i + 1] * x[i + 1];
      c += (double) x[i + 2] * x[i + 2];
      d += (double) x[i + 3] * x[i + 3];
    }
    for (; i < n; i++) {
      a += (double) x[i] * x[i];
    }
    return a + b + c + d;
  }

  @Override
  public void drop(float[] factors, long key, long first, double rate, int n) {
    long threshold = Dropout.threshold(rate);
    float kept = (float) (1 / (1 - rate));
    for (int i = 0; i < n; i++) {
      factors[i] = Dropout.bits(key, first + i) < threshold ? 0 : kept;
    }
  }

  @Override
  public void gather(float[] from, int[] starts, int width, float[] to) {
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
  public void scatterAdd(float[] from, int[] starts, int width, float[] to) {
    for (int i = 0; i < starts.length; i++) {
      int start = starts[i];
      int at = i * width;
      for (int j = 0; j < width; j++) {
        to[start + j] += from[at + j];
      }
    }
  }

  @Override
  public void larger(float[] x, float[] max, float[] which, double number, int n) {
    float k = (float) number;
    for (int i = 0; i < n; i++) {
      // The step function without a branch, as in reluGradient.
      float step = Math.min(Math.max((x[i] - max[i]) * 1e30f * 1e30f, 0), 1);
      which[i] += step * (k - which[i]);
      max[i] = Math.max(max[i], x[i]);
    }
  }

  @Override
  public void select(float[] x, float[] which, double number, float[] to, int n) {
    float k = (float) number;
    for (int i = 0; i < n; i++) {
      to[i] = x[i] * Math.max(1 - Math.abs(which[i] - k), 0);
    }
  }

  @Override
  public void restore(float[] x, float[] original, boolean[] mask, int at, int n) {
    for (int i = 0; i < n; i++) {
      if (mask[at + i]) {
        x[i] = original[i];
      }
    }
  }

  @Override
  public void momentum(
      float[] theta, float[] g, float[] m, int at, double learningRate, double momentum, int n) {
    float lr = (float) learningRate;
    float mu = (float) momentum;
    for (int i = 0; i < n; i++) {
      float moved = mu * m[at + i] + g[i];
      m[at + i] = moved;
      theta[i] -= lr * moved;
    }
  }

  @Override
  public void adam(float[] theta, float[] g, float[] m, float[] v, int at, Adam.Step step, int n) {
    float beta1 = (float) step.beta1();
    float rest1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float rest2 = (float) (1 - step.beta2());
    float size = (float) step.size();
    float scale = (float) (1 / step.rootCorrection());
    float epsilon = (float) step.epsilon();
    for (int i = 0; i < n; i++) {
      float first = beta1 * m[at + i] + rest1 * g[i];
      float second = beta2 * v[at + i] + rest2 * g[i] * g[i];
      m[at + i] = first;
      v[at + i] = second;
      theta[i] -= size * first / ((float) Math.sqrt(second) * scale + epsilon);
    }
  }

  @Override
  public void adamStepSize(float[] v, int at, float[] eta, Adam.Step step, int n) {
    float rate = (float) step.learningRate();
    float scale = (float) (1 / step.rootCorrection());
    float epsilon = (float) step.epsilon();
    for (int i = 0; i < n; i++) {
      eta[i] = rate / ((float) Math.sqrt(v[at + i]) * scale + epsilon);
    }
  }

  @Override
  public void addPull(
      double lambda,
      float[] b,
      float[] anchor,
      float[] theta,
      float[] pull,
      float[] stiffness,
      int n) {
    float l = (float) lambda;
    for (int i = 0; i < n; i++) {
      float guard = l * b[i];
      pull[i] += guard * (anchor[i] - theta[i]);
      stiffness[i] += guard;
    }
  }

  @Override
  public void implicitStep(
      double lambda, float[] b, float[] anchor, float[] theta, float[] eta, int n) {
    float l = (float) lambda;
    for (int i = 0; i < n; i++) {
      float twice = 2 * eta[i];
      float guard = l * b[i];
      theta[i] += twice * (guard * (anchor[i] - theta[i])) / (1 + twice * guard);
    }
  }

  @Override
  public void implicitStep(float[] theta, float[] eta, float[] pull, float[] stiffness, int n) {
    for (int i = 0; i < n; i++) {
      float twice = 2 * eta[i];
      theta[i] += twice * pull[i] / (1 + twice * stiffness[i]);
    }
  }

  @Override
  public void addPenalty(
      double lambda,
      float[] b,
      float[] anchor,
      float[] theta,
      float[] gradient,
      float[] values,
      int n) {
    float twice = (float) (2 * lambda);
    for (int i = 0; i < n; i++) {
      float away = theta[i] - anchor[i];
      float force = b[i] * away;
      gradient[i] += twice * force;
      values[i] += force * away;
    }
  }
}
