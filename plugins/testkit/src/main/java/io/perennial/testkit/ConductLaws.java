package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Rehearsal;
import io.perennial.api.Router;
import io.perennial.api.Rows;
import io.perennial.api.Sampling;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import io.perennial.models.NativeSetup;
import io.perennial.models.Workers;
import io.perennial.runner.plugin.Wiring;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy answers is well formed, and it touches nothing but what it is given to change.
 */
final class ConductLaws {
  static final List<Law> ALL =
      List.of(
          Law.ofRuns("only what may be changed is changed", ConductLaws::touch),
          Law.of("rehearsed rows are well formed", Rehearsal.class, ConductLaws::rehearse),
          Law.of("what is drawn is there", Sampling.class, ConductLaws::draw),
          Law.of("inferred tasks were seen", Router.class, ConductLaws::route),
          Law.of(
              "an order names each task once and peeks at no test",
              TaskOrder.class,
              ConductLaws::order));

  private ConductLaws() {}

  private static void touch(Subject subject) {
    try (Bench bench = Bench.witnessed(subject, Conditions.USUAL, new Witness(new Guard()))) {
      bench.run();
    }
  }

  private static void rehearse(Subject subject) {
    int[] added = {0};
    Witness witness =
        new Witness(
            (bench, method, arguments, answer) -> {
              if (method.equals("mass")) {
                Object mass = answer.to(arguments);
                if (!(mass instanceof Double d && d >= 0 && d < Double.POSITIVE_INFINITY)) {
                  fail("The mass is " + mass + ". Expected: finite and at least 0.");
                }
                return mass;
              }
              if (method.equals("rehearse")) {
                CheckedRows rows =
                    new CheckedRows((Learner) arguments[0], (Rows) arguments[1], subject);
                Object nothing = answer.to(new Object[] {arguments[0], rows});
                added[0] += rows.added();
                return nothing;
              }
              return answer.to(arguments);
            });
    try (Bench bench = Bench.witnessed(subject, Conditions.USUAL, witness)) {
      bench.run();
    }
    subject.requireActive(Rehearsal.class, added[0] > 0, "In three tasks no row was rehearsed.");
  }

  private static void draw(Subject subject) {
    Witness witness =
        new Witness(
            (bench, method, arguments, answer) -> {
              Object result = answer.to(arguments);
              if (method.equals("draw")) {
                check((Sampling.Draw) result, (Learner) arguments[0], bench.strategy());
              }
              return result;
            });
    try (Bench bench = Bench.witnessed(subject, Conditions.USUAL, witness)) {
      bench.run();
    }
  }

  private static void check(Sampling.@Nullable Draw draw, Learner learner, Strategy strategy) {
    if (draw == null || draw.tasks().length != draw.examples().length || draw.tasks().length == 0) {
      fail("A draw names as many tasks as examples, at least one, not " + draw + ".");
      return;
    }
    List<Task> seen = learner.seen();
    for (int n = 0; n < draw.tasks().length; n++) {
      int task = draw.tasks()[n];
      if (task < 0 || task >= seen.size()) {
        fail(
            "Task "
                + task
                + " is drawn from while tasks 0 to "
                + (seen.size() - 1)
                + " were seen.");
      }
      if (task < learner.task().index() && !strategy.needsOldTasks()) {
        fail(
            "Task "
                + task
                + " is drawn from while task "
                + learner.task().index()
                + " is learned, but needsOldTasks is false. Say that old tasks' data is needed.");
      }
      Examples training = seen.get(task).training();
      int example = draw.examples()[n];
      if (example < 0 || example >= training.size()) {
        fail(
            "Example "
                + example
                + " is drawn from the "
                + training.size()
                + " of task "
                + task
                + ".");
      }
    }
  }

  private static void route(Subject subject) {
    Witness witness =
        new Witness(
            (bench, method, arguments, answer) -> {
              Object nothing = answer.to(arguments);
              if (method.equals("route")) {
                int seen = bench.training().seen().size();
                for (int task : (int[]) arguments[1]) {
                  if (task < 0 || task >= seen) {
                    fail("Task " + task + " was inferred while " + seen + " tasks were seen.");
                  }
                }
              }
              return nothing;
            });
    try (Bench bench = Bench.witnessed(subject, Conditions.USUAL, witness)) {
      bench.run();
    }
  }

  private static void order(Subject subject) {
    NativeSetup.ensure();
    int[] first = order(subject, 1);
    int[] sorted = first.clone();
    Arrays.sort(sorted);
    for (int t = 0; t < sorted.length; t++) {
      if (sorted[t] != t) {
        fail(
            "The order "
                + Arrays.toString(first)
                + " does not name each of "
                + sorted.length
                + " tasks once.");
      }
    }
    for (int threads = 1; threads <= 2; threads++) {
      int[] again = order(subject, threads);
      if (!Arrays.equals(first, again)) {
        fail(
            "The order "
                + Arrays.toString(first)
                + " became "
                + Arrays.toString(again)
                + " with the same seed on "
                + threads
                + " thread(s).");
      }
    }
  }

  private static int[] order(Subject subject, int threads) {
    RandomSource random = new RandomSource(7);
    List<Task> tasks =
        Blobs.stream(5, subject.shape(), Setting.DOMAIN_INCREMENTAL, false, random.child("blobs"));
    try (Workers workers = new Workers(threads)) {
      Wiring wiring =
          new Wiring(
              subject.registry(), random, binder -> binder.bind(Workers.class).toInstance(workers));
      TaskOrder order = (TaskOrder) wiring.create(subject.bind(subject.block()), "order");
      return order.order(tasks);
    }
  }
}
