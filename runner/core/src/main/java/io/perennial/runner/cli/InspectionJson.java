package io.perennial.runner.cli;

import io.perennial.api.Finding;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.inspection.TaskSummary;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is in the tasks, for programs. */
final class InspectionJson {
  private static final int VALUES = 100;

  private InspectionJson() {}

  static String of(String name, Inspection inspection) {
    JsonMapper mapper = new JsonMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("name", name);
    root.put("setting", word(inspection.setting()));
    root.put("boundaries", word(inspection.boundaries()));
    ArrayNode tasks = root.putArray("tasks");
    for (TaskSummary task : inspection.summaries()) {
      add(tasks.addObject(), task, inspection);
    }
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : inspection.findings()) {
      ObjectNode entry = findings.addObject();
      entry.put("severity", word(finding.severity()));
      entry.put("subject", finding.subject());
      entry.put("reason", finding.reason());
      entry.put("remedy", finding.remedy());
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }

  private static void add(ObjectNode entry, TaskSummary task, Inspection inspection) {
    entry.put("name", task.name());
    ArrayNode shape = entry.putArray("shape");
    for (long size : task.shape()) {
      shape.add(size);
    }
    entry.put("training", task.training());
    entry.put("validation", task.validation());
    entry.put("test", task.test());
    number(entry, "minimum", task.minimum());
    number(entry, "maximum", task.maximum());
    entry.put("missing", task.missing());
    entry.put("notFinite", task.notFinite());
    ArrayNode constant = entry.putArray("constantFeatures");
    for (int feature : task.constant()) {
      constant.add(feature);
    }
    ArrayNode classes = entry.putArray("classes");
    for (TaskSummary.ClassCount count : task.classes()) {
      ObjectNode counted = classes.addObject();
      counted.put("class", count.label());
      counted.put("name", inspection.className(count.label()));
      counted.put("training", count.training());
      counted.put("validation", count.validation());
      counted.put("test", count.test());
    }
    ArrayNode first = entry.putArray("firstTrainingExamples");
    for (TaskSummary.Example example : task.first()) {
      ObjectNode shown = first.addObject();
      shown.put("class", example.label());
      ArrayNode values = shown.putArray("values");
      for (int k = 0; k < Math.min(VALUES, example.values().length); k++) {
        float value = example.values()[k];
        if (Float.isFinite(value)) {
          values.add(value);
        } else {
          values.addNull();
        }
      }
    }
  }

  /** JSON has no infinities. */
  private static void number(ObjectNode entry, String key, double value) {
    if (Double.isFinite(value)) {
      entry.put(key, value);
    } else {
      entry.putNull(key);
    }
  }

  /** An enum's constant as it is written in configurations. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
