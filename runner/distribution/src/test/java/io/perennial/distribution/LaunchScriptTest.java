package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the launchers' script makes of the command line. */
class LaunchScriptTest {
  @ParameterizedTest
  @CsvSource({
    "run x.yaml --memory 8g, -Xmx4194304k",
    "run --memory=900m x.yaml, -Xmx460800k",
    "continue run tasks --memory 536870912, -Xmx262144k",
    "predict run data --memory 2T, -Xmx1073741824k",
    // Less than a process takes, or no size: the program says so itself.
    "run x.yaml --memory 1m, ''",
    "run x.yaml --memory lots, ''",
    "run x.yaml --memory, ''",
    "run x.yaml, ''"
  })
  void theHeapHasHalfOfTheMemoryThatIsAllowed(String arguments, String option) {
    String script = ". src/main/bin/launch.sh; limit_heap " + arguments + "; printf %s \"$heap\"";
    Outcome outcome = Outcome.of(new ProcessBuilder("sh", "-u", "-c", script));
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output()).isEqualTo(option);
  }

  @ParameterizedTest
  @CsvSource({
    "'', -XX:+UseParallelGC -XX:MaxNewSize=64m",
    "-Xmx8g -Xmn256m, -XX:+UseParallelGC -XX:MaxNewSize=64m",
    "-Xmx8g -XX:+UseZGC, ''",
    "-XX:+UseSerialGC, ''"
  })
  void newObjectsHaveLittleOfTheHeapUnlessTheUserChoosesTheCollector(String own, String options) {
    String script = ". src/main/bin/launch.sh; choose_collector; printf %s \"$collector\"";
    ProcessBuilder builder = new ProcessBuilder("sh", "-u", "-c", script);
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("PERENNIAL_JAVA_OPTS", own);
    Outcome outcome = Outcome.of(builder);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output()).isEqualTo(options);
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "--help, true",
    "--version, true",
    "list --json, true",
    "describe ewc, true",
    "run --help, true",
    "run x.yaml, false",
    "demo, false",
    "bench --quick, false",
    "data x.yaml, false"
  })
  void onlyWhatEndsAtOnceGoesWithoutOptimisedCode(String arguments, boolean without) {
    String script =
        ". src/main/bin/launch.sh; choose_compiler " + arguments + "; printf %s \"$compiler\"";
    Outcome outcome = Outcome.of(new ProcessBuilder("sh", "-u", "-c", script));
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().contains("TieredStopAtLevel=1")).isEqualTo(without);
  }
}
