package io.perennial.runner.plugin;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parent of every drop-in's loader: the JDK, and of the runner's own class path what a plugin
 * shares with it. All else is hidden, service files included, so that a plugin may carry any
 * version of any other library.
 */
final class Exposed extends ClassLoader {
  /** What is shared, and never loaded from a drop-in, because its types meet the runner's. */
  private static final List<String> SHARED =
      List.of(
          "io/perennial/api/",
          "io/perennial/models/",
          "com/google/inject/",
          "jakarta/inject/",
          "org/nd4j/",
          "org/bytedeco/",
          "org/slf4j/",
          "org/apache/logging/log4j/");

  /** Of a shared package, what is the runner's own. */
  private static final List<String> HIDDEN = List.of("org/apache/logging/log4j/core/");

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader runner;

  Exposed(ClassLoader runner) {
    super("perennial-exposed", ClassLoader.getPlatformClassLoader());
    this.runner = runner;
  }

  /** Whether a class or resource, with slashes, comes from the runner. */
  static boolean shares(String path) {
    return SHARED.stream().anyMatch(path::startsWith)
        && HIDDEN.stream().noneMatch(path::startsWith);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (shares(name.replace('.', '/'))) {
      return runner.loadClass(name);
    }
    throw new ClassNotFoundException(name);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    return shares(name) ? runner.getResource(name) : null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    return shares(name) ? runner.getResources(name) : Collections.emptyEnumeration();
  }
}
