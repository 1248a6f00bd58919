package io.perennial.models;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares ND4J, its OpenBLAS and oneDNN, of which {@link Gemm} says when it is used. OpenBLAS
 * 0.3.19 does not know processors newer than itself and then falls back to kernels that are two to
 * four times slower, so the kernel is chosen here by the processor's features; it must happen
 * before the library loads. All are limited to one thread: parallelism belongs to {@link Workers},
 * which also makes results independent of it.
 *
 * <p>An explicit {@code OPENBLAS_CORETYPE}, in the environment or as a system property, wins.
 * Embedders call {@link #ensure} first thing; everything in this package calls it too, but arrays
 * made before that fix the kernel.
 */
public final class NativeSetup {
  static final Logger LOG = LoggerFactory.getLogger(NativeSetup.class);

  private static final String VARIABLE = "OPENBLAS_CORETYPE";
  private static final String UNKNOWN = "unknown";

  private static volatile @Nullable Report report;
  private static @Nullable Choice choice;
  private static @Nullable Libraries libraries;

  /** Not the class's own, which a thread holds for as long as libraries load. */
  private static final Object CHOOSING = new Object();

  private NativeSetup() {}

  /** Who chose the kernel. */
  public enum Chooser {
    /** This class, by the processor's features. */
    PERENNIAL,
    /** The user, through {@code OPENBLAS_CORETYPE}. */
    USER,
    /** OpenBLAS: on a processor it needs no help with, or because it was loaded already. */
    OPENBLAS
  }

  /**
   * What was set up.
   *
   * @param bestKernel OpenBLAS's name of the fastest kernel for the processor; empty where its own
   *     choice is as good
   * @param requestedKernel the kernel asked for; empty when OpenBLAS chose itself
   * @param actualKernel the one in use; {@code unknown} where the library does not tell
   * @param oneDnn the library that makes the larger matrix products: its version and the
   *     processor's instructions it uses; empty where OpenBLAS makes them all
   * @param chosenBy who asked for it
   * @param cpu the processor's name
   * @param nd4jVersion the release of ND4J
   */
  public record Report(
      Optional<String> bestKernel,
      Optional<String> requestedKernel,
      String actualKernel,
      Optional<String> oneDnn,
      Chooser chosenBy,
      String cpu,
      String nd4jVersion) {
    /** What multiplies matrices. Of two equal ones, products are the same to the bit. */
    public String blas() {
      return oneDnn.map(library -> actualKernel + ", " + library).orElse(actualKernel);
    }

    /**
     * What is wrong with the kernel and what to do about it; empty if none is faster on this
     * processor, and where the library does not tell which one is in use.
     */
    public Optional<String> advice() {
      if (actualKernel.equals(UNKNOWN)) {
        return Optional.empty();
      }
      return bestKernel
          .filter(best -> !Cpu.equallyFast(best, actualKernel))
          .map(
              best ->
                  "The BLAS kernel in use is %s, but %s is the fastest one for %s. %s"
                      .formatted(actualKernel, best, cpu, remedy(best)));
    }

    private String remedy(String best) {
      return switch (chosenBy) {
        case USER -> "%s is set: unset it, or set it to %s.".formatted(VARIABLE, best);
        case OPENBLAS ->
            "Call NativeSetup.ensure() before any use of ND4J, or set %s=%s in the environment."
                .formatted(VARIABLE, best);
        case PERENNIAL ->
            "OpenBLAS did not take it: another OpenBLAS than the bundled one may be on the library"
                + " path.";
      };
    }
  }

  private record Choice(Optional<String> requested, Chooser chosenBy, Cpu cpu) {}

  /** That they are loaded, and what {@link OneDnn#load} said. */
  private record Libraries(Optional<String> oneDnn) {}

  /**
   * Makes the choices that cannot be made once ND4J is loaded, its class loader and the kernel, but
   * loads nothing native: quick, and whoever touches ND4J first then finds it as {@link #ensure}
   * would load it. For a host that runs code it does not know, such as plugins.
   */
  public static void prepare() {
    chooseOnce();
  }

  /**
   * Loads the native libraries, which is most of what {@link #ensure} does, but starts nothing in
   * them. For a thread beside others that start a program: unlike {@link #ensure} it may run while
   * they load libraries of their own, as a JVM does for its management, its network and more.
   *
   * @throws IllegalStateException if ND4J's native library does not load
   */
  public static void load() {
    loadOnce();
  }

  /**
   * Sets up once for the JVM; later calls return the same report. Safe to call from any thread, but
   * on Linux the first call must not come while another thread loads a native library: ND4J looks
   * functions up with JavaCPP's {@code Loader.addressof}, which holds the lock of the dynamic
   * linker's list and opens each library in it, while whoever loads one holds the lock for opening
   * and wants that of the list. Then both wait for ever.
   *
   * @throws IllegalStateException if ND4J's native library does not load
   */
  public static Report ensure() {
    Report done = report;
    return done != null ? done : setUpOnce();
  }

  private static synchronized Report setUpOnce() {
    Report done = report;
    if (done == null) {
      done = setUp();
      report = done;
    }
    return done;
  }

  private static Report setUp() {
    Libraries loaded = loadOnce();
    Choice chosen = chooseOnce();
    Report made =
        new Report(
            chosen.cpu().bestKernel(),
            chosen.requested(),
            initialise(),
            loaded.oneDnn(),
            chosen.chosenBy(),
            chosen.cpu().name(),
            version());
    log(made);
    return made;
  }

  /** The libraries only: nothing here may look functions up, see {@link #ensure}. */
  private static synchronized Libraries loadOnce() {
    Libraries done = libraries;
    if (done == null) {
      chooseOnce();
      try {
        Loader.load(Nd4jCpu.class);
        Loader.load(openblas.class);
      } catch (RuntimeException | LinkageError e) {
        throw missing(e);
      }
      done = new Libraries(OneDnn.load());
      libraries = done;
    }
    return done;
  }

  private static IllegalStateException missing(Throwable cause) {
    return new IllegalStateException(
        "ND4J's native library did not load; is there an nd4j-native jar for "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + " on the class path?",
        cause);
  }

  private static Choice chooseOnce() {
    synchronized (CHOOSING) {
      Choice made = choice;
      if (made == null) {
        // Otherwise ND4J looks for its backend with the calling thread's context class loader.
        ND4JClassLoading.setNd4jClassloaderFromClass(NativeSetup.class);
        made = choose();
        choice = made;
      }
      return made;
    }
  }

  private static Choice choose() {
    Cpu cpu = Cpu.detect();
    Optional<String> requested = Optional.empty();
    Chooser chosenBy = Chooser.OPENBLAS;
    try {
      String property = System.getProperty(VARIABLE, "");
      Optional<String> user = BlasLibrary.variable(VARIABLE);
      Optional<String> best = cpu.bestKernel();
      if (user.isPresent()) {
        requested = user;
        chosenBy = Chooser.USER;
      } else if (BlasLibrary.isLoaded()) {
        LOG.warn(
            "OpenBLAS was loaded before its kernel could be chosen{}; call NativeSetup.ensure()"
                + " before any use of ND4J, or set {} in the environment",
            best.map(kernel -> " (" + kernel + " would suit " + cpu.name() + ")").orElse(""),
            VARIABLE);
      } else if (!property.isBlank()) {
        BlasLibrary.setVariable(VARIABLE, property);
        requested = Optional.of(property);
        chosenBy = Chooser.USER;
      } else if (best.isPresent()) {
        BlasLibrary.setVariable(VARIABLE, best.get());
        requested = best;
        chosenBy = Chooser.PERENNIAL;
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("The BLAS kernel could not be chosen; set {} in the environment", VARIABLE, e);
    }
    return new Choice(requested, chosenBy, cpu);
  }

  private static String version() {
    String resource = "/META-INF/maven/org.nd4j/nd4j-api/pom.properties";
    try (InputStream in = Nd4j.class.getResourceAsStream(resource)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", UNKNOWN);
    } catch (IOException e) {
      LOG.debug("{} cannot be read", resource, e);
      return UNKNOWN;
    }
  }

  /** Returns the kernel in use. */
  private static String initialise() {
    try {
      Nd4j.getExecutioner();
    } catch (RuntimeException | LinkageError e) {
      throw missing(e);
    }
    // Both read their variables only while loading, so they are told here.
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    openblas.blas_set_num_threads(1);
    try {
      return BlasLibrary.kernel().orElse(UNKNOWN);
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("The BLAS kernel in use could not be read", e);
      return UNKNOWN;
    }
  }

  private static void log(Report made) {
    LOG.info(
        "ND4J {} with OpenBLAS kernel {} ({}), {} on {}",
        made.nd4jVersion(),
        made.actualKernel(),
        switch (made.chosenBy()) {
          case PERENNIAL -> "chosen for this processor";
          case USER -> "set by the user";
          case OPENBLAS -> "OpenBLAS's own choice";
        },
        made.oneDnn().orElse("without oneDNN"),
        made.cpu());
    String wanted = made.requestedKernel().orElse(made.actualKernel());
    if (!wanted.equalsIgnoreCase(made.actualKernel()) && !made.actualKernel().equals(UNKNOWN)) {
      LOG.warn(
          "The OpenBLAS kernel asked for was {}, but {} is in use: is the name one of OpenBLAS"
              + " 0.3.19's?",
          wanted,
          made.actualKernel());
    }
  }
}
