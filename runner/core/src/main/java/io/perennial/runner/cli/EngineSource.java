package io.perennial.runner.cli;

/** Starts the engine when a command needs it. */
@FunctionalInterface
interface EngineSource {
  Engine start(int threads, PluginOptions plugins);
}
