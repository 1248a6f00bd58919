package io.perennial.models;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * Matrix products in single precision, each by the library that is fastest at its size. OpenBLAS
 * copies both matrices into an order of its own before it multiplies them, unless they are small;
 * with 64 rows that takes a fifth of the time. oneDNN copies less, and makes all but the small
 * products where it is there. Which of them makes a product depends on its size alone, and both
 * work on the calling thread only: the bits of a result do not depend on threads.
 */
public final class Gemm {
  /** So many multiplications OpenBLAS 0.3.19 makes without copies, given AVX-512. */
  private static final long SMALL = 1_000_000;

  private static final boolean HAS_ONE_DNN = NativeSetup.ensure().oneDnn().isPresent();

  private Gemm() {}

  /**
   * {@code c[m, n] = op(a) op(b) + beta c}, matrices row-major, where {@code op} is the transpose
   * or nothing. {@code c} must not overlap the others.
   *
   * @param transposeA whether {@code a} is stored as {@code [k, m]}
   * @param transposeB whether {@code b} is stored as {@code [n, k]}
   * @param lda elements from one stored row of {@code a} to the next; likewise for the others
   * @param beta the factor of what {@code c} held; with 0 it is not read
   */
  public static void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    if (HAS_ONE_DNN && (long) m * n * k > SMALL) {
      OneDnn.multiply(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc);
      return;
    }
    byOpenBlas(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc);
  }

  /** The same, whatever its size. */
  static void byOpenBlas(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
        transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
        m,
        n,
        k,
        1,
        a,
        lda,
        b,
        ldb,
        beta,
        c,
        ldc);
  }
}
