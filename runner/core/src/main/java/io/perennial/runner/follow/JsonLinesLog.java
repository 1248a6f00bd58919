package io.perennial.runner.follow;

import io.perennial.api.Description;
import jakarta.inject.Inject;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code events.jsonl}: a JSON object a line. */
@Description("writes losses, accuracies and metrics into events.jsonl as the run goes on")
final class JsonLinesLog extends EventLog {
  private final JsonMapper mapper = JsonMapper.builder().build();

  @Inject
  JsonLinesLog(LogSettings settings) {
    super("events.jsonl", settings);
  }

  @Override
  String header() {
    return "";
  }

  @Override
  String line(String event, long step, int task, String name, double value) {
    ObjectNode object = mapper.createObjectNode().put("event", event);
    if (step >= 0) {
      object.put("step", step);
    }
    if (task >= 0) {
      object.put("task", task);
    }
    object.put("name", name);
    if (Double.isFinite(value)) {
      object.put("value", value);
    } else {
      object.putNull("value");
    }
    return mapper.writeValueAsString(object) + "\n";
  }
}
