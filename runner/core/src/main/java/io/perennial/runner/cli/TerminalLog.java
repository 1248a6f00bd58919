package io.perennial.runner.cli;

import java.net.URI;
import java.nio.charset.Charset;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import org.jspecify.annotations.Nullable;

/**
 * What the command line logs where nobody configured Log4j: warnings go to the terminal, without
 * traces; a run's own log, with traces, gets the rest. Made by hand, because reading XML and
 * finding what it names takes a tenth of the time to a run's first step.
 */
public final class TerminalLog extends ConfigurationFactory {
  @Override
  protected String[] getSupportedTypes() {
    return new String[] {"*"};
  }

  /** Null: a file that somebody configured is for those who can read it. */
  @Override
  public @Nullable Configuration getConfiguration(
      LoggerContext context, ConfigurationSource source) {
    return null;
  }

  @Override
  public @Nullable Configuration getConfiguration(
      LoggerContext context, @Nullable String name, @Nullable URI location) {
    return location == null ? new Warnings(context) : null;
  }

  private static final class Warnings extends AbstractConfiguration {
    Warnings(LoggerContext context) {
      super(context, ConfigurationSource.NULL_SOURCE);
      setName("terminal");
      isShutdownHookEnabled = false;
    }

    @Override
    protected void doConfigure() {
      ConsoleAppender console =
          ConsoleAppender.newBuilder()
              .setName("terminal")
              .setTarget(ConsoleAppender.Target.SYSTEM_ERR)
              .setConfiguration(this)
              .setLayout(new Line())
              .build();
      console.start();
      addAppender(console);
      getRootLogger().setLevel(Level.INFO);
      getRootLogger().addAppender(console, Level.WARN, null);
    }
  }

  /** The level and the message. */
  private static final class Line extends AbstractStringLayout {
    Line() {
      super(Charset.defaultCharset());
    }

    @Override
    public String toSerializable(LogEvent event) {
      return "%s: %s%n"
          .formatted(
              event.getLevel().name().toLowerCase(Locale.ROOT),
              event.getMessage().getFormattedMessage());
    }
  }
}
