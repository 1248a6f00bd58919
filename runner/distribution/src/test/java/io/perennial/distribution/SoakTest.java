package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.RunStoppedException;
import io.perennial.runner.result.RunResult;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many small tasks in one process, in runs that are stopped in the middle of a task and go on:
 * memory, file handles and threads stay where they were. More than the few of the build:
 *
 * <pre>{@code
 * mvn test -pl runner/distribution -am -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false \
 *   -Dperennial.soak.tasks=20000
 * }</pre>
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int TASKS = Integer.getInteger("perennial.soak.tasks", 600);
  private static final int TASKS_OF_A_RUN = 50;

  /** What the collector leaves for later, and the JIT's code. */
  private static final long SLACK = 48L << 20;

  private static final String YAML =
      """
      name: soak
      pipeline: %s
      scenario: {type: permuted, dataset: {type: digits}, tasks: %d}
      model: {type: mlp, hidden: [8]}
      training: {iterations: 3, batchSize: 16, optimizer: {type: adam, learningRate: 0.01}}
      evaluate: every 25
      strategies: %s
      """;
  private static final List<String> RUNS =
      List.of(
          YAML.formatted(
              "knowledge-retention", TASKS_OF_A_RUN, "[{type: ewc}, {type: experience-replay}]"),
          YAML.formatted(
              "model-expansion", TASKS_OF_A_RUN, "[{type: net2net, maxParameters: 2000}]"),
          YAML.formatted("knowledge-retention", TASKS_OF_A_RUN, "[{type: generative-replay}]"));

  /** A part of the heap as the JVM prints it: from, [to committed,] to. */
  private static final Pattern RANGE =
      Pattern.compile("\\[0x(\\p{XDigit}+), (?:0x\\p{XDigit}+, )?0x(\\p{XDigit}+)\\)");

  private static final Pattern MAPPING = Pattern.compile("(\\p{XDigit}+)-\\p{XDigit}+ ");

  @TempDir Path directory;

  /**
   * What the process holds.
   *
   * @param nativeBytes resident outside the heap
   * @param heapBytes in use after a collection
   */
  private record Held(long nativeBytes, long heapBytes, int files, int threads) {
    static Held now() throws Exception {
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(50); // Native memory is freed by a thread of its own.
      }
      String[] open = Objects.requireNonNull(new File("/proc/self/fd").list());
      Runtime heap = Runtime.getRuntime();
      return new Held(
          residentOutsideOfHeap(),
          heap.totalMemory() - heap.freeMemory(),
          open.length,
          Objects.requireNonNull(new File("/proc/self/task").list()).length);
    }

    /**
     * Summed over the mappings. The resident memory of the process minus what the heap says it has
     * would be another thing: the collector gives pages back long after it has stopped counting
     * them.
     */
    private static long residentOutsideOfHeap() throws Exception {
      List<long[]> heap = new ArrayList<>();
      Matcher range = RANGE.matcher(heapInfo());
      while (range.find()) {
        heap.add(new long[] {parseHex(range.group(1)), parseHex(range.group(2))});
      }
      assertThat(heap).as("address ranges of the heap in %s", heapInfo()).isNotEmpty();
      long resident = 0;
      boolean outside = true;
      for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
        Matcher mapping = MAPPING.matcher(line);
        if (mapping.lookingAt()) {
          long start = parseHex(mapping.group(1));
          outside = heap.stream().noneMatch(part -> part[0] <= start && start < part[1]);
        } else if (outside && line.startsWith("Rss:")) {
          resident += Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
      return resident;
    }

    private static String heapInfo() throws Exception {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcHeapInfo",
                  null,
                  null);
    }

    private static long parseHex(String digits) {
      return Long.parseUnsignedLong(digits, 16);
    }
  }

  @Test
  void memoryFilesAndThreadsStayFlat() throws Exception {
    List<Held> held = new ArrayList<>();
    int done = 0;
    for (int run = 0; done < TASKS; run++) {
      done += run(RUNS.get(run % RUNS.size()), directory.resolve("run"));
      FileUtils.deleteDirectory(directory.resolve("run").toFile());
      held.add(Held.now());
    }
    // The first ones load classes and compile; each kind of run leaves a heap of its own size.
    int kinds = RUNS.size();
    int last = held.size() - 1;
    Held early = held.get(last % kinds + kinds * Math.max(1, held.size() / 3 / kinds));
    Held late = held.get(last);
    assertThat(late.files()).as("file handles in %s", held).isLessThanOrEqualTo(early.files() + 3);
    assertThat(late.threads()).as("threads in %s", held).isLessThanOrEqualTo(early.threads() + 2);
    assertThat(late.nativeBytes())
        .as("native bytes in %s", held)
        .isLessThan(early.nativeBytes() + SLACK);
    assertThat(late.heapBytes())
        .as("bytes of the heap in %s", held)
        .isLessThan(early.heapBytes() + SLACK);
  }

  private static int run(String yaml, Path out) {
    try (Perennial perennial = Perennial.start(1)) {
      RunListener stopping =
          new RunListener() {
            private boolean asked;

            @Override
            public void taskDone(Learner learner, AccuracyMatrix accuracy) {
              if (learner.task().index() == TASKS_OF_A_RUN / 2) {
                asked = true;
              }
            }

            @Override
            public void stepDone(Learner learner, double loss) {
              if (asked) {
                perennial.stop();
              }
            }
          };
      var parsed = perennial.parse(yaml);
      try {
        perennial.run(parsed, new RunOptions(out, false, List.of(stopping)));
        throw new AssertionError("it was not stopped");
      } catch (RunStoppedException e) {
        assertThat(e.tasksDone()).isEqualTo(TASKS_OF_A_RUN / 2 + 1);
      }
      RunResult result = perennial.run(parsed, new RunOptions(out, true, List.of())).runs().get(0);
      assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
      return result.parameters().size();
    }
  }
}
