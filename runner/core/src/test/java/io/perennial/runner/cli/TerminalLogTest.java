package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.junit.jupiter.api.Test;

class TerminalLogTest {
  @Test
  void warningsGoToTheTerminalWithoutTraces() throws ReflectiveOperationException {
    PrintStream terminal = System.err;
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    System.setErr(new PrintStream(shown, true, Charset.defaultCharset()));
    try (LoggerContext context = new LoggerContext("terminal log")) {
      context.start(factory().getConfiguration(context, ConfigurationSource.NULL_SOURCE));
      Logger logger = context.getLogger("any");

      logger.info("read {} files", 3);
      logger.warn("there are {} left", 2, new IllegalStateException("hidden"));
      logger.error("none is left");

      assertThat(logger.getLevel()).as("a run's own log gets these, too").isEqualTo(Level.INFO);
    } finally {
      System.setErr(terminal);
    }
    assertThat(shown.toString(Charset.defaultCharset()))
        .isEqualTo("warn: there are 2 left%nerror: none is left%n".formatted());
  }

  /** As Log4j makes it from the name that the command line gives it. */
  private static ConfigurationFactory factory() throws ReflectiveOperationException {
    return Class.forName(Main.TERMINAL_LOG)
        .asSubclass(ConfigurationFactory.class)
        .getConstructor()
        .newInstance();
  }
}
