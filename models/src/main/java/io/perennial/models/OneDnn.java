package io.perennial.models;

import java.util.Optional;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.nd4j.nativeblas.NativeOpsHolder;

/** oneDNN's matrix product. Its native build comes with Linux on x86_64 only. */
final class OneDnn {
  private static final byte TRANSPOSED = 'T';
  private static final byte PLAIN = 'N';

  /** OpenMP, which oneDNN is built with, keeps the number of threads for each calling thread. */
  private static final ThreadLocal<Boolean> LIMITED = ThreadLocal.withInitial(() -> false);

  private OneDnn() {}

  /**
   * Loads the library, after ND4J.
   *
   * @return its version and the instructions it uses here, which decide about the bits of a result;
   *     empty if it is not there
   */
  static Optional<String> load() {
    if (!Loader.getPlatform().equals("linux-x86_64")) {
      return Optional.empty();
    }
    try {
      dnnl_version_t version = dnnl.dnnl_version();
      return Optional.of(
          "oneDNN %d.%d.%d (%s)"
              .formatted(
                  version.major(),
                  version.minor(),
                  version.patch(),
                  instructions(dnnl.dnnl_get_effective_cpu_isa())));
    } catch (LinkageError | RuntimeException e) {
      NativeSetup.LOG.warn("oneDNN did not load; OpenBLAS makes all matrix products, slower", e);
      return Optional.empty();
    }
  }

  /** Products of floats are the same with all the extensions of AVX-512. */
  private static String instructions(int isa) {
    if (has(isa, dnnl.dnnl_cpu_isa_avx512_core)) {
      return "AVX-512";
    }
    if (has(isa, dnnl.dnnl_cpu_isa_avx2)) {
      return "AVX2";
    }
    return has(isa, dnnl.dnnl_cpu_isa_avx) ? "AVX" : "SSE4.1";
  }

  private static boolean has(int isa, int wanted) {
    return (isa & wanted) == wanted;
  }

  /** As {@link Gemm#multiply}. */
  static void multiply(
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
    if (!LIMITED.get()) {
      NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
      LIMITED.set(true);
    }
    int status =
        dnnl.dnnl_sgemm(
            transposeA ? TRANSPOSED : PLAIN,
            transposeB ? TRANSPOSED : PLAIN,
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
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(
          "oneDNN did not multiply matrices of %d x %d x %d: status %d".formatted(m, k, n, status));
    }
  }
}
