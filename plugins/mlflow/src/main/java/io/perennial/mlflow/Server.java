package io.perennial.mlflow;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** MLflow's REST interface, version 2.0, as far as it is needed. */
final class Server {
  /** The most of each that a request may log; all together at most 1000. */
  static final int METRICS = 1000;

  static final int PARAMETERS = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int NOT_FOUND = 404;
  private static final int GOOD = 200;

  // The one JSON library that plugins are shown; our own would have to be packed into the jar.
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String address;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  Server(String address) {
    this.address = address.replaceFirst("/+$", "");
  }

  /** Something that the server does not take, or a server that does not answer. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message, Throwable cause) {
      super(message, cause);
    }

    Refusal(String message) {
      super(message);
    }
  }

  /** A value at a step, at a time in milliseconds since 1970. */
  record Point(String key, double value, long timestamp, long step) {}

  /** The experiment of a name, which is created if there is none. */
  String experiment(String name) {
    String query =
        "?experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    HttpResponse<String> found =
        send(request("experiments/get-by-name" + query).GET().build(), NOT_FOUND);
    if (found.statusCode() != NOT_FOUND) {
      return read(found).path("experiment").path("experiment_id").asText();
    }
    return post("experiments/create", Map.of("name", name)).path("experiment_id").asText();
  }

  /** Begins a run and gives its id. */
  String begin(String experiment, String name, long time) {
    Map<String, Object> run =
        Map.of("experiment_id", experiment, "run_name", name, "start_time", time);
    String id = post("runs/create", run).path("run").path("info").path("run_id").asText();
    if (id.isEmpty()) {
      throw new Refusal("%s does not answer like MLflow: it gave the run no id".formatted(address));
    }
    return id;
  }

  /** Logs values, in as many requests as it takes. */
  void metrics(String run, List<Point> points) {
    for (int from = 0; from < points.size(); from += METRICS) {
      List<Point> some = points.subList(from, Math.min(from + METRICS, points.size()));
      post("runs/log-batch", Map.of("run_id", run, "metrics", some));
    }
  }

  /** Logs parameters, in as many requests as it takes. */
  void parameters(String run, Map<String, String> parameters) {
    List<Map<String, String>> all =
        parameters.entrySet().stream()
            .map(entry -> Map.of("key", entry.getKey(), "value", entry.getValue()))
            .toList();
    for (int from = 0; from < all.size(); from += PARAMETERS) {
      List<?> some = all.subList(from, Math.min(from + PARAMETERS, all.size()));
      post("runs/log-batch", Map.of("run_id", run, "params", some));
    }
  }

  /** Changes a run's status; running again, or ended at a time. */
  void status(String run, String status, long time) {
    post(
        "runs/update",
        status.equals("RUNNING")
            ? Map.of("run_id", run, "status", status)
            : Map.of("run_id", run, "status", status, "end_time", time));
  }

  private JsonNode post(String path, Map<String, ?> body) {
    try {
      HttpRequest request =
          request(path)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build();
      return read(send(request, GOOD));
    } catch (IOException e) {
      throw new Refusal("%s cannot be asked: %s".formatted(path, e.getMessage()), e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + "/api/2.0/mlflow/" + path)).timeout(PATIENCE);
    // Not a setting: those are written into every result.
    String token = System.getenv("MLFLOW_TRACKING_TOKEN");
    return token == null || token.isBlank()
        ? request
        : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest request, int alsoTaken) {
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != GOOD && answer.statusCode() != alsoTaken) {
        throw new Refusal(
            "%s answers %d: %s"
                .formatted(request.uri(), answer.statusCode(), shortened(answer.body())));
      }
      return answer;
    } catch (IOException e) {
      throw new Refusal("MLflow at %s does not answer (%s)".formatted(address, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal("Interrupted while MLflow at %s was asked".formatted(address), e);
    }
  }

  private JsonNode read(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new Refusal(
          "%s does not answer like MLflow: %s".formatted(address, shortened(answer.body())), e);
    }
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), 300)).replaceAll("\\s+", " ");
  }
}
