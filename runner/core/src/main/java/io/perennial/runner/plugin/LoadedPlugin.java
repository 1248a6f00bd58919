package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * A plugin that was accepted.
 *
 * @param name its class
 * @param version the jar's {@code Implementation-Version}, or {@code development}
 * @param apiVersion the version of the API it was compiled against
 * @param jar the jar or the directory of classes it was loaded from
 * @param module the plugin itself
 */
public record LoadedPlugin(
    String name, String version, String apiVersion, Optional<Path> jar, Plugin module) {

  static LoadedPlugin of(Plugin module, String apiVersion) {
    Class<?> type = module.getClass();
    return new LoadedPlugin(
        type.getName(), version(type).orElse("development"), apiVersion, jar(type), module);
  }

  /** The file's name for tables; the class when it was loaded from somewhere else. */
  public String jarName() {
    return jar.map(path -> String.valueOf(path.getFileName())).orElse(name);
  }

  static Optional<String> version(Class<?> type) {
    return Optional.ofNullable(type.getPackage().getImplementationVersion());
  }

  static Optional<Path> jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI()));
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      // A class may come from anywhere; only a file is worth showing.
      return Optional.empty();
    }
  }
}
