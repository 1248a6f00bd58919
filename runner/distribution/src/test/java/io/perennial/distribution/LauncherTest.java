package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Launcher;
import io.perennial.api.Plugin;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Launchers that execute the runs of several seeds in another order, elsewhere, or not at all. */
class LauncherTest {
  @TempDir Path directory;

  /** Three launchers. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Launchers implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Launcher.class, "backwards", Backwards.class)
          .register(Launcher.class, "elsewhere", Elsewhere.class)
          .register(Launcher.class, "forgetful", Forgetful.class);
    }
  }

  static final class Backwards implements Launcher {
    @Inject
    Backwards() {}

    @Override
    public void launch(List<Run> runs) {
      for (int i = runs.size() - 1; i >= 0; i--) {
        runs.get(i).execute();
      }
    }
  }

  /** Another engine, which knows no more than the YAML and the directory. */
  static final class Elsewhere implements Launcher {
    @Inject
    Elsewhere() {}

    @Override
    public void launch(List<Run> runs) {
      for (Run run : runs) {
        assertThat(run.resumes()).isFalse();
        try (Perennial other = Perennial.start(1, registry())) {
          other.run(other.parse(run.configuration()), RunOptions.into(run.directory()));
        }
      }
    }
  }

  static final class Forgetful implements Launcher {
    @Inject
    Forgetful() {}

    @Override
    public void launch(List<Run> runs) {
      runs.get(0).execute();
    }
  }

  private static Registry registry() {
    List<Plugin> plugins = new ArrayList<>(List.of(new Launchers()));
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    return Registry.of(plugins.toArray(Plugin[]::new));
  }

  private Results run(String launcher, boolean resume) {
    String yaml =
        """
        name: launched
        pipeline: knowledge-retention
        seeds: [3, 1, 2]
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
        model: {type: mlp, hidden: [4]}
        training: {iterations: 2}
        launcher: {type: %s}
        """
            .formatted(launcher);
    try (Perennial perennial = Perennial.start(1, registry())) {
      return perennial.run(
          perennial.parse(yaml), new RunOptions(directory.resolve(launcher), resume, List.of()));
    }
  }

  @Test
  void whatRunsComputeDoesNotDependOnWhereAndWhenTheyExecute() {
    List<RunResult> local = run("local", false).runs();
    assertThat(local).extracting(RunResult::seed).containsExactly(3L, 1L, 2L);
    for (String launcher : List.of("backwards", "elsewhere")) {
      Results results = run(launcher, false);
      assertThat(results.status()).isEqualTo(RunResult.Status.COMPLETE);
      for (int i = 0; i < local.size(); i++) {
        assertThat(results.runs().get(i).seed()).isEqualTo(local.get(i).seed());
        assertThat(results.runs().get(i).parametersSha256())
            .isEqualTo(local.get(i).parametersSha256());
      }
      assertThat(directory.resolve(launcher).resolve("results.json"))
          .content()
          .contains("\"mean\"");
    }
  }

  @Test
  void aRunThatNobodyExecutedIsAFailureThatTellsWhatToDo() {
    assertThatThrownBy(() -> run("forgetful", false))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("'forgetful' did not execute seed-1")
        .hasMessageContaining("--resume");
    assertThat(Files.exists(directory.resolve("forgetful/seed-3/results.json"))).isTrue();
    assertThat(Files.exists(directory.resolve("forgetful/seed-1"))).isFalse();
  }
}
