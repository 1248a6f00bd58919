package io.perennial.testkit;

import io.perennial.api.Strategy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stands between the runner and a strategy and sees every call. */
final class Witness {
  /** The strategy's own answer. */
  interface Answer {
    @Nullable Object to(Object[] arguments) throws Throwable;
  }

  /** What is done with a call. */
  interface Watch {
    /**
     * Sees a call and answers it, usually with the strategy's own answer.
     *
     * @param method its name
     * @param arguments as the runner gave them
     */
    @Nullable Object on(Bench bench, String method, Object[] arguments, Answer answer)
        throws Throwable;
  }

  private final Watch watch;
  private @Nullable Bench bench;

  Witness(Watch watch) {
    this.watch = watch;
  }

  /** From now on the calls are those of this run; earlier ones pass unseen. */
  void watch(Bench run) {
    bench = run;
  }

  /** A strategy of the same roles that lets calls through here. */
  Strategy between(Strategy strategy) {
    Set<Class<?>> roles = new LinkedHashSet<>();
    for (Class<?> type = strategy.getClass(); type != null; type = type.getSuperclass()) {
      for (Class<?> role : type.getInterfaces()) {
        if (Strategy.class.isAssignableFrom(role)) {
          roles.add(role);
        }
      }
    }
    return (Strategy)
        Proxy.newProxyInstance(
            strategy.getClass().getClassLoader(),
            roles.toArray(Class<?>[]::new),
            (proxy, method, arguments) -> see(strategy, method, arguments));
  }

  private @Nullable Object see(
      Strategy strategy, Method method, Object @Nullable [] nullableArguments) throws Throwable {
    Object[] arguments = nullableArguments == null ? new Object[0] : nullableArguments;
    Answer answer = given -> invoke(strategy, method, given);
    Bench run = bench;
    return run == null ? answer.to(arguments) : watch.on(run, method.getName(), arguments, answer);
  }

  private static @Nullable Object invoke(Strategy strategy, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(strategy, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      throw cause == null ? e : cause;
    }
  }
}
