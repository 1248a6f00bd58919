package io.perennial.runner.plugin;

/**
 * Lets a plugin's code run with its own class loader as the thread's context class loader, which is
 * where libraries look for services and resources.
 */
final class ContextLoader {
  private ContextLoader() {}

  /** Code that may throw. */
  interface Code<T, E extends Exception> {
    T run() throws E;
  }

  static <T, E extends Exception> T with(ClassLoader loader, Code<T, E> code) throws E {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return code.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
