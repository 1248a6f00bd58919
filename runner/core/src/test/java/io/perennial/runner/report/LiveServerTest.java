package io.perennial.runner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class LiveServerTest {
  @TempDir private Path directory = Path.of("");
  private Path run = Path.of("");
  private LiveServer server;

  @BeforeEach
  void start() {
    run = directory.resolve("run");
    server = serve("127.0.0.1", 0);
  }

  private LiveServer serve(String address, int port) {
    return LiveServer.start(run, () -> "task 1/3", new InetSocketAddress(address, port));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String get(String path) throws IOException {
    return ask("GET", path, "localhost:" + server.address().getPort());
  }

  /** By hand: clients mend what is sent here. */
  private String ask(String method, String path, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      String lines =
          method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      out.write(lines.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private JsonNode progress() throws IOException {
    String answer = get("/progress");
    return new JsonMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
  }

  @Test
  void thePageFollowsTheResults() throws IOException {
    assertThat(get("/")).startsWith("HTTP/1.1 200").contains("A run that has just begun");
    String before = progress().path("version").stringValue();
    Runs runs = Runs.of("ewc", 3, 0.9);
    runs.write(run, runs.run(1, RunResult.Status.RUNNING, 1, Map.of()));
    assertThat(progress().path("version").stringValue()).isNotEqualTo(before);
    assertThat(progress().path("text").stringValue()).isEqualTo("task 1/3");
    assertThat(get("/")).contains("ewc on 3", "Seed 1 has not ended", "connect-src &#39;self&#39;");
    runs.write(run);
    assertThat(get("/")).contains("ewc on 3").doesNotContain("Seed 1 has not ended");
  }

  static List<String> otherPaths() {
    return List.of(
        "/results.json",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "/link",
        "//",
        "/./",
        "/progress/../../secret.txt",
        "/progress/",
        "/?/../secret.txt#",
        "/config.yaml",
        "/report.html",
        "/checkpoint/",
        "/%00",
        "/etc/passwd");
  }

  @ParameterizedTest
  @MethodSource("otherPaths")
  void nothingButThePageIsServed(String path) throws IOException {
    writeBesideASecret();
    assertThatItIsRefused(path);
  }

  @Test
  void norOnOtherInterfaces() throws IOException {
    server.close();
    server = serve("0.0.0.0", 0);
    writeBesideASecret();
    for (String path : otherPaths()) {
      assertThatItIsRefused(path);
    }
  }

  private void writeBesideASecret() throws IOException {
    Runs.of("ewc", 2, 0.9).write(run);
    Path secret = Files.writeString(directory.resolve("secret.txt"), "hush");
    Files.createSymbolicLink(run.resolve("link"), secret);
  }

  private void assertThatItIsRefused(String path) throws IOException {
    String answer = get(path);
    assertThat(answer).doesNotContain("hush", "root:x:0");
    // A query changes nothing: that is the page itself.
    if (!path.startsWith("/?")) {
      assertThat(answer).startsWith("HTTP/1.1 40").doesNotContain("ewc");
    }
  }

  @Test
  void linksToResultsElsewhereAreNotFollowed() throws IOException {
    Path other = Runs.of("hush", 2, 0.9).write(directory.resolve("other"), 2);
    Runs.of("ewc", 2, 0.9).write(run, 1);
    Files.createSymbolicLink(run.resolve("seed-2"), other.resolve("seed-2"));
    assertThat(get("/")).startsWith("HTTP/1.1 200").doesNotContain("hush");
    assertThatThrownBy(() -> Report.of(List.of(run)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed-2 is a symbolic link");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:PORT",
        "192.0.2.7:PORT",
        "localhost",
        "localhost:1",
        "127.0.0.1.evil.example:PORT",
        ""
      })
  void otherHostsAreRefused(String name) throws IOException {
    String host = name.replace("PORT", Integer.toString(server.address().getPort()));
    assertThat(ask("GET", "/", host)).startsWith("HTTP/1.1 40").doesNotContain("<html");
    assertThat(ask("GET", "/progress", host)).doesNotContain("task 1/3");
  }

  @Test
  void itsOwnNamesAreAccepted() throws IOException {
    int port = server.address().getPort();
    for (String host : new String[] {"localhost:", "127.0.0.1:", "[::1]:"}) {
      assertThat(ask("GET", "/", host + port)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void onlyThisMachineReachesIt() throws IOException {
    assertThat(server.isPrivate()).isTrue();
    for (InetAddress address : othersOfThisMachine()) {
      assertThatThrownBy(() -> new Socket(address, server.address().getPort()).close())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void elsewhereItIsReachedWhenAskedForAndNotByForeignNames() throws IOException {
    server.close();
    server = serve("0.0.0.0", 0);
    int port = server.address().getPort();
    assertThat(server.isPrivate()).isFalse();
    for (InetAddress address : othersOfThisMachine()) {
      try (Socket socket = new Socket(address, port)) {
        assertThat(socket.isConnected()).isTrue();
      }
    }
    String own = server.address().getHost();
    for (String host : List.of("localhost", "127.0.0.1", "192.0.2.7", "[2001:db8::7]", own)) {
      assertThat(ask("GET", "/progress", host + ":" + port)).startsWith("HTTP/1.1 200");
    }
    for (String host : List.of("evil.example", "192.0.2.7.evil.example", "192.0.2.7x", "", "[x]")) {
      assertThat(ask("GET", "/progress", host + ":" + port))
          .startsWith("HTTP/1.1 40")
          .doesNotContain("task 1/3");
    }
    assertThat(ask("GET", "/progress", "192.0.2.7")).startsWith("HTTP/1.1 403");
  }

  private static List<InetAddress> othersOfThisMachine() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .toList();
  }

  @Test
  void itCanOnlyBeRead() throws IOException {
    String host = "localhost:" + server.address().getPort();
    assertThat(ask("POST", "/", host)).startsWith("HTTP/1.1 405").contains("Allow: GET, HEAD");
    assertThat(ask("HEAD", "/", host)).startsWith("HTTP/1.1 200").doesNotContain("<html");
    assertThat(ask("GET", "/", host))
        .contains("X-content-type-options: nosniff")
        .contains("Cache-control: no-store");
  }

  @Test
  void aPortInUseIsAnError() {
    int port = server.address().getPort();
    assertThatThrownBy(() -> serve("127.0.0.1", port))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Port " + port + " of 127.0.0.1 cannot be served");
    // TEST-NET-1 is nobody's.
    assertThatThrownBy(() -> serve("192.0.2.1", 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a --live-address must be one of this machine's");
  }

  @Test
  void whoIsLookingGetsTheEnd() throws Exception {
    Runs runs = Runs.of("ewc", 3, 0.9);
    runs.write(run, runs.run(1, RunResult.Status.RUNNING, 1, Map.of()));
    get("/");
    progress();
    runs.write(run);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
    // The page asks again, hears of a new version, and fetches it.
    JsonNode end = progress();
    while (!end.path("text").stringValue().equals("The run has ended.")) {
      end = progress();
    }
    assertThat(closed).isNotDone();
    assertThat(get("/")).contains("ewc on 3").doesNotContain("Seed 1 has not ended");
    closed.get(2, TimeUnit.SECONDS);
  }
}
