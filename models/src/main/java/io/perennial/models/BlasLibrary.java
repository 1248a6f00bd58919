package io.perennial.models;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The process's environment as native libraries see it, and the OpenBLAS that was loaded. */
final class BlasLibrary {
  private static final String FILE = "libopenblas";

  private BlasLibrary() {}

  /** A variable of the native environment, which may differ from {@code System.getenv}. */
  static Optional<String> variable(String name) {
    @Nullable String value = System.getenv(name);
    if (value == null) {
      value = runtime().getFunction("getenv").invokeString(new Object[] {name}, false);
    }
    return Optional.ofNullable(value).filter(v -> !v.isBlank());
  }

  /** Sets a variable of the native environment; libraries that load later see it. */
  static void setVariable(String name, String value) {
    int failed =
        Platform.isWindows()
            ? runtime().getFunction("_putenv_s").invokeInt(new Object[] {name, value})
            : runtime().getFunction("setenv").invokeInt(new Object[] {name, value, 1});
    if (failed != 0) {
      throw new IllegalStateException("setenv of " + name + " failed with " + failed);
    }
  }

  /** Whether it is too late to choose a kernel. */
  static boolean isLoaded() {
    return paths().findAny().isPresent();
  }

  /** The name of the kernel in use, as OpenBLAS gives it. */
  static Optional<String> kernel() {
    return paths().flatMap(path -> kernel(path).stream()).findFirst();
  }

  private static Optional<String> kernel(String path) {
    try {
      return Optional.of(
          NativeLibrary.getInstance(path)
              .getFunction("openblas_get_corename")
              .invokeString(new Object[0], false));
    } catch (LinkageError | RuntimeException e) {
      NativeSetup.LOG.debug("{} does not tell its kernel", path, e);
      return Optional.empty();
    }
  }

  private static NativeLibrary runtime() {
    return NativeLibrary.getInstance(Platform.isWindows() ? "msvcrt" : Platform.C_LIBRARY_NAME);
  }

  /** The files of the loaded OpenBLAS, most likely first, looked for as they are asked for. */
  private static Stream<String> paths() {
    return Stream.<Supplier<Stream<String>>>of(BlasLibrary::loaded, BlasLibrary::mapped)
        .flatMap(Supplier::get)
        .filter(BlasLibrary::isOpenBlas);
  }

  private static Stream<String> loaded() {
    return Loader.getLoadedLibraries().values().stream().filter(Objects::nonNull);
  }

  /** Another class loader's JavaCPP may have loaded it. */
  private static Stream<String> mapped() {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return Stream.empty();
    }
    try {
      String text = Files.readString(maps, StandardCharsets.ISO_8859_1);
      // Seldom there, and quicker to tell than to take thousands of lines apart.
      return text.contains(FILE)
          ? text.lines()
              .filter(line -> line.contains("/"))
              .map(line -> line.substring(line.indexOf('/')))
              .distinct()
          : Stream.empty();
    } catch (IOException e) {
      NativeSetup.LOG.debug("{} cannot be read", maps, e);
      return Stream.empty();
    }
  }

  private static boolean isOpenBlas(String path) {
    String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    return file.startsWith(FILE);
  }
}
