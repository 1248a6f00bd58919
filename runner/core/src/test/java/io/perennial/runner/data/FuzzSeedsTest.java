package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.perennial.api.RandomSource;
import io.perennial.runner.config.ConfigurationFuzz;
import io.perennial.runner.plugin.PluginJarFuzz;
import io.perennial.runner.result.CheckpointFuzz;
import io.perennial.runner.result.SafeTensorsFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seeds of the fuzz targets, and a few hundred variations of each, as tests. The fuzzer itself
 * runs one target, on JDK 17:
 *
 * <pre>{@code
 * mvn -q test -Pfuzz -pl runner/core -am -Dfuzz.target=data.IdxFuzz -Dfuzz.seconds=300
 * }</pre>
 */
class FuzzSeedsTest {
  private static final Path SEEDS = Path.of("src/test/fuzz");
  private static final int VARIATIONS = 40;

  /** One that the fuzzer calls, too. */
  private interface Target {
    void run(byte[] data) throws IOException;
  }

  static List<Arguments> targets() {
    return List.of(
        arguments("data.IdxFuzz", (Target) IdxFuzz::fuzzerTestOneInput),
        arguments("data.CsvFuzz", (Target) CsvFuzz::fuzzerTestOneInput),
        arguments("data.BabiFuzz", (Target) BabiFuzz::fuzzerTestOneInput),
        arguments("data.CifarFuzz", (Target) CifarFuzz::fuzzerTestOneInput),
        arguments("data.DerivedFileFuzz", (Target) DerivedFileFuzz::fuzzerTestOneInput),
        arguments("config.ConfigurationFuzz", (Target) ConfigurationFuzz::fuzzerTestOneInput),
        arguments("result.SafeTensorsFuzz", (Target) SafeTensorsFuzz::fuzzerTestOneInput),
        arguments("result.CheckpointFuzz", (Target) CheckpointFuzz::fuzzerTestOneInput),
        arguments("plugin.PluginJarFuzz", (Target) PluginJarFuzz::fuzzerTestOneInput));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("targets")
  void seedsAndVariations(String name, Target target) throws IOException {
    List<Path> seeds;
    try (Stream<Path> files = Files.list(SEEDS.resolve(name))) {
      seeds = files.sorted().toList();
    }
    for (Path seed : seeds) {
      byte[] whole = Files.readAllBytes(seed);
      run(target, whole);
      RandomSource random = new RandomSource(1).child(seed.getFileName().toString());
      for (int i = 0; i < VARIATIONS; i++) {
        run(target, varied(whole, random));
      }
    }
  }

  private static byte[] varied(byte[] whole, RandomSource random) {
    byte[] data = whole.clone();
    if (random.nextInt(3) == 0) {
      data = Arrays.copyOf(data, random.nextInt(data.length + 9));
    }
    for (int changes = random.nextInt(4); changes > 0 && data.length > 0; changes--) {
      // Where formats have their headers, mostly.
      int within = random.nextInt(2) == 0 ? Math.min(24, data.length) : data.length;
      data[random.nextInt(within)] = (byte) random.nextInt(256);
    }
    return data;
  }

  private static void run(Target target, byte[] data) {
    assertThatCode(() -> target.run(data))
        .as("input %s", HexFormat.of().formatHex(Arrays.copyOf(data, Math.min(data.length, 200))))
        .doesNotThrowAnyException();
  }
}
