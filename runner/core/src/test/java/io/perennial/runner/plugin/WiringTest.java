package io.perennial.runner.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Binder;
import com.google.inject.Module;
import io.perennial.api.Configured;
import io.perennial.api.DataSource;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Plugin;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.FakePlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;

class WiringTest {
  private static final Record NONE = new Registration.NoSettings();
  private static final Module NOTHING = binder -> {};

  private static Wiring wiring(Plugin... plugins) {
    Registry registry = Registry.of(plugins);
    assertThat(registry.refused()).isEmpty();
    return new Wiring(registry, new RandomSource(7), NOTHING);
  }

  private static Configured<Strategy> ewc(double lambda) {
    return new Configured<>(
        Strategy.class,
        "ewc",
        new FakePlugin.Ewc.EwcSettings(lambda, FakePlugin.Ewc.Fisher.EXACT, false, 1));
  }

  private static Configured<Strategy> strategy(String type) {
    return new Configured<>(Strategy.class, type, NONE);
  }

  @Test
  void twoStagesOfOneTypeHaveTheirOwnSettingsAndGenerators() {
    Wiring wiring = wiring(new FakePlugin());
    FakePlugin.Ewc one = (FakePlugin.Ewc) wiring.create(ewc(1), "one");
    FakePlugin.Ewc two = (FakePlugin.Ewc) wiring.create(ewc(2), "two");
    assertThat(one.settings().lambda()).isEqualTo(1);
    assertThat(two.settings().lambda()).isEqualTo(2);
    assertThat(one.draw()).isEqualTo(new RandomSource(7).child("one").nextLong());
    assertThat(two.draw()).isEqualTo(new RandomSource(7).child("two").nextLong());
  }

  @Test
  void extensionsInsideSettingsAreMadeUnderTheirOwnersLabel() {
    Wiring wiring = wiring(new FakePlugin());
    Configured<DataSource> digits = new Configured<>(DataSource.class, "digits", NONE);
    FakePlugin.Split split =
        (FakePlugin.Split)
            wiring.create(
                new Configured<>(
                    Scenario.class,
                    "split",
                    new FakePlugin.Split.SplitSettings(digits, 5, Setting.TASK_INCREMENTAL, 0)),
                "scenario");
    assertThat(split.source()).isInstanceOf(FakePlugin.Nothing.class);
    assertThat(split.source()).isNotSameAs(split.source());
    assertThat(split.draw()).isEqualTo(new RandomSource(7).child("scenario").nextLong());
  }

  /** A helper that two plugins bind, each for itself. */
  interface Memory {
    String owner();
  }

  /** Uses its plugin's helper. */
  static final class Remembering implements Strategy {
    private final Memory memory;

    @Inject
    Remembering(Memory memory) {
      this.memory = memory;
    }
  }

  /** First. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Left implements Plugin {
    @Override
    public void configure(Binder binder) {
      binder.bind(Memory.class).toInstance(() -> "left");
      ExtensionBinder.of(binder).register(Strategy.class, "left", Remembering.class);
    }
  }

  /** Second. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Right implements Plugin {
    @Override
    public void configure(Binder binder) {
      binder.bind(Memory.class).to(RightMemory.class).in(Singleton.class);
      binder.bind(RightMemory.class);
      ExtensionBinder.of(binder).register(Strategy.class, "right", Remembering.class);
    }
  }

  /** One for all extensions of its plugin. */
  static final class RightMemory implements Memory {
    @Inject
    RightMemory() {}

    @Override
    public String owner() {
      return "right";
    }
  }

  @Test
  void twoPluginsBindTheSameType() {
    Wiring wiring = wiring(new Left(), new Right());
    Remembering left = (Remembering) wiring.create(strategy("left"), "a");
    Remembering right = (Remembering) wiring.create(strategy("right"), "b");
    Remembering again = (Remembering) wiring.create(strategy("right"), "c");
    assertThat(left.memory.owner()).isEqualTo("left");
    assertThat(right.memory.owner()).isEqualTo("right");
    assertThat(again.memory).isSameAs(right.memory);
  }

  @Test
  void oneRegistryServesManyRuns() {
    Registry registry = Registry.of(new Left());
    for (int run = 0; run < 2; run++) {
      Wiring wiring = new Wiring(registry, new RandomSource(run), NOTHING);
      assertThat(wiring.create(strategy("left"), "a")).isInstanceOf(Remembering.class);
    }
  }

  /** Has something to tell. */
  static final class Talking implements Strategy {
    final Logger log;

    @Inject
    Talking(Logger log) {
      this.log = log;
    }
  }

  /** Registers it. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class TalkingPlugin implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder).register(Strategy.class, "talking", Talking.class);
    }
  }

  @Test
  void theLoggerIsNamedAfterTheExtension() {
    Talking talking = (Talking) wiring(new TalkingPlugin()).create(strategy("talking"), "a");
    assertThat(talking.log.getName()).isEqualTo("strategy.talking");
  }

  /** Wants what nobody binds. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Wanting implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Strategy.class, "wanting", Remembering.class)
          .register(Strategy.class, "implicit", Implicit.class);
    }
  }

  /** Wants a class that could be made, but is not bound. */
  static final class Implicit implements Strategy {
    private final RightMemory memory;

    @Inject
    Implicit(RightMemory memory) {
      this.memory = memory;
    }

    @Override
    public String toString() {
      return memory.owner();
    }
  }

  @Test
  void whatIsNotBoundIsNamed() {
    Registry registry = Registry.of(new Wanting());
    Wiring wiring =
        new Wiring(
            registry,
            new RandomSource(7),
            binder -> binder.bind(StringBuilder.class).toInstance(new StringBuilder()));
    assertThatThrownBy(() -> wiring.create(strategy("wanting"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "strategy 'wanting' (strategy 0, plugin io.perennial.runner.plugin.WiringTest$Wanting in"
                + " test-classes) cannot be made: Explicit bindings are required and"
                + " io.perennial.runner.plugin.WiringTest$Memory is not explicitly bound. The"
                + " constructor of io.perennial.runner.plugin.WiringTest$Remembering asks for"
                + " io.perennial.runner.plugin.WiringTest$Memory as parameter 1. The plugin must bind"
                + " it, or ask for what can be injected: Registration$NoSettings, RandomSource,"
                + " org.apache.logging.log4j.Logger, Extensions, java.lang.StringBuilder.");
    assertThatThrownBy(() -> wiring.create(strategy("implicit"), "strategy 1"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "Explicit bindings are required and"
                + " io.perennial.runner.plugin.WiringTest$RightMemory is not explicitly bound.");
  }

  /** Asks for its own asker. */
  static final class Circle implements Memory {
    @Inject
    Circle(RightMemory half, Half other) {
      assertThat(half.owner()).isNotEqualTo(other.toString());
    }

    @Override
    public String owner() {
      return "circle";
    }
  }

  /** The other half of it. */
  static final class Half {
    private final Memory memory;

    @Inject
    Half(Memory memory) {
      this.memory = memory;
    }

    @Override
    public String toString() {
      return memory.owner();
    }
  }

  /** Not made by Guice. */
  static final class Closed {
    private Closed() {}
  }

  /** Bindings that lead in a circle. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Circular implements Plugin {
    @Override
    public void configure(Binder binder) {
      binder.bind(Memory.class).to(Circle.class);
      binder.bind(Circle.class);
      binder.bind(Half.class);
      binder.bind(RightMemory.class);
      ExtensionBinder.of(binder).register(Strategy.class, "circular", Remembering.class);
    }
  }

  /** A binding that cannot be. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Private implements Plugin {
    @Override
    public void configure(Binder binder) {
      binder.bind(Closed.class);
      ExtensionBinder.of(binder).register(Strategy.class, "private", FakePlugin.Naive.class);
    }
  }

  @Test
  void aCircleIsToldWithItsWay() {
    Wiring wiring = wiring(new Circular());
    assertThatThrownBy(() -> wiring.create(strategy("circular"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("strategy 'circular' (strategy 0, plugin ")
        .hasMessageContaining(
            "Found a circular dependency involving io.perennial.runner.plugin.WiringTest$Memory")
        .hasMessageEndingWith(
            " The constructor of io.perennial.runner.plugin.WiringTest$Half asks for"
                + " io.perennial.runner.plugin.WiringTest$Memory as parameter 1 (by way of"
                + " io.perennial.runner.plugin.WiringTest$Remembering ->"
                + " io.perennial.runner.plugin.WiringTest$Circle ->"
                + " io.perennial.runner.plugin.WiringTest$Half).");
  }

  @Test
  void aHelperThatGuiceCannotMake() {
    Wiring wiring = wiring(new Private());
    assertThatThrownBy(() -> wiring.check(strategy("private"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "cannot be made: No injectable constructor for type"
                + " io.perennial.runner.plugin.WiringTest$Closed.");
  }

  @Test
  void aCheckMakesNothing() {
    wiring(new Throwing()).check(strategy("broken"), "strategy 0");
    assertThatThrownBy(() -> wiring(new Wanting()).check(strategy("wanting"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not explicitly bound");
  }

  /** Its constructor has something to say. */
  static final class Choosy implements Strategy {
    @Inject
    Choosy() {
      throw new IllegalArgumentException("the buffer must hold an example of each class");
    }
  }

  /** Its constructor has a mistake. */
  static final class Broken implements Strategy {
    @Inject
    Broken() {
      throw new IllegalStateException("oops");
    }
  }

  /** Constructors that throw. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Throwing implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Strategy.class, "choosy", Choosy.class)
          .register(Strategy.class, "broken", Broken.class);
    }
  }

  @Test
  void constructorsThatThrow() {
    Wiring wiring = wiring(new Throwing());
    assertThatThrownBy(() -> wiring.create(strategy("choosy"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("strategy 'choosy' (strategy 0, plugin ")
        .hasMessageEndingWith(": the buffer must hold an example of each class");
    assertThatThrownBy(() -> wiring.create(strategy("broken"), "strategy 0"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("strategy 'broken' (strategy 0, plugin ")
        .hasMessageEndingWith(" could not be made: java.lang.IllegalStateException: oops");
  }

  @Test
  void anUnknownType() {
    assertThatThrownBy(() -> wiring(new FakePlugin()).create(strategy("evc"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("there is no strategy 'evc'. Did you mean 'ewc'?");
  }

  @Test
  void settingsOfAnotherType() {
    Wiring wiring = wiring(new FakePlugin());
    assertThatThrownBy(() -> wiring.create(strategy("ewc"), "strategy 0"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The settings of 'ewc' are a");
  }
}
