package io.perennial.distribution;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium without a screen, and what it did: its console and its requests. */
final class Browser implements AutoCloseable {
  private final ChromeDriver driver;
  private final List<String> requests = new ArrayList<>();

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts the browser of this machine; skips the test where there is none. */
  static Browser start() {
    Optional<File> browser = onPath("chromium", "chromium-browser", "google-chrome");
    Optional<File> service = onPath("chromedriver");
    // CI fails for any test that was skipped.
    assumeTrue(
        browser.isPresent() && service.isPresent(),
        "A browser is needed: apt-get install chromium chromium-driver, or its like, puts 'chromium'"
            + " and 'chromedriver' on the PATH.");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.orElseThrow());
    // As root in a container there is no sandbox and little shared memory.
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", logs);
    return new Browser(
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(service.orElseThrow())
                .usingAnyFreePort()
                .build(),
            options));
  }

  private static Optional<File> onPath(String... names) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(names)
        .flatMap(name -> Arrays.stream(path.split(File.pathSeparator)).map(d -> new File(d, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  /** A screen of this size, light or dark. */
  Browser screen(int width, int height, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    return this;
  }

  Browser open(URI page) {
    driver.get(page.toString());
    return this;
  }

  ChromeDriver driver() {
    return driver;
  }

  /** Runs a script that returns something. */
  <T> T script(Class<T> type, String script, Object... arguments) {
    return type.cast(driver.executeScript(script, arguments));
  }

  /** The numbers that a script returns. */
  List<?> list(String script, Object... arguments) {
    return script(List.class, script, arguments);
  }

  /** All that was written to the console since the last time. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  /** The addresses of all that was asked for, in the order of the requests. */
  List<String> requests() {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE).getAll()) {
      JsonNode message = new JsonMapper().readTree(entry.getMessage()).path("message");
      if (message.path("method").asString("").equals("Network.requestWillBeSent")) {
        requests.add(message.at("/params/request/url").asString(""));
      }
    }
    return List.copyOf(requests);
  }

  /** Looks at no earlier message or request any more. */
  void forget() {
    console();
    requests();
    requests.clear();
  }

  /** What the window shows, for a person to look at. */
  Browser screenshot(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    return this;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
