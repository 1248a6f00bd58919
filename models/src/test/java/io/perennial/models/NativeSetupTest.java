package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NativeSetupTest {
  @TempDir Path directory;

  private static final String VARIABLE = "OPENBLAS_CORETYPE";

  /** Run in a process of its own: the kernel is chosen once in a process. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      if (arguments.length > 0) {
        Nd4j.create(DataType.FLOAT, 1).close();
      }
      NativeSetup.Report report = NativeSetup.ensure();
      System.out.printf(
          "RESULT %s %s %s %s%n",
          report.requestedKernel().orElse("none"),
          report.actualKernel(),
          report.chosenBy(),
          report.nd4jVersion());
    }
  }

  /** Loads the native libraries while another thread loads all those of a directory. */
  static final class Beside {
    private Beside() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      Thread thread = new Thread(NativeSetup::load);
      thread.start();
      int loaded = 0;
      try (DirectoryStream<Path> libraries = Files.newDirectoryStream(Path.of(arguments[0]))) {
        for (Path library : libraries) {
          System.load(library.toString());
          loaded++;
          Thread.sleep(1); // They shall last until the other thread is done.
          if (!thread.isAlive()) {
            break;
          }
        }
      }
      thread.join();
      System.out.println("RESULT " + (loaded > 50) + " " + NativeSetup.ensure().nd4jVersion());
    }
  }

  private String child(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return child(Child.class, environment, arguments);
  }

  private String child(Class<?> program, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    int options = 0;
    while (options < arguments.length && arguments[options].startsWith("-D")) {
      command.add(arguments[options++]);
    }
    command.add(program.getName());
    command.addAll(List.of(arguments).subList(options, arguments.length));
    Path said = Files.createTempFile(directory, "child", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().remove(VARIABLE);
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("the process hangs after: " + Files.readString(said));
    }
    String output = Files.readString(said);
    assertThat(process.exitValue()).as(output).isZero();
    return output
        .lines()
        .filter(line -> line.startsWith("RESULT"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(output));
  }

  @Test
  void choosesTheProcessorsBestKernel() throws IOException, InterruptedException {
    String best = Cpu.detect().bestKernel().orElse("none");
    assumeTrue(!best.equals("none"), "OpenBLAS chooses by itself on this processor");
    assertThat(child(Map.of())).isEqualTo("RESULT " + best + " " + best + " PERENNIAL 1.0.0-M2.1");
  }

  @Test
  void respectsTheUsersChoice() throws IOException, InterruptedException {
    assumeTrue(Cpu.detect().flags().contains("avx2"), "Haswell needs AVX2");
    assertThat(child(Map.of(VARIABLE, "Haswell"))).startsWith("RESULT Haswell Haswell USER");
    assertThat(child(Map.of(), "-D" + VARIABLE + "=Haswell"))
        .startsWith("RESULT Haswell Haswell USER");
  }

  @Test
  void saysWhenItCameTooLate() throws IOException, InterruptedException {
    assertThat(child(Map.of(), "touch")).startsWith("RESULT none ").contains(" OPENBLAS ");
  }

  /** The dynamic linker's locks: see {@link NativeSetup#ensure}. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void librariesLoadBesideAThreadThatLoadsOthers() throws IOException, InterruptedException {
    Path small = Path.of(System.getProperty("java.home"), "lib", "libextnet.so");
    Path many = Files.createDirectory(directory.resolve("many"));
    for (int i = 0; i < 2000; i++) {
      Files.copy(small, many.resolve("lib" + i + ".so"));
    }
    assertThat(child(Beside.class, Map.of(), many.toString())).startsWith("RESULT true ");
  }

  @Test
  void secondCallReturnsTheSameReport() {
    assertThat(NativeSetup.ensure()).isSameAs(NativeSetup.ensure());
  }

  @Test
  void productsRunOnOneThread() throws InterruptedException {
    NativeSetup.ensure();
    // Another thread than the one that set up: one library keeps a number of threads for each.
    double[] least = {Double.MAX_VALUE};
    Thread caller = new Thread(() -> least[0] = processorTimeOfProducts());
    caller.start();
    caller.join();
    assertThat(least[0]).isLessThanOrEqualTo(1.3);
  }

  /** The processor's time over the clock's. */
  private static double processorTimeOfProducts() {
    int n = 512;
    Kernels<?> kernels = Kernels.of(DataType.FLOAT);
    try (INDArray a = Vectors.create(DataType.FLOAT, n, n);
        INDArray b = Vectors.create(DataType.FLOAT, n, n)) {
      Memory x = Memory.of(a);
      Memory y = Memory.of(b);
      for (int i = 0; i < 20; i++) {
        kernels.gemm(false, false, n, n, n, x, n, x, n, 0, y, n);
      }
      // The whole process's time would show threads of the library, in every round; in some it also
      // shows the JVM's own, which still compiles what other tests have run.
      double least = Double.MAX_VALUE;
      for (int round = 0; round < 10 && least > 1.3; round++) {
        long cpu = processCpu();
        long wall = System.nanoTime();
        do {
          kernels.gemm(false, false, n, n, n, x, n, x, n, 0, y, n);
        } while (System.nanoTime() - wall < 500_000_000L);
        wall = System.nanoTime() - wall;
        least = Math.min(least, (double) (processCpu() - cpu) / wall);
      }
      return least;
    }
  }

  @Test
  void advisesOnlyAgainstASlowerKernel() {
    assertThat(report("SkylakeX", "SkylakeX", NativeSetup.Chooser.PERENNIAL).advice()).isEmpty();
    assertThat(report("SkylakeX", "Cooperlake", NativeSetup.Chooser.USER).advice()).isEmpty();
    assertThat(report("Haswell", "Zen", NativeSetup.Chooser.USER).advice()).isEmpty();
    assertThat(report("SkylakeX", "unknown", NativeSetup.Chooser.OPENBLAS).advice()).isEmpty();
    assertThat(report(null, "ARMV8", NativeSetup.Chooser.OPENBLAS).advice()).isEmpty();
    assertThat(report("SkylakeX", "Haswell", NativeSetup.Chooser.USER).advice())
        .contains(
            "The BLAS kernel in use is Haswell, but SkylakeX is the fastest one for Some CPU."
                + " OPENBLAS_CORETYPE is set: unset it, or set it to SkylakeX.");
    assertThat(report("Haswell", "Prescott", NativeSetup.Chooser.OPENBLAS).advice())
        .hasValueSatisfying(
            advice ->
                assertThat(advice)
                    .contains("NativeSetup.ensure()")
                    .endsWith("OPENBLAS_CORETYPE=Haswell in the environment."));
    assertThat(report("Haswell", "Prescott", NativeSetup.Chooser.PERENNIAL).advice())
        .hasValueSatisfying(advice -> assertThat(advice).contains("library path"));
  }

  private static NativeSetup.Report report(
      @Nullable String best, String actual, NativeSetup.Chooser chosenBy) {
    return new NativeSetup.Report(
        Optional.ofNullable(best),
        Optional.empty(),
        actual,
        Optional.empty(),
        chosenBy,
        "Some CPU",
        "1");
  }

  private static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  @Test
  void readsLinuxProcessorFeatures() {
    String head = "processor\t: 0\nmodel name\t: Some CPU @ 2GHz\nflags\t\t: fpu ";
    Cpu old = Cpu.parse((head + "sse2").lines().toList());
    Cpu plain = Cpu.parse((head + "avx2 fma avx512f").lines().toList());
    Cpu wide =
        Cpu.parse((head + "avx2 fma avx512f avx512dq avx512bw avx512vl avx512cd").lines().toList());
    assertThat(old.name()).isEqualTo("Some CPU @ 2GHz");
    assertThat(Cpu.parse(List.of()).flags()).containsExactly("");
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "kernels are chosen on x86_64");
    assertThat(old.bestKernel()).isEmpty();
    assertThat(plain.bestKernel()).contains("Haswell");
    assertThat(wide.bestKernel()).contains("SkylakeX");
  }
}
