package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.models.ModelsPlugin;
import io.perennial.runner.bench.Bench;
import io.perennial.runner.bench.Measurement;
import io.perennial.runner.bench.Report;
import io.perennial.runner.bench.Scale;
import io.perennial.runner.bench.Section;
import io.perennial.runner.data.DataPlugin;
import io.perennial.runner.launch.LaunchPlugin;
import io.perennial.runner.measure.MeasurePlugin;
import io.perennial.runner.plugin.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The measurements of {@code perennial bench}, the smallest possible: what counts is their kind.
 */
class BenchTest {
  private static final Scale TINY = new Scale(1, 1, 256, 64, 256, 6);

  private static Report run(Registry registry, List<String> progress) {
    return new Bench(registry, TINY, Optional.empty(), 2, progress::add).run();
  }

  private static List<Measurement> measurements(Report report) {
    return report.sections().stream().map(Section::measurements).flatMap(List::stream).toList();
  }

  @Test
  void everythingThatIsInstalledIsMeasured() {
    List<String> progress = new ArrayList<>();
    Report report = run(Registry.load(BenchTest.class.getClassLoader()), progress);
    assertThat(progress).hasSameSizeAs(report.sections());
    assertThat(report.environment()).containsKey("blas").containsEntry("threads", 2);
    assertThat(measurements(report))
        .isNotEmpty()
        .allSatisfy(
            measurement -> {
              assertThat(measurement.reason()).isEmpty();
              assertThat(measurement.values()).isNotEmpty();
              assertThat(measurement.median()).isFinite();
            })
        .filteredOn(measurement -> !measurement.name().contains("wait"))
        .allSatisfy(measurement -> assertThat(measurement.least()).isPositive());
    assertThat(measurements(report))
        .extracting(Measurement::name)
        .contains(
            "1024 x 1024 x 1024",
            "gemms / step",
            "1 thread / 2 threads",
            "naive",
            "naive / products of naive's steps",
            "ewc, empirical Fisher / products of naive's steps",
            "ewc, empirical Fisher / naive",
            "step's wait: the difference",
            "exact / epoch",
            "(solver + generator) / solver, the same batch",
            "digits routed and answered",
            "their time / their products, 1 thread",
            "last tasks / first tasks",
            "a checkpoint",
            "one a minute / training",
            "files / state");
    assertThat(report.sections())
        .filteredOn(section -> section.title().startsWith("step:"))
        .hasSize(5);
  }

  @Test
  void whatIsNotInstalledIsLeftOutWithAReason() {
    Registry without =
        Registry.of(new DataPlugin(), new LaunchPlugin(), new MeasurePlugin(), new ModelsPlugin());
    List<Measurement> all = measurements(run(without, new ArrayList<>()));
    assertThat(all)
        .filteredOn(measurement -> measurement.name().equals("naive"))
        .allSatisfy(measurement -> assertThat(measurement.median()).isPositive());
    assertThat(all)
        .filteredOn(measurement -> !measurement.reason().isEmpty())
        .hasSize(6)
        .allSatisfy(
            measurement -> {
              assertThat(measurement.reason()).contains("there is no strategy");
              assertThat(measurement.values()).isEmpty();
            });
  }

  @Test
  void dataThatIsNotThereIsToldOf() {
    Bench bench =
        new Bench(
            Registry.load(BenchTest.class.getClassLoader()),
            TINY,
            Optional.of(Path.of("no-such-directory")),
            1,
            what -> {});
    assertThatThrownBy(bench::run)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no-such-directory does not exist");
  }
}
