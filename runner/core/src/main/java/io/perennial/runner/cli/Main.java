package io.perennial.runner.cli;

import io.perennial.models.Probe;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;

/** Entry point of the command line. */
@Command(name = "perennial", mixinStandardHelpOptions = true, subcommands = Main.Demo.class)
public final class Main implements Runnable {
  /** Starts the command line. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.err);
  }

  @Command(name = "demo", description = "the main job on embedded data")
  static final class Demo implements Runnable {
    @Override
    public void run() {
      LoggerFactory.getLogger(Main.class).info("starting");
      System.out.println(new JsonMapper().writeValueAsString(Probe.product(64)));
    }
  }
}
