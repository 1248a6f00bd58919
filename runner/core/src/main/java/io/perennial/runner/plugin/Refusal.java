package io.perennial.runner.plugin;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A plugin that is not used. The others are not affected.
 *
 * @param plugin its class; where that is not known, the service file or the jar
 * @param jar where it was found, if that is known
 * @param version the jar's {@code Implementation-Version}, if that is known
 * @param apiVersion the version of the API it was compiled against, if that is known
 * @param reason what is wrong with it
 * @param remedy what to do
 */
public record Refusal(
    String plugin,
    Optional<Path> jar,
    Optional<String> version,
    Optional<String> apiVersion,
    String reason,
    String remedy) {

  Refusal(String plugin, Optional<Path> jar, String reason, String remedy) {
    this(plugin, jar, Optional.empty(), Optional.empty(), reason, remedy);
  }

  /** Where it was found, for tables; empty if that is not known. */
  public String jarName() {
    return jar.map(path -> String.valueOf(path.getFileName())).orElse("");
  }

  @Override
  public String toString() {
    return plugin + jar.map(path -> " (" + path + ")").orElse("") + ": " + reason + " " + remedy;
  }
}
