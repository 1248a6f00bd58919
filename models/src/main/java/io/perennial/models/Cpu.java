package io.perennial.models;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.ptr.LongByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The processor's name and the instruction sets it has that the system supports.
 *
 * @param flags as Linux names them: {@code avx2}, {@code avx512f}, …
 */
record Cpu(String name, Set<String> flags) {
  private static final Set<String> AVX512 =
      Set.of("avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd");

  private static final Set<String> AVX2 = Set.of("avx2", "fma");

  /** This machine's; without flags where they cannot be found out. Never fails. */
  static Cpu detect() {
    String architecture = System.getProperty("os.arch", "unknown");
    try {
      if (Platform.isLinux()) {
        return parse(Files.readAllLines(Path.of("/proc/cpuinfo")));
      }
      if (Platform.isMac()) {
        return mac(architecture);
      }
      if (Platform.isWindows()) {
        return windows(architecture);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      NativeSetup.LOG.debug("The processor's features could not be read", e);
    }
    return new Cpu(architecture, Set.of());
  }

  /** Reads the lines of Linux's {@code /proc/cpuinfo}. */
  static Cpu parse(List<String> lines) {
    return new Cpu(
        value(lines, "model name").orElse(System.getProperty("os.arch", "unknown")),
        Set.of(value(lines, "flags").orElse("").split(" ")));
  }

  /**
   * The fastest OpenBLAS 0.3.19 kernel that this processor runs, by OpenBLAS's name; empty where
   * OpenBLAS's own choice is as good.
   */
  Optional<String> bestKernel() {
    if (!Platform.isIntel() || !Platform.is64Bit()) {
      return Optional.empty();
    }
    if (flags.containsAll(AVX512)) {
      return Optional.of("SkylakeX");
    }
    return flags.containsAll(AVX2) ? Optional.of("Haswell") : Optional.empty();
  }

  /** Whether two names, in any case, stand for kernels with the same products. */
  static boolean equallyFast(String kernel, String other) {
    return family(kernel).equals(family(other));
  }

  /** Zen has Haswell's kernels, Cooperlake SkylakeX's and some for half types. */
  private static String family(String kernel) {
    String name = kernel.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "zen" -> "haswell";
      case "cooperlake" -> "skylakex";
      default -> name;
    };
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static Cpu mac(String architecture) {
    String name = sysctl("machdep.cpu.brand_string").orElse(architecture);
    Set<String> flags = new HashSet<>();
    for (String leaf : List.of("machdep.cpu.features", "machdep.cpu.leaf7_features")) {
      sysctl(leaf).ifPresent(v -> flags.addAll(List.of(v.toLowerCase(Locale.ROOT).split(" "))));
    }
    return new Cpu(name, flags);
  }

  private static Optional<String> sysctl(String leaf) {
    Function call = NativeLibrary.getInstance("c").getFunction("sysctlbyname");
    LongByReference size = new LongByReference(4096);
    try (Memory value = new Memory(4096)) {
      value.clear();
      int failed = call.invokeInt(new Object[] {leaf, value, size, null, 0L});
      return failed == 0
          ? Optional.of(value.getString(0, StandardCharsets.US_ASCII.name()))
          : Optional.empty();
    }
  }

  private static Cpu windows(String architecture) {
    Function present =
        NativeLibrary.getInstance("kernel32").getFunction("IsProcessorFeaturePresent");
    Set<String> flags = new HashSet<>();
    // PF_AVX2_INSTRUCTIONS_AVAILABLE; every processor with AVX2 that Windows runs on has FMA.
    if (present.invokeInt(new Object[] {40}) != 0) {
      flags.addAll(AVX2);
    }
    // PF_AVX512F_INSTRUCTIONS_AVAILABLE tells of the foundation alone, and early parts have no
    // more than that: too little for the SkylakeX kernel.
    String name = System.getenv("PROCESSOR_IDENTIFIER");
    return new Cpu(name == null ? architecture : name, flags);
  }
}
