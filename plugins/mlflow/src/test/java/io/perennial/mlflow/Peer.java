package io.perennial.mlflow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds each request against MLflow's documentation (REST API, version 2.0) and refuses, as MLflow
 * does, what is not as it says there: required fields, their types, the limits of a batch, names of
 * metrics and parameters, parameters that change.
 */
final class Peer implements AutoCloseable {
  private static final String BASE = "/api/2.0/mlflow/";
  private static final String NAME = "[\\w\\-. /:]+";

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpServer server;
  final Map<String, String> experiments = new LinkedHashMap<>();
  final Map<String, Run> runs = new LinkedHashMap<>();
  final List<String> refused = new ArrayList<>();
  volatile boolean ill;

  /** What is known of a run. */
  static final class Run {
    String experiment = "";
    String name = "";
    String status = "RUNNING";
    long end;
    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, Map<Long, Double>> metrics = new LinkedHashMap<>();
  }

  Peer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String uri() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    int status = 200;
    Object body;
    try {
      if (ill) {
        throw new IllegalArgumentException("TEMPORARILY_UNAVAILABLE");
      }
      body = handle(exchange);
      if (body == null) {
        status = 404;
        body = Map.of("error_code", "RESOURCE_DOES_NOT_EXIST", "message", "none");
      }
    } catch (RuntimeException e) {
      status = ill ? 503 : 400;
      body = Map.of("error_code", "INVALID_PARAMETER_VALUE", "message", String.valueOf(e));
      if (!ill) {
        refused.add(exchange.getRequestURI() + ": " + e);
      }
    }
    byte[] bytes = json.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private @Nullable Object handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    require(path.startsWith(BASE), "no such path: " + path);
    String call = path.substring(BASE.length());
    if (call.equals("experiments/get-by-name")) {
      require(exchange.getRequestMethod().equals("GET"), "GET");
      String query = exchange.getRequestURI().getQuery();
      require(query != null && query.startsWith("experiment_name="), "experiment_name");
      String name = query.substring("experiment_name=".length());
      return experiments.containsKey(name)
          ? Map.of("experiment", Map.of("experiment_id", experiments.get(name), "name", name))
          : null;
    }
    require(exchange.getRequestMethod().equals("POST"), "POST");
    require(
        "application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type")),
        "Content-Type");
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    require(bytes.length <= 1_000_000, "at most 1 MB");
    JsonNode body = json.readTree(bytes);
    return switch (call) {
      case "experiments/create" -> createExperiment(body);
      case "runs/create" -> createRun(body);
      case "runs/log-batch" -> logBatch(body);
      case "runs/update" -> update(body);
      default -> throw new IllegalArgumentException("no such call: " + call);
    };
  }

  private Object createExperiment(JsonNode body) {
    only(body, "name", "artifact_location", "tags");
    String name = text(body, "name");
    require(!experiments.containsKey(name), "RESOURCE_ALREADY_EXISTS");
    experiments.put(name, Integer.toString(experiments.size() + 1));
    return Map.of("experiment_id", experiments.get(name));
  }

  private Object createRun(JsonNode body) {
    only(body, "experiment_id", "user_id", "run_name", "start_time", "tags");
    Run run = new Run();
    run.experiment = text(body, "experiment_id");
    require(experiments.containsValue(run.experiment), "no such experiment");
    run.name = text(body, "run_name");
    require(body.path("start_time").isIntegralNumber(), "start_time in milliseconds");
    String id = "%032x".formatted(runs.size() + 1);
    runs.put(id, run);
    return Map.of("run", Map.of("info", Map.of("run_id", id, "status", "RUNNING")));
  }

  private Object logBatch(JsonNode body) {
    only(body, "run_id", "metrics", "params", "tags");
    Run run = run(body);
    int metrics = body.path("metrics").size();
    int parameters = body.path("params").size();
    require(metrics <= 1000 && parameters <= 100 && metrics + parameters <= 1000, "batch too big");
    Set<String> keys = new HashSet<>();
    for (JsonNode parameter : body.path("params")) {
      only(parameter, "key", "value");
      String key = text(parameter, "key");
      require(key.matches(NAME) && key.length() <= 250, "param key " + key);
      require(text(parameter, "value").length() <= 500, "param value of " + key);
      require(keys.add(key), "duplicate param " + key);
      String before = run.parameters.putIfAbsent(key, text(parameter, "value"));
      require(before == null || before.equals(text(parameter, "value")), "changed param " + key);
    }
    for (JsonNode metric : body.path("metrics")) {
      only(metric, "key", "value", "timestamp", "step");
      String key = text(metric, "key");
      require(key.matches(NAME) && key.length() <= 250, "metric key " + key);
      require(metric.path("value").isNumber(), "value of " + key);
      require(metric.path("timestamp").isIntegralNumber(), "timestamp of " + key);
      require(metric.path("step").isIntegralNumber(), "step of " + key);
      run.metrics
          .computeIfAbsent(key, k -> new LinkedHashMap<>())
          .put(metric.path("step").asLong(), metric.path("value").asDouble());
    }
    return Map.of();
  }

  private Object update(JsonNode body) {
    only(body, "run_id", "status", "end_time", "run_name");
    Run run = run(body);
    run.status = text(body, "status");
    require(
        Set.of("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED").contains(run.status),
        "status " + run.status);
    run.end = body.path("end_time").asLong(0);
    return Map.of("run_info", Map.of("status", run.status));
  }

  private Run run(JsonNode body) {
    String id = text(body, "run_id");
    require(runs.containsKey(id), "no such run");
    return Objects.requireNonNull(runs.get(id));
  }

  private static String text(JsonNode body, String field) {
    require(body.path(field).isString() && !body.path(field).asString().isEmpty(), field);
    return body.path(field).asString();
  }

  private static void only(JsonNode body, String... fields) {
    require(body.isObject() && Set.of(fields).containsAll(body.propertyNames()), "fields " + body);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException(what);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
