package io.perennial.runner.result;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a run took place, as far as it bears on its numbers.
 *
 * @param nd4j its version
 * @param blas what multiplies matrices: OpenBLAS's kernel, and oneDNN where it is in use
 * @param cpu its model
 * @param threads how many computed
 */
public record Environment(String nd4j, String blas, String cpu, int threads) {
  /** The entries of {@code environment} in the results: these and what the JVM knows. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("perennial", perennialVersion());
    map.put("java", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
    map.put(
        "os",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    map.put("nd4j", nd4j);
    map.put("blas", blas);
    map.put("cpu", cpu);
    map.put("threads", threads);
    return map;
  }

  /** From the jar's manifest; {@code development} when running from class files. */
  public static String perennialVersion() {
    return Optional.ofNullable(Environment.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
