package io.perennial.runner.cli;

import picocli.CommandLine.Option;

/** How much memory a command may take. */
final class MemoryOption {
  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description =
          "Refuses, before it starts, what would need more, such as 900m or 8g, and keeps heap and"
              + " native arrays within it. Default: no limit")
  private long bytes;

  void limit(Engine engine) {
    if (bytes > 0) {
      engine.limitMemory(bytes);
    }
  }
}
