package io.perennial.models;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * Matrix products in single precision, each by the library that is fastest at its size. OpenBLAS
 * copies both matrices into an order of its own before it multiplies them, unless they are small
 * and its kernel is the one for AVX-512; with 64 rows that takes a fifth of the time, with 10 rows
 * two thirds. oneDNN copies less, and makes all but the small products where it is there. Which of
 * them makes a product depends on its size and the kernel alone, and both work on the calling
 * thread only: the bits of a result do not depend on threads.
 */
public final class Gemm {
  /** The kernel of OpenBLAS 0.3.19 that has code for small matrices, which are not copied. */
  private static final String WITHOUT_COPIES = "SkylakeX";

  private static final long SMALL = small(NativeSetup.ensure());

  private Gemm() {}

  /** The most multiplications that OpenBLAS makes faster than oneDNN. */
  private static long small(NativeSetup.Report setup) {
    if (setup.oneDnn().isEmpty()) {
      return Long.MAX_VALUE;
    }
    // Below 20,000 what a call of oneDNN costs is more than what the copies cost.
    return Cpu.equallyFast(setup.actualKernel(), WITHOUT_COPIES) ? 1_000_000 : 20_000;
  }

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
    if ((long) m * n * k > SMALL) {
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
