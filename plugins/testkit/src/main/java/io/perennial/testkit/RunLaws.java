package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Expansion;
import io.perennial.api.GradientTransform;
import io.perennial.api.LossTerm;
import io.perennial.api.Objective;
import io.perennial.api.Regularizer;
import io.perennial.api.Rehearsal;
import io.perennial.api.Sampling;
import io.perennial.api.Strategy;
import io.perennial.runner.training.Demand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What can be said of whole runs: they are repeated and compared. */
final class RunLaws {
  private static final int MANY_TASKS = 8;
  private static final int TOO_MUCH = 4;
  private static final int SMALL = 1024;

  static final List<Law> ALL =
      List.of(
          Law.ofRuns("the same seed gives the same bits", RunLaws::sameSeed),
          Law.ofRuns("the number of threads changes no bit", RunLaws::threads),
          Law.ofRuns("what it keeps stays within its bound", RunLaws::bound),
          Law.ofRuns("what it keeps is what it told before", RunLaws::told),
          Law.ofRuns("boundaries that it does not need change nothing", RunLaws::boundaries),
          Law.ofRuns("settings that ask for nothing change nothing", RunLaws::neutral)
              .where(subject -> !subject.neutral().isEmpty()),
          Law.ofRuns("the first task is learned as without it", RunLaws::firstTask)
              .where(RunLaws::onlyGuardsTheOld));

  private RunLaws() {}

  private static String bits(Subject subject, Conditions conditions) {
    try (Bench bench = Bench.of(subject, conditions).run()) {
      return bench.bits();
    }
  }

  private static void sameSeed(Subject subject) {
    requireEqual(
        bits(subject, Conditions.USUAL),
        bits(subject, Conditions.USUAL),
        "Two runs with the same seed differ",
        "Draw from the injected RandomSource only; look at no clock, no static state and no order"
            + " of a hash table.");
  }

  private static void threads(Subject subject) {
    String one = bits(subject, Conditions.USUAL.withThreads(1));
    for (int threads : new int[] {2, 3}) {
      requireEqual(
          one,
          bits(subject, Conditions.USUAL.withThreads(threads)),
          "A run on " + threads + " threads differs from one on a single thread",
          "Divide work by its shape, never by Workers.threads(), and add up in a fixed order.");
    }
  }

  private static void bound(Subject subject) {
    try (Bench bench = Bench.of(subject, Conditions.USUAL.withTasks(MANY_TASKS, 1))) {
      List<String> excess = new ArrayList<>();
      bench
          .training()
          .run(
              (training, tasks) -> {
                long kept = States.numbers(bench.strategy().save());
                long parameters = training.model().parameterCount();
                long most = subject.bound().numbers(tasks, parameters);
                if (kept > most) {
                  excess.add(
                      kept + " numbers after " + tasks + " tasks, at most " + most + " declared");
                }
              });
      if (!excess.isEmpty()) {
        fail(
            "The saved state is larger than declared: "
                + excess
                + ". Keep less, or declare what grows in mostNumbersKept.");
      }
    }
  }

  /**
   * The estimate of a run's memory rests on it: never too little, and not so much that runs which
   * would fit are refused.
   */
  private static void told(Subject subject) {
    try (Bench bench = Bench.of(subject, Conditions.USUAL.withTasks(MANY_TASKS, 1))) {
      Demand told = bench.demand();
      long[] most = new long[3];
      bench
          .training()
          .run(
              (training, tasks) -> {
                most[0] = Math.max(most[0], States.bytes(bench.strategy().save()));
                most[1] = Math.max(most[1], training.model().parameters().length());
                most[2] = Math.max(most[2], training.model().parameterCount());
              });
      if (told.kept() < most[0] || told.kept() > TOO_MUCH * most[0] + SMALL) {
        fail(
            "bytesKept told %d bytes, but %d were kept. Expected: at least that, and at most %d times it."
                .formatted(told.kept(), most[0], TOO_MUCH));
      }
      if (told.parameters().live() < most[1] || told.parameters().all() < most[2]) {
        fail(
            "largest told %s, but there were %d live parameters and %d in all. Expected: at least so many."
                .formatted(told.parameters(), most[1], most[2]));
      }
    }
  }

  /** Without the calls that streams without boundaries do not make, nothing is different. */
  private static void boundaries(Subject subject) {
    Witness deaf =
        new Witness(
            (bench, method, arguments, answer) ->
                switch (method) {
                  case "beforeTask", "afterTask" -> null;
                  case "afterPhase" -> 0;
                  default -> answer.to(arguments);
                });
    try (Bench bench = Bench.witnessed(subject, Conditions.USUAL, deaf)) {
      if (!bench.strategy().needsBoundaries()) {
        requireEqual(
            bits(subject, Conditions.USUAL),
            bench.run().bits(),
            "needsBoundaries is false, but without beforeTask, afterPhase and afterTask a run ends"
                + " differently",
            "Do the work in afterStep, or say that boundaries are needed.");
      }
    }
  }

  private static void neutral(Subject subject) {
    String naive = parameters(subject, null);
    for (String block : subject.neutral()) {
      assertEquals(
          naive,
          parameters(subject, block),
          () -> block + " changes training. Expected: the same bits as without the strategy.");
    }
  }

  private static String parameters(Subject subject, @Nullable String block) {
    try (Bench bench = Bench.of(subject, block, Conditions.USUAL).run()) {
      return bench.parameters();
    }
  }

  private static boolean onlyGuardsTheOld(Subject subject) {
    boolean guards =
        subject.has(Regularizer.class)
            || subject.has(LossTerm.class)
            || subject.has(Rehearsal.class);
    return subject.emptyAtFirst()
        && guards
        && Stream.<Class<? extends Strategy>>of(
                Sampling.class, Objective.class, GradientTransform.class, Expansion.class)
            .noneMatch(subject::has);
  }

  private static void firstTask(Subject subject) {
    assertEquals(
        afterFirstTask(subject, null),
        afterFirstTask(subject, subject.block()),
        "The first task is learned differently than without the strategy. Expected: with nothing to"
            + " remember it changes no bit; if it is meant to, say so in emptyAtFirst.");
  }

  private static String afterFirstTask(Subject subject, @Nullable String block) {
    List<String> bits = new ArrayList<>();
    try (Bench bench = Bench.of(subject, block, Conditions.USUAL)) {
      bench.training().run((training, tasks) -> bits.add(bench.parameters()));
    }
    return bits.get(0);
  }

  static void requireEqual(String expected, String actual, String what, String remedy) {
    if (!expected.equals(actual)) {
      fail(what + ": " + States.difference(expected, actual) + ". " + remedy);
    }
  }
}
