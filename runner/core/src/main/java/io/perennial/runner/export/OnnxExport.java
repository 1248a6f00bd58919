package io.perennial.runner.export;

import io.perennial.api.InputException;
import io.perennial.models.OperatorGraph;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.result.Environment;
import io.perennial.runner.training.Predictor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A trained composition as an ONNX file, from the data as it is to labels and probabilities. */
public final class OnnxExport {
  /** Of inputs and outputs. */
  private static final List<String> NAMES =
      List.of("pixels", "cells", "features", "logits", "probabilities", "label", "expert");

  private final Predictor predictor;
  private final Preparation preparation;
  private final int largestPixel;

  /**
   * Prepares an export.
   *
   * @param preparation of the model's data, which becomes part of the file
   * @param largestPixel what pixels were divided by; 0 if the features are no pixels
   */
  public OnnxExport(Predictor predictor, Preparation preparation, int largestPixel) {
    this.predictor = predictor;
    this.preparation = preparation;
    this.largestPixel = largestPixel;
  }

  /**
   * The file. Its input is {@code pixels} as stored, {@code cells} of a table (a category as its
   * position among those in the metadata, -1 if it is none of them, a missing value as NaN), or
   * {@code features}; outputs are {@code logits} and {@code probabilities} {@code [N, C]}, {@code
   * label} {@code [N]} and, of a mixture of experts, {@code expert} {@code [N]}.
   *
   * @param name of the model
   * @param task of all examples, -1 if it is not known
   * @throws InputException if the task is needed and not given, or a part cannot be exported
   */
  public byte[] bytes(String name, int task) {
    OperatorGraph graph = new OperatorGraph();
    NAMES.forEach(graph::reserve);
    OnnxFile file = new OnnxFile(name, Environment.perennialVersion());
    long[] shape = predictor.model().inputShape();
    String input;
    String features;
    Map<String, Object> described = new LinkedHashMap<>();
    if (preparation.hasTable()) {
      input = "cells";
      file.input(input, preparation.columns().size());
      features = preparation.describe(graph, input);
      described.put("columns", preparation.columns());
    } else if (largestPixel > 0) {
      input = "pixels";
      file.input(input, shape);
      features = graph.add("Div", input, graph.scalar("largestPixel", largestPixel));
      described.put("largestPixel", largestPixel);
    } else {
      input = "features";
      file.input(input, shape);
      features = input;
    }
    described.put("name", input);
    described.put("shape", Arrays.stream(shape).boxed().toList());
    if (preparation.hasText()) {
      described.put("vocabulary", preparation.vocabulary());
    }
    Map<String, String> outputs = predictor.describe(graph, features, task);
    file.add(graph);
    long classes = predictor.model().classes();
    outputs.forEach(
        (output, value) -> {
          boolean whole = output.equals("label") || output.equals("expert");
          file.output(output, value, whole, whole ? new long[0] : new long[] {classes});
        });
    List<String> names =
        predictor.plan().stream().classNames().subList(0, predictor.model().classes());
    List<String> tasks =
        predictor.plan().stream().tasks().stream()
            .limit(predictor.tasksDone())
            .map(learned -> learned.name())
            .toList();
    file.metadata("classes", json(names)).metadata("tasks", json(tasks));
    file.metadata("input", json(described));
    if (predictor.needsTask()) {
      file.metadata("task", tasks.get(task));
    }
    return file.bytes();
  }

  private static String json(Object value) {
    return JsonMapper.shared().writeValueAsString(value);
  }
}
