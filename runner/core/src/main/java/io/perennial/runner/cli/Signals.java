package io.perennial.runner.cli;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What interrupts a command: the first SIGINT (Ctrl-C) or SIGTERM lets the run save itself and
 * stop, the second ends the process at once. While this is open the JVM's own answer, to shut down,
 * is suspended: its hooks would free native memory under the step that is being made.
 *
 * <p>{@code sun.misc.Signal} is in every JDK's module {@code jdk.unsupported}, but javac warns of
 * it without a way to say that it is meant; hence the reflection. A JVM without it keeps its own
 * answer.
 */
final class Signals implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
  private static final int NONE = 0;

  /** What a shell adds to a signal's number. */
  private static final int OFFSET = 128;

  private static final Map<String, Integer> NUMBERS = Map.of("INT", 2, "TERM", 15);

  private final Runnable stop;
  private final PrintWriter err;
  private final IntConsumer halt;
  private final AtomicInteger exitCode = new AtomicInteger(NONE);

  /** What answered each signal before. */
  private final Map<Object, Object> before = new LinkedHashMap<>();

  /**
   * Answers signals from now on.
   *
   * @param stop asks the run to stop
   */
  Signals(Runnable stop, PrintWriter err) {
    this(stop, err, code -> Runtime.getRuntime().halt(code));
    NUMBERS.keySet().forEach(this::install);
  }

  /** Without installing anything. */
  Signals(Runnable stop, PrintWriter err, IntConsumer halt) {
    this.stop = stop;
    this.err = err;
    this.halt = halt;
  }

  /** 130 or 143 once a signal came. */
  OptionalInt exitCode() {
    int code = exitCode.get();
    return code == NONE ? OptionalInt.empty() : OptionalInt.of(code);
  }

  void on(String name) {
    int code = OFFSET + NUMBERS.getOrDefault(name, NONE);
    if (!exitCode.compareAndSet(NONE, code)) {
      halt.accept(code);
      return;
    }
    stop.run();
    err.println("Finishing the step and saving the run; interrupt again to end at once.");
    err.flush();
  }

  private void install(String name) {
    try {
      Class<?> handlers = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlers},
              (proxy, method, arguments) -> answer(name, proxy, method, arguments));
      Object signal = signals().getConstructor(String.class).newInstance(name);
      before.put(signal, handle(signal, handler));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Such as a JVM that was told to leave signals alone.
      LOG.info("SIG{} keeps the JVM's own answer: {}", name, e);
    }
  }

  private Object answer(String name, Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "Perennial's answer to SIG" + name;
      default -> {
        on(name);
        yield proxy; // Of a method without a result, and dropped.
      }
    };
  }

  private static Class<?> signals() throws ClassNotFoundException {
    return Class.forName("sun.misc.Signal");
  }

  private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
    Class<?> handlers = Class.forName("sun.misc.SignalHandler");
    try {
      return signals().getMethod("handle", signals(), handlers).invoke(null, signal, handler);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    before.forEach(
        (signal, handler) -> {
          try {
            handle(signal, handler);
          } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.info("{} is not the JVM's again: {}", signal, e);
          }
        });
    before.clear();
  }
}
