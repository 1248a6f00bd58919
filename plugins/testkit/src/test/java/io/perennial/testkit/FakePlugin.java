package io.perennial.testkit;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;

/** Registers a strategy for each role, sound unless told which fault to have. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class FakePlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(Strategy.class, "penalty", FakePenalty.class, FakePenalty.Settings.class)
        .register(Strategy.class, "term", FakeTerm.class, FakeTerm.Settings.class)
        .register(Strategy.class, "objective", FakeObjective.class, FakeObjective.Settings.class)
        .register(Strategy.class, "rehearsal", FakeRehearsal.class, FakeRehearsal.Settings.class)
        .register(Strategy.class, "transform", FakeTransform.class, FakeTransform.Settings.class)
        .register(Strategy.class, "sampling", FakeSampling.class, FakeSampling.Settings.class)
        .register(Strategy.class, "router", FakeRouter.class, FakeRouter.Settings.class)
        .register(Strategy.class, "unbounded", FakeUnbounded.class, FakeUnbounded.Settings.class)
        .register(TaskOrder.class, "order", FakeOrder.class, FakeOrder.Settings.class);
  }
}
