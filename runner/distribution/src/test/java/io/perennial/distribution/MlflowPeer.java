package io.perennial.distribution;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as an MLflow server that knows no experiment yet, and keeps what it was sent. Whether
 * every request is as the documentation has it is held by the plugin's own tests.
 */
final class MlflowPeer implements AutoCloseable {
  private static final Map<String, String> ANSWERS =
      Map.of(
          "experiments/create", "{\"experiment_id\": \"7\"}",
          "runs/create", "{\"run\": {\"info\": {\"run_id\": \"abc\"}}}",
          "runs/log-batch", "{}",
          "runs/update", "{\"run_info\": {}}");

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  /** What was posted to a place of the interface. */
  record Request(String call, JsonNode body) {}

  MlflowPeer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/2.0/mlflow/", this::answer);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<JsonNode> posted(String call) {
    return requests.stream().filter(r -> r.call.equals(call)).map(Request::body).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String call = path.substring(exchange.getHttpContext().getPath().length());
      byte[] sent = exchange.getRequestBody().readAllBytes();
      if (sent.length > 0) {
        requests.add(new Request(call, new JsonMapper().readTree(sent)));
      }
      byte[] answer = ANSWERS.getOrDefault(call, "{}").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(ANSWERS.containsKey(call) ? 200 : 404, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
