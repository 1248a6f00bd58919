package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.perennial.api.InputException;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.data.UnlabelledData;
import io.perennial.runner.result.SafeTensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Models in other software: what it answers is what the runner answers. */
class ExportTest {
  private static final Perennial PERENNIAL = Perennial.start(1);
  private static final String MLP = "{type: mlp, hidden: [24, 16]}";
  private static final String CONVOLUTIONAL =
      "{type: convolutional, channels: [5, 4], pool: 2, hidden: [12]}";

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    PERENNIAL.close();
  }

  private static void run(String yaml, Path out) {
    PERENNIAL.run(PERENNIAL.parse(yaml), RunOptions.into(out));
  }

  private static String digits(String setting, String pipeline, String model, String strategy) {
    return """
        name: digits
        pipeline: %s
        scenario: {type: split, dataset: digits, tasks: 5, setting: %s}
        firstTasks: 3
        model: %s
        training: {iterations: 40, batchSize: 32, optimizer: {type: adam, learningRate: 0.005}}
        evaluate: final
        strategies: [%s]
        """
        .formatted(pipeline, setting, model, strategy);
  }

  /** What a runtime answers for rows. */
  private record Answer(float[][] probabilities, long[] labels, long[] experts) {}

  private static Answer ask(Path file, String input, float[] values, long... shape)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      return new Answer(
          (float[][]) result.get("probabilities").orElseThrow().getValue(),
          (long[]) result.get("label").orElseThrow().getValue(),
          result.get("expert").isPresent()
              ? (long[]) result.get("expert").get().getValue()
              : new long[0]);
    }
  }

  private static void assertSame(List<LifelongModel.Prediction> ours, Answer theirs) {
    assertThat(theirs.labels()).hasSameSizeAs(ours.toArray());
    for (int n = 0; n < ours.size(); n++) {
      LifelongModel.Prediction answer = ours.get(n);
      for (int c = 0; c < answer.probabilities().length; c++) {
        assertThat((double) theirs.probabilities()[n][c])
            .as("row %d, class %d", n, c)
            .isCloseTo(answer.probabilities()[c], within(1e-5));
      }
      assertThat(theirs.labels()[n]).isEqualTo(answer.label());
      if (answer.expert() >= 0) {
        assertThat(theirs.experts()[n]).isEqualTo(answer.expert());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "class-incremental | knowledge-retention | mlp | {type: naive}",
        "task-incremental | knowledge-retention | tanh | {type: ewc}",
        "class-incremental | knowledge-retention | convolutional | {type: naive}",
        "class-incremental | model-expansion | mlp | {type: net2net, policy: always}",
        "task-incremental | model-expansion | mlp | {type: progressive-network}",
        "task-incremental | model-expansion | convolutional | {type: progressive-network}",
        "task-incremental | model-expansion | mlp | {type: independent}",
        "class-incremental | model-expansion | mlp | {type: expert-gate, gateHidden: 12, gateIterations: 100}",
        "class-incremental | model-expansion | convolutional | {type: expert-gate, gateHidden: 12, gateIterations: 100, input: standardized}",
      })
  void everyNetworkOfImages(String setting, String pipeline, String model, String strategy)
      throws IOException, OrtException {
    Path out = directory.resolve("out");
    String network =
        model.equals("tanh")
            ? "{type: mlp, hidden: [24], activation: tanh}"
            : model.equals("mlp") ? MLP : CONVOLUTIONAL;
    run(digits(setting, pipeline, network, strategy), out);
    List<float[]> images = new ArrayList<>();
    EmbeddedDigits.test(images, new ArrayList<>());
    boolean known = setting.equals("task-incremental");
    try (LifelongModel trained = PERENNIAL.open(out)) {
      int task = known ? 1 : -1;
      Path file = directory.resolve("model.onnx");
      trained.exportOnnx(file, task);
      float[] pixels = new float[images.size() * 64];
      for (int n = 0; n < images.size(); n++) {
        for (int i = 0; i < 64; i++) {
          pixels[n * 64 + i] = 16 * images.get(n)[i];
        }
      }
      Answer answer = ask(file, "pixels", pixels, images.size(), 1, 8, 8);
      assertSame(trained.predict(images, task), answer);
      assertThat(answer.experts().length > 0).isEqualTo(trained.hasExperts());
      assertThat(metadata(file))
          .containsEntry("classes", "[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\"]")
          .containsEntry("tasks", "[\"0/1\",\"2/3\",\"4/5\"]");
      if (known) {
        assertThatThrownBy(() -> trained.exportOnnx(directory.resolve("other.onnx"), -1))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("--task");
      }
      assertThatThrownBy(() -> trained.exportOnnx(file, task))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is there already");
    }
  }

  private static Map<String, String> metadata(Path file) throws OrtException {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      return session.getMetadata().getCustomMetadata();
    }
  }

  @Test
  void aTableWithItsPreparation() throws IOException, OrtException {
    Path out = directory.resolve("out");
    run(
        """
        name: machines
        pipeline: knowledge-retention
        scenario:
          type: csv-tasks
          path: '%s'
          columns: {label: state, categorical: [site], missing: mean}
        model: {type: mlp, hidden: [16]}
        training: {epochs: 3, batchSize: 16}
        strategies: [naive]
        """
            .formatted(Path.of("../../examples/data/machines").toAbsolutePath().normalize()),
        out);
    Path data = directory.resolve("data.csv");
    Files.writeString(
        data,
        "site,temperature,vibration,current\nnorth,47.9,0.84,4.56\neast,,3.37,7.32\nmoon,54.3,2,5\n");
    try (LifelongModel trained = PERENNIAL.open(out)) {
      Path file = directory.resolve("model.onnx");
      trained.exportOnnx(file, -1);
      String input = Objects.requireNonNull(metadata(file).get("input"));
      assertThat(input).contains("\"name\":\"temperature\"").contains("\"categories\":[");
      String categories =
          input.replaceAll(".*categories\":\\[\"([a-z]*)\",\"([a-z]*)\".*", "$1 $2");
      int north = categories.startsWith("north") ? 0 : 1;
      float[] cells = {
        north, 47.9f, 0.84f, 4.56f, 1 - north, Float.NaN, 3.37f, 7.32f, -1, 54.3f, 2, 5
      };
      Answer answer = ask(file, "cells", cells, 3, 4);
      int classes = trained.classes().size();
      trained.predict(
          data,
          UnlabelledData.Format.CSV,
          -1,
          (rows, probabilities, experts) -> {
            assertThat(rows).isEqualTo(3);
            for (int i = 0; i < rows * classes; i++) {
              assertThat((double) answer.probabilities()[i / classes][i % classes])
                  .isCloseTo(probabilities[i], within(1e-5));
            }
          });
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: memory-network, dimension: 8}",
        "{type: memory-network, dimension: 7, hops: 2, tying: layer-wise, emptyPlaces: false}",
        "{type: memory-network, dimension: 6, positionEncoding: false, temporalEncoding: false}",
      })
  void aMemoryNetwork(String model) throws IOException, OrtException {
    Path out = directory.resolve("out");
    run(stories(model, "mary", "john", "ann"), out);
    Path questions = directory.resolve("questions.txt");
    Files.writeString(
        questions,
        """
        1 Mary went to the cellar.
        2 John went to the barn.
        3 Where is Mary?\t
        1 Where is nobody?\t
        1 Ann went to the hall.
        2 Ann went to the attic.
        3 Ann went to the barn.
        4 Where is Ann?\tbarn\t3
        """);
    try (LifelongModel trained = PERENNIAL.open(out)) {
      Path file = directory.resolve("model.onnx");
      trained.exportOnnx(file, -1);
      assertThat(metadata(file).get("input")).contains("\"vocabulary\":[\"");
      List<float[]> examples = new ArrayList<>();
      long[] shape = trained.inputShape();
      int width = (int) (shape[0] * shape[1]);
      List<String> words =
          List.of(
              Objects.requireNonNull(metadata(file).get("input"))
                  .replaceAll(".*vocabulary\":\\[", "")
                  .replaceAll("[\"\\]}]", "")
                  .split(",", -1));
      float unknown = words.size() + 1;
      float[] one = new float[width];
      one[0] = words.indexOf("where") + 1;
      one[1] = words.indexOf("is") + 1;
      one[2] = unknown;
      examples.add(one.clone());
      for (int s = 1; s < shape[0]; s += 2) {
        for (int j = 0; j < shape[1]; j++) {
          one[(int) (s * shape[1]) + j] = (s + j) % words.size() + 1;
        }
        examples.add(one.clone());
      }
      float[] all = new float[examples.size() * width];
      for (int n = 0; n < examples.size(); n++) {
        System.arraycopy(examples.get(n), 0, all, n * width, width);
      }
      Answer answer = ask(file, "features", all, examples.size(), shape[0], shape[1]);
      assertSame(trained.predict(examples, -1), answer);
      long answered =
          trained.predict(questions, UnlabelledData.Format.BY_NAME, -1, (rows, p, e) -> {});
      assertThat(answered).isEqualTo(3);
    }
  }

  private String stories(String model, String... people) throws IOException {
    Path stories = Files.createDirectories(directory.resolve("stories of " + people[0]));
    for (String part : List.of("train", "test")) {
      StringBuilder text = new StringBuilder();
      String[] places = {"attic", "barn", "hall", "garden"};
      for (int story = 0; story < 30; story++) {
        for (int line = 1; line <= 2 + story % 4; line++) {
          text.append(
              "%d %s went to the old %s.\n"
                  .formatted(
                      line, people[(story + line) % people.length], places[(story * line) % 4]));
        }
        text.append(
            "%d Where is %s?\t%s\t1\n"
                .formatted(3 + story % 4, people[story % people.length], places[story % 4]));
      }
      Files.writeString(stories.resolve("qa1_where_" + part + ".txt"), text);
    }
    return """
        name: stories
        pipeline: knowledge-retention
        scenario: {type: babi, stories: {path: '%s', tasks: [1]}}
        model: %s
        training: {epochs: 20, batchSize: 8, optimizer: {type: adam, learningRate: 0.01}}
        strategies: [naive]
        """
        .formatted(stories.toAbsolutePath(), model);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: memory-network, dimension: 8%s}",
        "{type: memory-network, dimension: 6, tying: layer-wise, temporalEncoding: false%s}"
      })
  void wordsKeepTheirEmbeddings(String model) throws IOException {
    Path first = directory.resolve("first");
    run(stories(model.formatted(""), "mary", "john", "ann"), first);
    Path file = directory.resolve("weights.safetensors");
    try (LifelongModel trained = PERENNIAL.open(first)) {
      trained.exportWeights(file);
    }
    Path second = directory.resolve("second");
    String from = model.formatted(", from: '" + file + "'");
    run(stories(from, "eve", "mary", "bob").replace("epochs: 20", "epochs: 0"), second);
    Path again = directory.resolve("again.safetensors");
    try (LifelongModel started = PERENNIAL.open(second)) {
      started.exportWeights(again);
    }
    List<String> before = words(file);
    List<String> after = words(again);
    assertThat(after).contains("mary", "eve").doesNotContain("john").isNotEqualTo(before);
    Map<String, INDArray> theirs = SafeTensors.read(file);
    SafeTensors.read(again)
        .forEach(
            (name, tensor) -> {
              INDArray old = Objects.requireNonNull(theirs.get(name));
              if (!name.startsWith("words")) {
                assertThat(tensor).as(name).isEqualTo(old);
                return;
              }
              for (String word : after) {
                INDArray row = tensor.getRow(after.indexOf(word));
                if (before.contains(word)) {
                  assertThat(row).as(word).isEqualTo(old.getRow(before.indexOf(word)));
                } else {
                  assertThat(row.norm2Number().doubleValue()).as(word).isPositive();
                }
              }
            });
    Path none = directory.resolve("none.safetensors");
    SafeTensors.write(none, theirs);
    assertThatThrownBy(
            () -> run(stories(from.replace("weights", "none"), "eve"), directory.resolve("no")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the file has no vocabulary");
    String other = from.replaceFirst("dimension: .", "dimension: 9");
    assertThatThrownBy(() -> run(stories(other, "eve"), directory.resolve("no")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the tensor 'words0.weight' has the shape [" + before.size() + ", ");
    assertThat(directory.resolve("no")).doesNotExist();
  }

  private static List<String> words(Path file) throws IOException {
    String list = SafeTensors.metadata(file).get("vocabulary");
    return List.of(Objects.requireNonNull(list).replaceAll("[\\[\"\\]]", "").split(",", -1));
  }

  @Test
  void weightsAreReadBackAsAStart() throws IOException {
    Path out = directory.resolve("out");
    run(digits("class-incremental", "knowledge-retention", MLP, "{type: naive}"), out);
    Path file = directory.resolve("weights.safetensors");
    try (LifelongModel trained = PERENNIAL.open(out)) {
      trained.exportWeights(file);
    }
    assertThat(SafeTensors.read(file).keySet())
        .containsExactly(
            "layer0.weight",
            "layer0.bias",
            "layer1.weight",
            "layer1.bias",
            "output.weight",
            "output.bias");
    String from = "{type: mlp, hidden: [24, 16], from: '%s'}".formatted(file);
    String frozen =
        digits("class-incremental", "knowledge-retention", from, "{type: naive}")
            .replace("iterations: 40", "epochs: 0")
            .replace("firstTasks: 3", "firstTasks: 1");
    Path second = directory.resolve("second");
    run(frozen, second);
    Path again = directory.resolve("again.safetensors");
    Files.move(file, directory.resolve("gone"));
    try (LifelongModel started = PERENNIAL.open(second)) {
      started.exportWeights(again);
    }
    Map<String, INDArray> before = SafeTensors.read(directory.resolve("gone"));
    SafeTensors.read(again)
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith("output")) {
                assertThat(tensor).as(name).isEqualTo(before.get(name));
              }
            });
    Files.move(directory.resolve("gone"), file);
    assertThatThrownBy(
            () -> run(frozen.replace("[24, 16]", "[24, 15, 8]"), directory.resolve("third")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the tensor 'layer1.weight' has the shape [16, 24]")
        .hasMessageContaining("no tensor 'layer2.weight'");
    assertThat(directory.resolve("third")).doesNotExist();
  }

  @Test
  void everyExpertsWeights() throws IOException {
    Path out = directory.resolve("out");
    run(digits("task-incremental", "model-expansion", MLP, "{type: progressive-network}"), out);
    Path file = directory.resolve("weights.safetensors");
    try (LifelongModel trained = PERENNIAL.open(out)) {
      trained.exportWeights(file);
    }
    assertThat(SafeTensors.read(file))
        .containsKeys(
            "column0.layer0.weight", "column2.output.bias", "column1.layer1.lateral.scale");
  }
}
