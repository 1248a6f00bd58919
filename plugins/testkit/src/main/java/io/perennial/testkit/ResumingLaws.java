package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.State;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.training.SavePoints;
import io.perennial.runner.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A run that is saved, lost and restored ends as one that never stopped. */
final class ResumingLaws {
  static final List<Law> ALL =
      List.of(
          Law.ofRuns("a restored run goes on to the bit", ResumingLaws::afterTasks),
          Law.ofRuns(
              "a run saved in the middle of a task goes on to the bit", ResumingLaws::inTasks));

  private ResumingLaws() {}

  /** Where a run is saved. */
  private abstract static class Places implements SavePoints {
    private final Path directory;
    private final Map<String, CheckpointStore> saved = new LinkedHashMap<>();

    Places(Path directory) {
      this.directory = directory;
    }

    void save(String where, Training training) {
      if (!saved.containsKey(where)) {
        CheckpointStore store = new CheckpointStore(directory.resolve("at-" + saved.size()));
        store.write(training.parameterCounts().size(), training.save());
        saved.put(where, store);
      }
    }
  }

  private static final class AfterTasks extends Places {
    AfterTasks(Path directory) {
      super(directory);
    }

    @Override
    public void taskDone(Training training, int tasks) {
      if (tasks < Conditions.USUAL.tasks()) {
        save("after " + tasks + " tasks", training);
      }
    }
  }

  /** At the very beginning, within an epoch, at its end, and where there are old tasks. */
  private static final class InTasks extends Places {
    private static final List<List<Integer>> STEPS = List.of(List.of(1), List.of(2, 3), List.of(5));

    private int steps;

    InTasks(Path directory) {
      super(directory);
    }

    @Override
    public void taskDone(Training training, int tasks) {
      steps = 0;
    }

    @Override
    public void stepDone(Training training) {
      steps++;
      int task = training.task().index();
      if (STEPS.get(task).contains(steps)) {
        save("after step " + steps + " of task " + task, training);
      }
      if (training.phase() > 0) {
        save("after a step of phase " + training.phase(), training);
      }
    }
  }

  private static void afterTasks(Subject subject) throws IOException {
    check(subject, AfterTasks::new);
  }

  private static void inTasks(Subject subject) throws IOException {
    check(subject, InTasks::new);
  }

  private interface Where {
    Places in(Path directory);
  }

  private static void check(Subject subject, Where where) throws IOException {
    Path directory = Files.createTempDirectory("conformance");
    try {
      String whole;
      try (Bench bench = Bench.of(subject, Conditions.USUAL).run()) {
        whole = bench.bits() + bench.artefacts();
      }
      Places places = where.in(directory);
      try (Bench bench = Bench.of(subject, Conditions.USUAL)) {
        bench.training().run(places);
        RunLaws.requireEqual(
            whole,
            bench.bits() + bench.artefacts(),
            "A run that was saved meanwhile ends differently",
            "save must change nothing.");
      }
      for (Map.Entry<String, CheckpointStore> saved : places.saved.entrySet()) {
        State state = saved.getValue().latest().orElseThrow().state();
        check(subject, saved.getKey(), state, whole);
      }
    } finally {
      delete(directory);
    }
  }

  private static void check(Subject subject, String where, State saved, String whole) {
    try (Bench resumed = Bench.of(subject, Conditions.USUAL)) {
      restore(resumed, where, saved);
      String before = States.bits(saved.part("strategies"));
      RunLaws.requireEqual(
          before,
          States.bits(resumed.training().save().part("strategies")),
          "Saved " + where + ", restored and saved again, the state differs",
          "restore must take over everything that save gave.");
      States.destroy(saved);
      resumed.run();
      RunLaws.requireEqual(
          whole,
          resumed.bits() + resumed.artefacts(),
          "A run restored " + where + " ends differently",
          "save must hold everything that later work depends on, generators and counters of the"
              + " task at hand included, restore must copy the tensors it is given, and what is"
              + " made in beforeTask without being saved must be made again in taskResumed.");
    }
  }

  private static void restore(Bench resumed, String where, State saved) {
    try {
      resumed.training().restore(saved);
    } catch (RuntimeException e) {
      fail("Saved " + where + ", the state cannot be restored: " + e, e);
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
