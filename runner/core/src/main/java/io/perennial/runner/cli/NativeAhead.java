package io.perennial.runner.cli;

import io.perennial.models.NativeSetup;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * Loads ND4J's libraries on a thread of its own while the command line is parsed, plugins are found
 * and the configuration is read: it takes about as long as all of these. Whoever needs ND4J first
 * waits for that and starts it.
 */
final class NativeAhead {
  /** The commands that come to need it, unless their input is wrong. */
  static final Set<String> COMMANDS =
      Set.of("bench", "check", "continue", "demo", "predict", "run");

  private final Thread thread;

  private NativeAhead(Thread thread) {
    this.thread = thread;
  }

  /** Begins, if these arguments stand for a command that needs it. */
  static NativeAhead start(String... arguments) {
    Thread thread = new Thread(NativeAhead::load, "perennial-native-setup");
    thread.setDaemon(true);
    if (isWorthwhile(arguments)) {
      thread.start();
    }
    return new NativeAhead(thread);
  }

  static boolean isWorthwhile(String... arguments) {
    return arguments.length > 0
        && COMMANDS.contains(arguments[0])
        && Arrays.stream(arguments).noneMatch(it -> it.equals("--help") || it.equals("-h"));
  }

  private static void load() {
    try {
      NativeSetup.load();
    } catch (IllegalStateException e) {
      // The command asks again and reports that; only the first attempt knows the cause.
      LoggerFactory.getLogger(NativeAhead.class).warn("ND4J did not load", e);
    }
  }

  /** Waits until libraries are loaded: a process must not end while they are half there. */
  void await() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
