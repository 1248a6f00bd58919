package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmTest {
  private static final int PADDING = 3;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "7, 5, 3",
    "20, 10, 64", // OpenBLAS's
    "10, 100, 784",
    "99, 100, 101", // OpenBLAS's with AVX-512
    "1, 1024, 1024",
    "64, 256, 784",
    "129, 101, 203",
    "256, 784, 61",
    "1200, 32, 27" // oneDNN's
  })
  void multiplies(int m, int n, int k) {
    RandomSource random = new RandomSource(m + n + k);
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        for (float beta : new float[] {0, 1, -0.5f}) {
          int lda = (transposeA ? m : k) + PADDING;
          int ldb = (transposeB ? k : n) + PADDING;
          int ldc = n + PADDING;
          float[] a = values(random, (transposeA ? k : m) * lda);
          float[] b = values(random, (transposeB ? n : k) * ldb);
          float[] c = values(random, m * ldc);
          float[] expected = c.clone();
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              double sum = 0;
              for (int l = 0; l < k; l++) {
                sum +=
                    (double) a[transposeA ? l * lda + i : i * lda + l]
                        * b[transposeB ? j * ldb + l : l * ldb + j];
              }
              expected[i * ldc + j] = (float) (sum + (double) beta * c[i * ldc + j]);
            }
          }
          float[] actual =
              beta == 0 && m > 1 // What was there may be anything then.
                  ? product(transposeA, transposeB, m, n, k, a, lda, b, ldb, 0, nan(c, n, ldc), ldc)
                  : product(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc);
          for (int i = 0; i < expected.length; i++) { // One assertion for all takes a minute.
            if (!(Math.abs(actual[i] - expected[i]) <= 2e-6f * (k + 1))) {
              assertThat(actual[i]).as("element %d", i).isEqualTo(expected[i]);
            }
          }
        }
      }
    }
  }

  /** Not a number wherever the product goes; what lies between its rows stays. */
  private static float[] nan(float[] c, int n, int ldc) {
    float[] copy = c.clone();
    for (int i = 0; i < copy.length; i++) {
      if (i % ldc < n) {
        copy[i] = Float.NaN;
      }
    }
    return copy;
  }

  @Test
  void bitsAreTheSameOnEveryThread() throws InterruptedException {
    int n = 300;
    RandomSource random = new RandomSource(1);
    float[] a = values(random, n * n);
    float[] b = values(random, n * n);
    List<float[]> results = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      float[] c = new float[n * n];
      Thread thread =
          new Thread(() -> results.add(product(true, false, n, n, n, a, n, b, n, 0, c, n)));
      thread.start();
      thread.join();
    }
    assertThat(results).hasSize(4).allSatisfy(c -> assertThat(c).containsExactly(results.get(0)));
  }

  @Test
  void oneDnnIsThereOnLinux() {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
    assumeTrue(System.getProperty("os.arch").equals("amd64"));
    NativeSetup.Report report = NativeSetup.ensure();
    assertThat(report.oneDnn()).hasValueSatisfying(it -> assertThat(it).startsWith("oneDNN 2.5.2"));
    assertThat(report.blas())
        .isEqualTo(report.actualKernel() + ", " + report.oneDnn().orElseThrow());
  }

  private static float[] product(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float[] a,
      int lda,
      float[] b,
      int ldb,
      float beta,
      float[] c,
      int ldc) {
    NativeSetup.ensure();
    try (FloatPointer left = new FloatPointer(a);
        FloatPointer right = new FloatPointer(b);
        FloatPointer result = new FloatPointer(c)) {
      Gemm.multiply(transposeA, transposeB, m, n, k, left, lda, right, ldb, beta, result, ldc);
      float[] made = new float[c.length];
      result.get(made);
      return made;
    }
  }

  private static float[] values(RandomSource random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble() - 0.5f;
    }
    return values;
  }
}
