package io.perennial.testkit;

import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.runner.plugin.Registry;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The laws that a strategy keeps because of its roles, each a test of its own:
 *
 * <pre>{@code
 * class MyPenaltyConformanceTest extends StrategyConformance {
 *   @Override
 *   protected String strategy() {
 *     return "{type: my-penalty, lambda: 0.5}";
 *   }
 * }
 * }</pre>
 *
 * <p>The strategy is found as the runner finds it, by the service file of its plugin on the test's
 * class path, and is trained on streams of two-class blobs. Choose settings with which it acts on
 * such small networks: a role that does nothing breaks a law, unless it is among {@link
 * #restingRoles}.
 */
public abstract class StrategyConformance {
  /** For extension authors. */
  protected StrategyConformance() {}

  /** The strategy as it is written in a configuration, {@code {type: …}}. */
  protected abstract String strategy();

  /** {@code Strategy.class}, or {@code TaskOrder.class} for an order of tasks. */
  protected Class<? extends Strategy> kind() {
    return Strategy.class;
  }

  /**
   * Blocks with which the strategy must leave training as it is without it, to the bit: {@code
   * lambda: 0}, say. None by default.
   */
  protected List<String> changingNothing() {
    return List.of();
  }

  /**
   * Whether there is nothing to guard or rehearse in the first task, so that it must be learned as
   * without the strategy, to the bit. Asked for regularisers, loss terms and rehearsals only.
   */
  protected boolean emptyAtFirst() {
    return true;
  }

  /**
   * Roles that have nothing to do with these settings, such as a loss term that is turned off; they
   * must then do nothing. Told apart are {@code Regularizer}, {@code LossTerm} and {@code
   * Rehearsal}.
   */
  protected Set<Class<? extends Strategy>> restingRoles() {
    return Set.of();
  }

  /**
   * The network's block, {@code {type: …}}. Empty, the default, for small dense networks with tanh
   * in the laws about gradients, and one that is large enough for two threads where these matter.
   */
  protected String model() {
    return "";
  }

  /** The shape of one example, whose values lie in [0, 1]. */
  protected long[] shape() {
    return new long[] {6};
  }

  /** What is known at test time. */
  protected Setting setting() {
    return Setting.TASK_INCREMENTAL;
  }

  /**
   * The most numbers that the saved state may hold. By default four for each parameter and a few
   * more, however many tasks there were.
   *
   * @param tasks that were learned
   * @param parameters of the model by then, frozen ones counted
   */
  protected long mostNumbersKept(int tasks, long parameters) {
    return 4 * parameters + 100;
  }

  /** Which laws at all; the kit's own tests look at one at a time. */
  boolean concerns(Law law) {
    return true;
  }

  /** A test for each law that the strategy's roles bind it to. */
  @TestFactory
  final Stream<DynamicTest> laws() {
    Subject subject =
        new Subject(
            Registry.load(getClass().getClassLoader()),
            kind(),
            strategy(),
            changingNothing(),
            emptyAtFirst(),
            restingRoles(),
            model(),
            shape(),
            setting(),
            this::mostNumbersKept);
    return Laws.ALL.stream()
        .filter(law -> concerns(law) && law.applies().test(subject))
        .map(law -> DynamicTest.dynamicTest(law.name(), () -> law.check().on(subject)));
  }
}
