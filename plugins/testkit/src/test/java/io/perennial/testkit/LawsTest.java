package io.perennial.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.perennial.api.LossTerm;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/**
 * A sound strategy keeps every law of its roles, and for each law there is a fault that breaks it.
 */
class LawsTest {
  private static final String SETTINGS = "a number out of its range is refused where it stands";
  private static final String RANGES = "every number declares its range";
  private static final String SEED = "the same seed gives the same bits";
  private static final String THREADS = "the number of threads changes no bit";
  private static final String RESTORING = "a restored run goes on to the bit";
  private static final String IN_TASK = "a run saved in the middle of a task goes on to the bit";
  private static final String BOUND = "what it keeps stays within its bound";
  private static final String TOLD = "what it keeps is what it told before";
  private static final String BOUNDARIES = "boundaries that it does not need change nothing";
  private static final String NEUTRAL = "settings that ask for nothing change nothing";
  private static final String FIRST = "the first task is learned as without it";
  private static final String TOUCH = "only what may be changed is changed";
  private static final String PENALTY = "the penalty's gradient is its derivative";
  private static final String IMPLICIT = "an implicit penalty is the penalty";
  private static final String GROWTH = "growth keeps the penalty";
  private static final String TERM = "the loss term's gradient is its derivative";
  private static final String OBJECTIVE = "the objective's gradient is its derivative";
  private static final String ROWS = "rehearsed rows are well formed";
  private static final String DRAWS = "what is drawn is there";
  private static final String ROUTES = "inferred tasks were seen";
  private static final String ORDER = "an order names each task once and peeks at no test";

  /** What the next conformance test is about: the engine makes the instances. */
  private static String type = "";

  private static String fault = "";

  /** Empty for all. */
  private static String only = "";

  /** What an author would write. */
  static final class Conformance extends StrategyConformance {
    @Override
    protected String strategy() {
      return "{type: " + type + (fault.isEmpty() ? "" : ", fault: " + fault) + "}";
    }

    @Override
    protected Class<? extends Strategy> kind() {
      return type.equals("order") ? TaskOrder.class : Strategy.class;
    }

    @Override
    protected Set<Class<? extends Strategy>> restingRoles() {
      return fault.isEmpty() ? Set.of(LossTerm.class) : Set.of();
    }

    @Override
    boolean concerns(Law law) {
      return only.isEmpty() || only.equals(law.name());
    }

    @Override
    protected List<String> changingNothing() {
      return type.equals("penalty")
          ? List.of("{type: penalty, lambda: 0, fault: " + fault + "}")
          : List.of();
    }
  }

  /** The laws that were checked, and what each says; empty if it is kept. */
  private static Map<String, String> broken(String ofType, String withFault, String law) {
    type = ofType;
    fault = withFault;
    only = law;
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Conformance.class))
        .execute()
        .testEvents()
        .finished()
        .stream()
        .collect(
            Collectors.toMap(
                event -> event.getTestDescriptor().getDisplayName(),
                LawsTest::said,
                (a, b) -> a + b,
                TreeMap::new));
  }

  private static String said(Event event) {
    TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
    boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
    return failed ? String.valueOf(result.getThrowable().orElseThrow().getMessage()) : "";
  }

  @ParameterizedTest
  @MethodSource("sound")
  void aSoundStrategyKeepsThem(String role, List<String> laws) {
    Map<String, String> said = broken(role, "none", "");
    assertThat(said.values()).allMatch(String::isEmpty);
    assertThat(said).containsOnlyKeys(laws);
  }

  static Stream<Arguments> sound() {
    List<String> always =
        List.of(
            RANGES, SETTINGS, SEED, THREADS, RESTORING, IN_TASK, BOUND, TOLD, BOUNDARIES, TOUCH);
    return Stream.of(
        Arguments.of("penalty", plus(always, NEUTRAL, FIRST, PENALTY, IMPLICIT, GROWTH)),
        Arguments.of("term", plus(always, FIRST, TERM)),
        Arguments.of("objective", plus(always, OBJECTIVE)),
        Arguments.of("rehearsal", plus(always, FIRST, ROWS)),
        Arguments.of("transform", always),
        Arguments.of("sampling", plus(always, DRAWS)),
        Arguments.of("router", plus(always, ROUTES)),
        Arguments.of("order", List.of(RANGES, SETTINGS, ORDER)));
  }

  private static List<String> plus(List<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).toList();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultBreaksItsLaw(Enum<?> withFault, String law, String message) {
    String role = withFault.getDeclaringClass().getEnclosingClass().getSimpleName();
    String name = role.substring("Fake".length()).toLowerCase(Locale.ROOT);
    String kebab = withFault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    assertThat(broken(name, kebab, law))
        .hasEntrySatisfying(law, s -> assertThat(s).contains(message));
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(FakePenalty.Fault.GRADIENT_TWICE, PENALTY, "finite differences give"),
        Arguments.of(FakePenalty.Fault.GRADIENT_OVERWRITES, PENALTY, "finite differences give"),
        Arguments.of(FakePenalty.Fault.FLAT, PENALTY, "nothing is guarded"),
        Arguments.of(FakePenalty.Fault.IMPLICIT_HALF, IMPLICIT, "two different penalties"),
        Arguments.of(FakePenalty.Fault.ACTS_AT_ZERO, NEUTRAL, "the same bits as without"),
        Arguments.of(FakePenalty.Fault.ACTS_AT_FIRST, FIRST, "emptyAtFirst"),
        Arguments.of(FakePenalty.Fault.COUNTS_INSTANCES, SEED, "RandomSource"),
        Arguments.of(FakePenalty.Fault.COUNTS_THREADS, THREADS, "A run on 2 threads differs"),
        Arguments.of(
            FakePenalty.Fault.FORGETS, RESTORING, "restored after 1 tasks ends differently"),
        Arguments.of(FakePenalty.Fault.FORGETS_STEPS, RESTORING, "ends differently"),
        Arguments.of(FakePenalty.Fault.KEEPS_TENSORS, RESTORING, "ends differently"),
        Arguments.of(FakePenalty.Fault.SAVING_SHRINKS, IN_TASK, "save must change nothing"),
        Arguments.of(
            FakePenalty.Fault.FORGETS_THE_TASK, IN_TASK, "after step 2 of task 1 ends differently"),
        Arguments.of(FakePenalty.Fault.NOT_RESTORED_IN_TASK, IN_TASK, "cannot be restored"),
        Arguments.of(FakePenalty.Fault.GROWS, BOUND, "larger than declared"),
        Arguments.of(FakePenalty.Fault.TELLS_HALF, TOLD, "Expected: at least that"),
        Arguments.of(FakePenalty.Fault.TELLS_TOO_MUCH, TOLD, "at most 4 times it"),
        Arguments.of(FakePenalty.Fault.DENIES_BOUNDARIES, BOUNDARIES, "needsBoundaries is false"),
        Arguments.of(FakePenalty.Fault.REMAPS_NOTHING, GROWTH, "out of bounds"),
        Arguments.of(FakePenalty.Fault.REMAPS_IMPORTANCE_AS_PARAMETER, GROWTH, "changed from"),
        Arguments.of(FakePenalty.Fault.WRITES_BEYOND, TOUCH, "wrote beyond"),
        Arguments.of(FakePenalty.Fault.CHANGES_LOSS_GRADIENT, TOUCH, "may only read"),
        Arguments.of(FakePenalty.Fault.MOVES_PARAMETERS, TOUCH, "changed the model's parameters"),
        Arguments.of(FakePenalty.Fault.CHANGES_BATCH, TOUCH, "changed the batch"),
        Arguments.of(FakeTerm.Fault.NOTHING, TERM, "did not add to the loss"),
        Arguments.of(FakeTerm.Fault.GRADIENT_NEGATED, TERM, "finite differences give"),
        Arguments.of(FakeTerm.Fault.GRADIENT_OVERWRITES, TERM, "finite differences give"),
        Arguments.of(FakeTerm.Fault.CHANGES_LOGITS, TOUCH, "may only read"),
        Arguments.of(FakeObjective.Fault.GRADIENT_OF_THE_WHOLE, OBJECTIVE, "finite differences"),
        Arguments.of(FakeObjective.Fault.GRADIENT_ADDED, OBJECTIVE, "NaN"),
        Arguments.of(FakeRehearsal.Fault.NOTHING, ROWS, "no row was rehearsed"),
        Arguments.of(FakeRehearsal.Fault.NEGATIVE_MASS, ROWS, "The mass is -1.0"),
        Arguments.of(FakeRehearsal.Fault.NEGATIVE_WEIGHT, ROWS, "weight of rehearsed rows is -1.0"),
        Arguments.of(FakeRehearsal.Fault.OTHER_LABEL, ROWS, "does not compete"),
        Arguments.of(FakeRehearsal.Fault.LABEL_OF_THE_FUTURE, ROWS, "does not compete"),
        Arguments.of(FakeRehearsal.Fault.TASK_OF_THE_FUTURE, ROWS, "while task 1 is learned"),
        Arguments.of(FakeRehearsal.Fault.NOT_FINITE, ROWS, "not finite"),
        Arguments.of(FakeRehearsal.Fault.TOO_NARROW, ROWS, "rows of 6 values were announced"),
        Arguments.of(FakeRehearsal.Fault.SUM_OF_TWO, ROWS, "add up to 2"),
        Arguments.of(FakeRehearsal.Fault.PROBABILITY_ELSEWHERE, ROWS, "of class 2"),
        Arguments.of(FakeTransform.Fault.MOVES_PARAMETERS, TOUCH, "changed the model's parameters"),
        Arguments.of(FakeTransform.Fault.CONCEALS_SELECTION, TOUCH, "changed nothing, but it did"),
        Arguments.of(FakeSampling.Fault.FUTURE_TASK, DRAWS, "Task 1 is drawn from while"),
        Arguments.of(FakeSampling.Fault.OLD_TASK, DRAWS, "needsOldTasks is false"),
        Arguments.of(FakeSampling.Fault.NO_SUCH_EXAMPLE, DRAWS, "is drawn from the 48 of task 0"),
        Arguments.of(FakeSampling.Fault.UNEQUAL, DRAWS, "as many tasks as examples"),
        Arguments.of(FakeSampling.Fault.NOTHING, DRAWS, "as many tasks as examples"),
        Arguments.of(FakeRouter.Fault.SAYS_NOTHING, ROUTES, "Task -1 was inferred"),
        Arguments.of(FakeRouter.Fault.FUTURE_TASK, ROUTES, "Task 2 was inferred"),
        Arguments.of(FakeRouter.Fault.CHANGES_FEATURES, TOUCH, "may only read"),
        Arguments.of(FakeOrder.Fault.TWICE, ORDER, "does not name each of 5 tasks once"),
        Arguments.of(FakeOrder.Fault.PEEKS, ORDER, "Test examples were read"),
        Arguments.of(FakeOrder.Fault.COUNTS_THREADS, ORDER, "on 2 thread(s)"));
  }

  @Test
  void settingsThatSayTooLittleAndFailWithinTheirRange() {
    Map<String, String> said = broken("unbounded", "", "");
    assertThat(said.get(RANGES)).contains("[inner.any]");
    assertThat(said.get(SETTINGS)).contains("divisor = 0.0, the end of its range").contains("/ by");
  }

  @Test
  void aRoleThatIsToRestMayNotAct() {
    assertThat(broken("term", "", TERM).get(TERM)).contains("among restingRoles, but it acted");
  }

  @Test
  void everyLawHasAFault() {
    List<String> faulted = faults().map(arguments -> (String) arguments.get()[1]).toList();
    assertThat(Laws.ALL.stream().map(Law::name))
        .containsOnlyOnceElementsOf(
            Stream.concat(faulted.stream(), Stream.of(RANGES, SETTINGS)).distinct().toList())
        .hasSize((int) faulted.stream().distinct().count() + 2);
  }

  @Test
  void aStrategyThatCannotBeFoundIsNamed() {
    type = "nothing";
    fault = "";
    only = "";
    var failures =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(Conformance.class))
            .execute()
            .containerEvents()
            .failed()
            .stream()
            .map(LawsTest::said)
            .toList();
    assertThat(failures).hasSize(1).allMatch(s -> s.contains("@AutoService(Plugin.class)"));
  }
}
