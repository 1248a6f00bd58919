package io.perennial.runner.report;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perennial.api.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * Shows the report of a run that goes on, on this machine alone unless another address is given.
 * There are two resources: {@code /}, the page, made anew when results were written, and {@code
 * /progress}, which tells how far the run is and whether there is a new page. No path is ever
 * looked up in the file system, and a request whose {@code Host} is not this server's own is
 * refused, so that a page of another site whose name resolves to this machine cannot read the
 * answers ({@link HostNames}).
 */
public final class LiveServer implements AutoCloseable {
  private static final long LONGEST_FAREWELL = TimeUnit.SECONDS.toMillis(3);

  private final Path directory;
  private final Supplier<String> progress;
  private final HttpServer server;
  private final ExecutorService threads;
  private final HostNames hosts;

  private Results results = new Results("", new byte[0]);
  private boolean ended;

  /** When somebody last asked how far the run is, and which page was last fetched. */
  private long asked;

  private String fetched = "";

  /** A page and the state of the files that it was made of. */
  private record Results(String version, byte[] page) {}

  private LiveServer(
      Path directory, Supplier<String> progress, InetAddress address, HttpServer server) {
    this.directory = directory;
    this.progress = progress;
    this.server = server;
    this.hosts = new HostNames(address, server.getAddress().getPort());
    // The JVM may end while somebody looks at the page.
    this.threads =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "live report");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to serve.
   *
   * @param directory that of the run; need not exist yet
   * @param progress one line that tells how far the run is; asked from other threads
   * @param address of an interface of this machine, and a port on it; 0 for any that is free
   * @throws InputException if it cannot be had
   */
  public static LiveServer start(
      Path directory, Supplier<String> progress, InetSocketAddress address) {
    try {
      LiveServer live =
          new LiveServer(directory, progress, address.getAddress(), HttpServer.create(address, 0));
      live.server.setExecutor(live.threads);
      live.server.createContext("/", live::answer);
      live.server.start();
      return live;
    } catch (IOException e) {
      throw new InputException(
          "Port %d of %s cannot be served (%s). Give another --live-port, or 0 for any that is free; a --live-address must be one of this machine's."
              .formatted(address.getPort(), address.getAddress().getHostAddress(), e.getMessage()),
          e);
    }
  }

  /** Where the page is. */
  public URI address() {
    return URI.create("http://" + hosts.name() + ":" + server.getAddress().getPort() + "/");
  }

  /** Whether only this machine can ask for it. */
  public boolean isPrivate() {
    return server.getAddress().getAddress().isLoopbackAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      String host = exchange.getRequestHeaders().getFirst("Host");
      String path = exchange.getRequestURI().getRawPath();
      if (host == null || !hosts.contains(host)) {
        send(exchange, 403, "text/plain", "Ask for " + hosts.name() + ".");
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, "text/plain", "This page can only be read.");
      } else if ("/".equals(path)) {
        Results current = current();
        send(exchange, 200, "text/html", current.page);
        fetched(current.version);
      } else if ("/progress".equals(path)) {
        boolean over = ended();
        Map<String, Object> answer =
            Map.of(
                "version",
                current().version,
                "text",
                over ? "The run has ended." : progress.get(),
                "ended",
                over);
        send(exchange, 200, "application/json", new JsonMapper().writeValueAsString(answer));
        asked();
      } else {
        send(exchange, 404, "text/plain", "There is nothing but the report.");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String content)
      throws IOException {
    send(exchange, status, type, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] content)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Content-Security-Policy", "frame-ancestors 'none'");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, content.length);
      exchange.getResponseBody().write(content);
    }
  }

  /** The page of what is on the disk now; the one before while that is being written. */
  private synchronized Results current() {
    String version = EntryReader.version(directory);
    if (!version.equals(results.version) || results.page.length == 0) {
      String html;
      try {
        html = Report.of(List.of(directory)).liveHtml();
      } catch (InputException e) {
        // Nothing has been measured yet.
        html = Report.empty().liveHtml();
      }
      results = new Results(version, html.getBytes(StandardCharsets.UTF_8));
    }
    return results;
  }

  private synchronized boolean ended() {
    return ended;
  }

  private synchronized void asked() {
    asked = System.nanoTime();
    notifyAll();
  }

  private synchronized void fetched(String version) {
    fetched = version;
    notifyAll();
  }

  /** Ends; gives a page that somebody is looking at a moment to fetch the final results. */
  @Override
  public void close() {
    try {
      farewell();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    threads.shutdownNow();
  }

  private synchronized void farewell() throws InterruptedException {
    ended = true;
    String last = EntryReader.version(directory);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_FAREWELL);
    boolean watched =
        asked != 0 && System.nanoTime() - asked < TimeUnit.MILLISECONDS.toNanos(LONGEST_FAREWELL);
    while (watched && !fetched.equals(last) && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
    }
  }
}
