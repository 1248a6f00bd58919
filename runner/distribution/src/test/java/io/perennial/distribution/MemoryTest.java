package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.models.NativeSetup;
import io.perennial.models.Vectors;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the estimate says, against what runs take. */
class MemoryTest {
  private static final double MEBIBYTE = 1 << 20;

  /** Of the estimate over what is then taken, which varies with when the collector comes. */
  private static final double TOO_MUCH = 8;

  /** Collections that find nothing more: arrays go in the background, sometimes late. */
  private static final int ROUNDS = 3;

  private static final Pattern SIZE = Pattern.compile("([0-9.]+) (MiB|GiB) (for|are needed)");

  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+([0-9]+) kB");

  @TempDir Path directory;

  private static String yaml(String pipeline, String strategies) {
    return """
    name: memory
    pipeline: %s
    scenario: {type: split, dataset: {type: digits}, tasks: 5}
    model: {type: mlp, hidden: [400, 400]}
    training: {batchSize: 128, epochs: 1, optimizer: {type: adam, learningRate: 0.001}}
    checkpoint: {everyMinutes: 0}
    strategies: %s
    """
        .formatted(pipeline, strategies);
  }

  /** In all, for the process, the heap, batches, training and what strategies keep; in MiB. */
  private List<Double> estimate(String yaml) {
    try (Perennial perennial = Perennial.start(1)) {
      perennial.limitMemory(1 << 20);
      Throwable refusal =
          catchThrowable(
              () ->
                  perennial.run(
                      perennial.parse(yaml), RunOptions.into(directory.resolve("refused"))));
      assertThat(refusal).isInstanceOf(InputException.class);
      List<Double> sizes = new ArrayList<>();
      Matcher size = SIZE.matcher(String.valueOf(refusal.getMessage()));
      while (size.find()) {
        double number = Double.parseDouble(size.group(1));
        sizes.add(size.group(2).equals("GiB") ? 1024 * number : number);
      }
      assertThat(sizes).hasSize(6);
      assertThat(directory.resolve("refused")).doesNotExist();
      return sizes;
    }
  }

  private static double arrays() {
    return Nd4j.getEnvironment().getDeviceCouner(0) / MEBIBYTE;
  }

  /** What native arrays take when those of earlier runs are gone, in MiB. */
  private static double settled() {
    double least = arrays();
    int unchanged = 0;
    while (unchanged < ROUNDS) {
      System.gc();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      double now = arrays();
      unchanged = now < least ? 0 : unchanged + 1;
      least = Math.min(least, now);
    }
    return least;
  }

  /** The most that native arrays take at any step, in MiB. */
  private double measured(String yaml) {
    NativeSetup.ensure();
    double[] least = {settled()};
    double[] most = {0};
    RunListener looking =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            double now = arrays();
            most[0] = Math.max(most[0], now);
            least[0] = Math.min(least[0], now);
          }
        };
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(
          perennial.parse(yaml), new RunOptions(directory.resolve("run"), false, List.of(looking)));
    }
    return most[0] - least[0];
  }

  @ParameterizedTest
  @CsvSource({
    "knowledge-retention, []",
    "knowledge-retention, [{type: ewc}]",
    "knowledge-retention, '[{type: experience-replay, memory: 1000}]'",
    "knowledge-retention, '[{type: generative-replay, hidden: [200, 200]}]'",
    "model-expansion, [{type: independent}]",
    "model-expansion, [{type: progressive-network}]",
    "model-expansion, '[{type: expert-gate, inside: [{type: ewc}], gateIterations: 20}]'",
    "model-expansion, '[{type: net2net, policy: always, maxParameters: 400000}]'"
  })
  void theEstimateBoundsWhatIsTaken(String pipeline, String strategies) {
    String yaml = yaml(pipeline, strategies);
    List<Double> sizes = estimate(yaml);
    // The network as it starts is counted with the process.
    double network = (64 * 400 + 400 * 400 + 400 * 10) * Float.BYTES / MEBIBYTE;
    double told = sizes.get(3) + sizes.get(4) + sizes.get(5) + network;
    double taken = measured(yaml);
    assertThat(told)
        .as(() -> String.format(Locale.ROOT, "%s %s took %.1f MiB", strategies, sizes, taken))
        .isGreaterThan(taken)
        .isLessThan(TOO_MUCH * taken);
    answersWithin("run");
  }

  /** What was learned is opened under a limit, whatever it grew to. */
  private void answersWithin(String run) {
    try (Perennial perennial = Perennial.start(1)) {
      perennial.limitMemory(1 << 20);
      assertThatThrownBy(() -> perennial.open(directory.resolve(run)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("1.0 MiB are allowed");
      perennial.limitMemory(1L << 36);
      try (LifelongModel model = perennial.open(directory.resolve(run))) {
        assertThat(model.tasks()).hasSize(5);
      }
    }
  }

  private ProcessBuilder process(Path config, String memory, String out) {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx200m",
            "-XX:+UseParallelGC",
            "-cp",
            System.getProperty("java.class.path"),
            "io.perennial.runner.cli.Main",
            "run",
            config.toString(),
            "--quiet",
            "--threads",
            "1",
            "--memory",
            memory,
            "--out",
            directory.resolve(out).toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
  }

  /** The most that a process was resident with, in MiB; 0 if it has just ended. */
  private static double peak(long process) {
    try {
      Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc/" + process + "/status")));
      return peak.find() ? Double.parseDouble(peak.group(1)) / 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** The whole process, its heap, its garbage and its libraries included, by the system's count. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void theEstimateBoundsTheProcess() throws Exception {
    Path config = directory.resolve("config.yaml");
    Files.writeString(config, yaml("knowledge-retention", "[{type: ewc}]"));
    Path errors = directory.resolve("errors.txt");
    Process refused = process(config, "1m", "refused").redirectError(errors.toFile()).start();
    assertThat(refused.waitFor()).isEqualTo(2);
    Matcher size = SIZE.matcher(Files.readString(errors));
    assertThat(size.find()).isTrue();
    double told = Double.parseDouble(size.group(1));
    Process run = process(config, "60g", "process").redirectError(errors.toFile()).start();
    double most = 0;
    while (!run.waitFor(50, TimeUnit.MILLISECONDS)) {
      most = Math.max(most, peak(run.pid()));
    }
    assertThat(run.exitValue()).isZero();
    assertThat(told).isBetween(most, 3 * most);
  }

  @Test
  void arraysBeyondTheLimitEndARunWithAnError() {
    String yaml = yaml("knowledge-retention", "[]");
    double needed = estimate(yaml).get(0);
    List<INDArray> kept = new ArrayList<>();
    RunListener greedy =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            for (int i = 0; i < 10; i++) {
              kept.add(Vectors.create(DataType.FLOAT, 5_000_000));
            }
          }
        };
    try (Perennial perennial = Perennial.start(1)) {
      perennial.limitMemory((long) ((needed + 256) * MEBIBYTE));
      assertThatThrownBy(
              () ->
                  perennial.run(
                      perennial.parse(yaml),
                      new RunOptions(directory.resolve("run"), false, List.of(greedy))))
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("limit");
      assertThat(kept.size() * 20_000_000.0).isLessThan((needed + 256) * MEBIBYTE);
    } finally {
      kept.forEach(INDArray::close);
    }
  }
}
