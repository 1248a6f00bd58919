package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.RunListener;
import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log in a file. It is opened when the first run starts, not earlier: until then the
 * directory belongs to the check that it is empty.
 */
final class RunLog implements RunListener, AutoCloseable {
  private final Path file;
  private @Nullable FileAppender appender;

  RunLog(Path file) {
    this.file = file;
  }

  @Override
  public void runStarted(AccuracyMatrix accuracy) {
    if (appender != null || !(LogManager.getContext(false) instanceof LoggerContext context)) {
      return;
    }
    Configuration configuration = context.getConfiguration();
    PatternLayout layout =
        PatternLayout.newBuilder()
            .setConfiguration(configuration)
            .setPattern("%d{ISO8601} %-5level [%t] %logger{1}: %msg%n%throwable")
            .build();
    FileAppender opened =
        FileAppender.newBuilder()
            .setName("run log")
            .setConfiguration(configuration)
            .setLayout(layout)
            .setFileName(file.toString())
            .build();
    opened.start();
    configuration.getRootLogger().addAppender(opened, Level.INFO, null);
    appender = opened;
  }

  @Override
  public void close() {
    FileAppender opened = appender;
    if (opened != null && LogManager.getContext(false) instanceof LoggerContext context) {
      context.getConfiguration().getRootLogger().removeAppender(opened.getName());
      opened.stop();
      appender = null;
    }
  }
}
