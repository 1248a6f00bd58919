package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.report.LiveServer;
import io.perennial.runner.report.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The report of a real comparison in a real browser. */
class ReportBrowserTest {
  /** Everything has been drawn when the page has been scrolled through. */
  private static final String SCROLL =
      """
      const done = arguments[arguments.length - 1];
      document.querySelectorAll('details.fold').forEach(fold => { fold.open = true; });
      let tries = 0;
      setTimeout(function step() {
        const waiting = [...document.querySelectorAll('.plot')].filter(p => !p.dataset.drawn);
        if (!waiting.length || tries++ > 400) { window.scrollTo(0, 0); done(waiting.length); return; }
        waiting[0].scrollIntoView({behavior: 'instant'});
        setTimeout(step, 20);
      }, 20);
      """;

  /** How many colours each chart's canvas has; an empty one has one. */
  private static final String COLOURS =
      """
      return [...document.querySelectorAll('.plot')].map(plot => {
        const canvas = plot.querySelector('canvas');
        const data = new Uint32Array(canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return new Set(data).size;
      });
      """;

  @TempDir private static Path directory = Path.of("");

  private static Browser browser;
  private static Path page = Path.of("");

  @BeforeAll
  static void compare() {
    browser = Browser.start();
    run("naive", "naive", "");
    run("ewc", "ewc", ", lambda: 1000");
    run("gate", "expert-gate", "");
    run("replay", "generative-replay", ", hidden: [20], latent: 4");
    page = directory.resolve("report.html");
    Report.of(List.of(directory.resolve("runs"))).write(page);
  }

  private static void run(String name, String strategy, String settings) {
    String yaml =
        """
        name: split digits by %s
        pipeline: %s
        seeds: [1, 2]
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: class-incremental}
        model: {type: mlp, hidden: [20]}
        training: {iterations: 30, batchSize: 16, optimizer: {type: adam, learningRate: 0.003}}
        curves: {every: 10, examples: 50}
        strategies: [{type: %s%s}]
        """
            .formatted(
                name,
                strategy.equals("expert-gate") ? "model-expansion" : "knowledge-retention",
                strategy,
                settings);
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(
          perennial.parse(yaml), RunOptions.into(directory.resolve("runs").resolve(name)));
    }
  }

  /** No page of an earlier test goes on asking. */
  @BeforeEach
  void forget() {
    browser.open(URI.create("about:blank")).forget();
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  private static void open(int width, String scheme) {
    browser.screen(width, 1000, scheme).open(page.toUri());
    long left = (Long) browser.driver().executeAsyncScript(SCROLL);
    assertThat(left).as("charts that were not drawn").isZero();
  }

  private static void shoot(String name) throws IOException {
    Number height = browser.script(Number.class, "return document.documentElement.scrollHeight");
    Number width = browser.script(Number.class, "return window.innerWidth");
    String scheme =
        browser.script(Boolean.class, "return matchMedia('(prefers-color-scheme: dark)').matches")
            ? "dark"
            : "light";
    browser.screen(width.intValue(), Math.min(height.intValue(), 9000), scheme);
    browser.screenshot(Path.of("target", "report-screenshots", name + ".png"));
  }

  @Test
  void everyChartIsDrawnWithoutErrorsOrRequests() throws IOException {
    open(1280, "light");
    List<?> colours = browser.list(COLOURS);
    // Curves, metrics, three of cost, four matrices, and what the strategies contribute.
    assertThat(colours).hasSizeGreaterThan(14).allMatch(count -> ((Long) count) > 8);
    assertThat(
            browser.list("return [...document.querySelectorAll('img')].map(i => i.naturalWidth)"))
        .isNotEmpty()
        .allMatch(width -> (Long) width > 8);
    shoot("light");
    open(1280, "dark");
    assertThat(
            browser.script(String.class, "return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(16, 20, 24)");
    shoot("dark");
    assertThat(browser.console()).isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(url -> url.equals(page.toUri().toString()) || url.startsWith("data:"));
  }

  @Test
  void theTablesHaveTheNumbersOfTheResults() throws IOException {
    open(1280, "light");
    browser
        .driver()
        .executeScript("document.querySelectorAll('details').forEach(d => d.open = true)");
    List<JsonNode> summaries = new ArrayList<>();
    List<List<JsonNode>> seeds = new ArrayList<>();
    for (String name : List.of("ewc", "gate", "naive", "replay")) {
      Path run = directory.resolve("runs").resolve(name);
      summaries.add(json(run));
      seeds.add(List.of(json(run.resolve("seed-1")), json(run.resolve("seed-2"))));
    }
    List<String> metrics = List.copyOf(summaries.get(0).path("mean").propertyNames());
    assertThat(metrics).contains("averageAccuracy", "forgetting");
    List<?> overview =
        browser.list(
            "return [...document.querySelectorAll('.overview tbody tr')].map(r => "
                + "[...r.querySelectorAll('[data-value]')].map(c => c.dataset.value))");
    for (int e = 0; e < 4; e++) {
      for (int m = 0; m < metrics.size(); m++) {
        JsonNode mean = summaries.get(e).path("mean").path(metrics.get(m));
        assertThat(((List<?>) overview.get(e)).get(m))
            .isEqualTo(mean.isNull() ? "" : Double.toString(mean.doubleValue()));
      }
      // Rows after the untrained model's: R, the mean over the seeds.
      List<?> matrix = table("g0-matrix-" + e);
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j <= i; j++) {
          String cell = "/accuracyMatrix/" + i + "/" + j;
          double mean =
              (seeds.get(e).get(0).at(cell).doubleValue()
                      + seeds.get(e).get(1).at(cell).doubleValue())
                  / 2;
          assertThat(Double.parseDouble((String) ((List<?>) matrix.get(i + 1)).get(j)))
              .isCloseTo(mean, offset(1e-12));
        }
      }
    }
    int accuracy = metrics.indexOf("averageAccuracy");
    List<?> bars = table("g0-metric-" + accuracy);
    for (int e = 0; e < 4; e++) {
      JsonNode interval = summaries.get(e).at("/interval95/averageAccuracy");
      assertThat(((List<?>) bars.get(e)).stream().map(v -> Double.parseDouble((String) v)))
          .containsExactly(
              summaries.get(e).at("/mean/averageAccuracy").doubleValue(),
              interval.get(0).doubleValue(),
              interval.get(1).doubleValue());
    }
    assertThat(browser.console()).isEmpty();
  }

  /** Guarded parameters, relatedness, the gates' confusion and generated samples. */
  @Test
  void strategiesShowWhatTheyDid() {
    open(1280, "light");
    List<?> shown =
        browser.list(
            "return [...document.querySelectorAll('figure')].filter(f => f.id.includes('-picture-') && "
                + "(f.querySelector('img') || (f.querySelector('canvas') && f.querySelector('.foot details'))))"
                + ".map(f => f.querySelector('h3').textContent)");
    assertThat(shown)
        .extracting(Object::toString)
        .anyMatch(title -> title.startsWith("Share of each tensor's parameters by importance"))
        .anyMatch(title -> title.startsWith("How related each task (row) is to those before it"))
        .anyMatch(title -> title.endsWith("(row) that the gates sent to each expert"))
        .anyMatch(title -> title.contains("generat"));
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void theOrdersSensitivityIsThatOfTheResults() throws IOException {
    Path out = directory.resolve("orders");
    String yaml =
        """
        name: digits in three orders
        pipeline: knowledge-retention
        seeds: [1, 2]
        orders: 3
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
        model: {type: mlp, hidden: [20]}
        training: {iterations: 20, batchSize: 16}
        strategies: [{type: naive}]
        """;
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(perennial.parse(yaml), RunOptions.into(out));
    }
    Path file = directory.resolve("orders.html");
    Report.of(List.of(out)).write(file);
    browser.screen(1280, 1000, "light").open(file.toUri());
    assertThat((Long) browser.driver().executeAsyncScript(SCROLL)).isZero();
    browser
        .driver()
        .executeScript("document.querySelectorAll('details').forEach(d => d.open = true)");
    List<?> rows = table("g0-order");
    assertThat(rows).hasSize(3 + 3);
    JsonNode sensitivity = json(out).required("orderSensitivity");
    List<String> names = List.of("worst", "mean", "best");
    for (int i = 0; i < names.size(); i++) {
      assertThat(Double.parseDouble((String) ((List<?>) rows.get(3 + i)).get(2)))
          .as(names.get(i))
          .isCloseTo(sensitivity.required(names.get(i)).doubleValue(), offset(1e-12));
    }
    WebElement plot = browser.driver().findElement(By.cssSelector("#g0-order .plot"));
    assertThat(plot.getDomAttribute("aria-label")).contains("3 orders, from 0.", "a spread of 0.");
    plot.sendKeys(Keys.ARROW_RIGHT);
    assertThat(spoken()).contains(" → ", "average accuracy 0.");
    shoot("orders");
    assertThat(browser.console()).isEmpty();
  }

  /** The page fills a table a moment after it was opened. */
  private static List<?> table(String figure) {
    await("document.querySelector('#%s tbody tr') !== null".formatted(figure));
    return browser.list(
        "return [...document.getElementById(arguments[0]).querySelectorAll('tbody tr')]"
            + ".map(r => [...r.querySelectorAll('td')].map(c => c.dataset.value || ''))",
        figure);
  }

  private static JsonNode json(Path run) throws IOException {
    return new JsonMapper().readTree(Files.readAllBytes(run.resolve("results.json")));
  }

  @Test
  void everythingCanBeReachedAndReadByKeyboard() {
    open(1280, "light");
    // From the top: everything that can have the focus gets it by the tabulator, in order.
    WebElement body = browser.driver().findElement(By.tagName("body"));
    body.sendKeys(Keys.TAB);
    assertThat(focused("className")).isEqualTo("skip");
    for (int i = 0; i < 40 && !"plot".equals(focused("className")); i++) {
      browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    }
    assertThat(focused("className")).isEqualTo("plot");
    WebElement plot = browser.driver().switchTo().activeElement();
    assertThat(plot.getDomAttribute("role")).isEqualTo("img");
    assertThat(plot.getDomAttribute("aria-label")).contains("Line chart of accuracy", "naive 0.");
    plot.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(spoken()).startsWith("ewc\ntasks learned ").contains(": 0.");
    plot.sendKeys(Keys.ARROW_DOWN);
    assertThat(spoken()).startsWith("expert-gate\n");
    // Then comes its table, which opens with the keyboard.
    plot.sendKeys(Keys.TAB);
    WebElement summary = browser.driver().switchTo().activeElement();
    assertThat(summary.getTagName()).isEqualTo("summary");
    summary.sendKeys(Keys.ENTER);
    assertThat(table("g0-learning")).hasSizeGreaterThan(5);
    WebElement select = browser.driver().findElement(By.cssSelector("#g0-learning select"));
    select.sendKeys("task 2");
    assertThat(plot.getDomAttribute("aria-label")).contains("Line chart");
    assertThat(browser.list("return [...document.querySelectorAll('#g0-learning option')]"))
        .hasSize(1 + 5 + 4);
    assertThat(
            browser.list(
                "return [...document.querySelectorAll('.plot, select, button, .scroll')].filter(e => "
                    + "!e.getAttribute('aria-label') && !e.textContent)"))
        .as("without a name")
        .isEmpty();
    assertThat(browser.console()).isEmpty();
  }

  private static String focused(String property) {
    return browser.script(String.class, "return document.activeElement." + property);
  }

  private static String spoken() {
    return browser.script(String.class, "return document.getElementById('spoken').textContent");
  }

  @Test
  void aPhoneShowsItWithoutScrollingSideways() throws IOException {
    open(360, "light");
    assertThat(browser.script(Long.class, "return document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(360);
    assertThat(browser.list(COLOURS)).allMatch(count -> ((Long) count) > 8);
    assertThat(
            browser.list(
                "return [...document.querySelectorAll('.plot canvas')].map(c => c.clientWidth)"))
        .allMatch(width -> (Long) width > 250 && (Long) width <= 360);
    shoot("phone");
  }

  @Test
  void paperGetsEveryChart() throws IOException {
    browser.screen(1280, 800, "dark").open(page.toUri());
    Map<String, Object> pdf =
        browser.driver().executeCdpCommand("Page.printToPDF", Map.of("printBackground", true));
    byte[] content = Base64.getDecoder().decode((String) pdf.get("data"));
    Path file = Path.of("target", "report-screenshots", "print.pdf");
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    // The charts below the fold were never seen, but are on the paper.
    assertThat(
            browser.list(
                "return [...document.querySelectorAll('.plot')].filter(p => !p.dataset.drawn)"))
        .isEmpty();
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void fiftyRunsOfTwentyTasksAreSmallAndFast() throws IOException {
    String yaml =
        """
        name: large
        pipeline: knowledge-retention
        seed: 1
        scenario: {type: permuted, dataset: {type: digits}, tasks: 20, setting: domain-incremental}
        model: {type: mlp, hidden: [10]}
        training: {iterations: 10, batchSize: 16, optimizer: {type: sgd, learningRate: 0.1}}
        curves: {every: 2, examples: 20}
        strategies: [{type: ewc, lambda: 10}]
        """;
    Path one = directory.resolve("one");
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(perennial.parse(yaml), RunOptions.into(one));
    }
    List<Path> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add(copy(one, directory.resolve("many").resolve("run-" + i)));
    }
    Path large = directory.resolve("large.html");
    Report.of(many).write(large);
    assertThat(Files.size(large)).isLessThan(5_000_000);
    // The browser's own work, by its processor time: what else this machine does is not the page's.
    browser.driver().executeCdpCommand("Performance.enable", Map.of("timeDomain", "threadTicks"));
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      browser.screen(1280, 1000, "light").open(large.toUri());
      browser
          .driver()
          .executeAsyncScript(
              """
              const done = arguments[0];
              (function wait() {
                if (!document.querySelector('#g0-learning .plot[data-drawn]')) { setTimeout(wait, 5); return; }
                const select = document.querySelector('#g0-learning select');
                select.selectedIndex = 3;
                select.dispatchEvent(new Event('change'));
                requestAnimationFrame(() => done());
              })();
              """);
      seconds.add(taskSeconds());
    }
    assertThat(seconds).as("seconds until a choice was answered").anyMatch(s -> s > 0 && s < 2);
    shoot("large");
    assertThat(browser.console()).isEmpty();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(f -> !f.toString().contains("checkpoint")).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        if (Files.isRegularFile(file)) {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  @Test
  void aLivePageFollowsTheRunWithoutLosingItsPlace() throws IOException {
    Path from = directory.resolve("runs").resolve("ewc");
    Path run = Files.createDirectories(directory.resolve("live"));
    AtomicReference<String> progress = new AtomicReference<>("task 1/5");
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (LiveServer live = LiveServer.start(run, progress::get, anyPort)) {
      browser.screen(1280, 600, "light").open(live.address());
      await("document.querySelector('h1').textContent === 'A run that has just begun'");
      await("document.getElementById('progress').textContent === 'task 1/5'");
      copy(from.resolve("seed-1"), run);
      await("document.querySelector('h1').textContent === 'split digits by ewc'");
      browser
          .driver()
          .executeScript(
              """
              document.querySelector('#g0-learning details').open = true;
              document.querySelector('#g0-learning').scrollIntoView({behavior: 'instant'});
              """);
      await("document.querySelectorAll('#g0-learning tbody tr').length > 5");
      long place = browser.script(Number.class, "return Math.round(scrollY)").longValue();
      assertThat(place).isPositive();
      progress.set("task 2/5");
      Path results = run.resolve("results.json");
      String changed = Files.readString(results).replace("split digits by ewc", "a new name");
      Files.writeString(results, changed);
      await("document.querySelector('h1').textContent === 'a new name'");
      await("document.getElementById('progress').textContent === 'task 2/5'");
      assertThat(browser.script(Number.class, "return Math.round(scrollY)").longValue())
          .isEqualTo(place);
      await("document.querySelectorAll('#g0-learning tbody tr').length > 5");
      await("document.querySelector('#g0-learning .plot').dataset.drawn === 'true'");
      assertThat(browser.console()).isEmpty();
      assertThat(browser.requests())
          .filteredOn(url -> url.startsWith("http"))
          .isNotEmpty()
          .allMatch(
              url ->
                  url.equals(live.address().toString())
                      || url.equals(live.address().resolve("progress").toString()));
    }
  }

  private static void await(String condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!browser.script(Boolean.class, "return " + condition)) {
      assertThat(System.nanoTime()).as(condition).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** What the page's thread has computed since it was opened. */
  private static double taskSeconds() {
    Map<String, Object> answer =
        browser.driver().executeCdpCommand("Performance.getMetrics", Map.of());
    for (Object metric : Objects.requireNonNull((List<?>) answer.get("metrics"))) {
      Map<?, ?> entry = (Map<?, ?>) metric;
      if ("TaskDuration".equals(entry.get("name"))) {
        return Objects.requireNonNull((Number) entry.get("value")).doubleValue();
      }
    }
    throw new AssertionError("The browser does not tell how long it computed");
  }
}
