package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, because Log4j looks for its configuration once. */
class TerminalLogTest {
  @Test
  void warningsGoToTheTerminalWithoutTraces() throws IOException, InterruptedException {
    assertThat(shown())
        .isEqualTo("warn: there are 2 left%nerror: none is left%nINFO%n".formatted());
  }

  @Test
  void aFileThatSomebodyConfiguredIsUsedInstead(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path file = directory.resolve("mine.xml");
    Files.writeString(
        file,
        """
        <Configuration>
          <Appenders>
            <Console name="mine" target="SYSTEM_ERR"><PatternLayout pattern="mine %msg%n%ex{0}"/></Console>
          </Appenders>
          <Loggers><Root level="ERROR"><AppenderRef ref="mine"/></Root></Loggers>
        </Configuration>
        """);
    assertThat(shown("-Dlog4j2.configurationFile=" + file))
        .isEqualTo("mine none is left%nERROR%n".formatted());
  }

  private static String shown(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Logging.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).isZero();
    return output;
  }

  /** Logs as what the command line starts does, and tells the level that loggers let through. */
  static final class Logging {
    private Logging() {}

    public static void main(String[] args) {
      Main.configureLog();
      Logger logger = LogManager.getLogger("any");
      logger.info("read {} files", 3);
      logger.warn("there are {} left", 2, new IllegalStateException("hidden"));
      logger.error("none is left");
      System.err.println(logger.getLevel());
    }
  }
}
