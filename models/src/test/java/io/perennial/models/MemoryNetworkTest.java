package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.InputException;
import io.perennial.api.ParameterMap;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MemoryNetworkTest {
  private static final int WORDS = 9;
  private static final int CLASSES = 4;

  private static MemoryNetworkFactory.Settings settings(Tying tying, int hops, boolean encoded) {
    return new MemoryNetworkFactory.Settings(5, hops, tying, encoded, encoded, 0.5, encoded);
  }

  private static MemoryNetwork network(
      MemoryNetworkFactory.Settings settings,
      DataType type,
      long[] shape,
      RandomSource random,
      Workers workers) {
    MemoryNetwork model = new MemoryNetwork(shape, settings, CLASSES, type, random, workers);
    model.growWords(WORDS, random);
    return model;
  }

  /** Stories with empty memories, gaps within a sentence, unknown words and no memory at all. */
  private static INDArray stories(DataType type, RandomSource random, int rows, long[] shape) {
    int width = (int) shape[1];
    int sentences = (int) shape[0];
    double[] values = new double[rows * sentences * width];
    for (int n = 0; n < rows; n++) {
      int used = n % (sentences + 1);
      for (int s = 0; s < used; s++) {
        int length = random.nextInt(width + 1);
        for (int j = 0; j < length; j++) {
          values[(n * sentences + s) * width + j] = random.nextInt(WORDS + 3);
        }
      }
    }
    return Tensors.of(type, values, rows, sentences, width);
  }

  private static void enlarge(MemoryNetwork model, RandomSource random) {
    double[] theta = Tensors.values(model.parameters());
    for (int i = 0; i < theta.length; i++) {
      theta[i] += 0.5 * random.nextGaussian(); // So that the attention is far from uniform.
    }
    Vectors.write(theta, model.parameters());
  }

  @ParameterizedTest
  @CsvSource({
    "ADJACENT, 1, true",
    "ADJACENT, 3, true",
    "ADJACENT, 2, false",
    "LAYER_WISE, 1, false",
    "LAYER_WISE, 3, true"
  })
  void gradientIsThatOfFiniteDifferences(Tying tying, int hops, boolean encoded) {
    RandomSource random = new RandomSource(3);
    long[] shape = {4, 3};
    MemoryNetworkFactory.Settings quiet =
        new MemoryNetworkFactory.Settings(5, hops, tying, encoded, encoded, 0, encoded);
    try (Workers workers = new Workers(2);
        MemoryNetwork model = network(quiet, DataType.DOUBLE, shape, random, workers)) {
      enlarge(model, random);
      INDArray features = stories(DataType.DOUBLE, random, 10, shape);
      int[] labels = random.ints(10, 0, CLASSES).toArray();
      FiniteDifferences.assertGradient(model, Tensors.batch(features, labels, CLASSES));
    }
  }

  /** A large batch computes its rows' ways again; the gradient is that of the rows all the same. */
  @ParameterizedTest
  @EnumSource(Tying.class)
  void aLargeBatchHasTheGradientOfItsParts(Tying tying) {
    RandomSource random = new RandomSource(4);
    long[] shape = {4, 3};
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            network(settings(tying, 2, true), DataType.DOUBLE, shape, random, workers)) {
      INDArray features = stories(DataType.DOUBLE, random, 90, shape);
      INDArray delta = Tensors.random(DataType.DOUBLE, random, 90, CLASSES);
      int size = (int) model.parameters().length();
      double[] whole = gradient(model, features, delta);
      double[] sum = new double[size];
      double[] x = Tensors.values(features);
      double[] d = Tensors.values(delta);
      for (int part = 0; part < 3; part++) {
        double[] rows = Arrays.copyOfRange(x, part * 30 * 12, (part + 1) * 30 * 12);
        double[] slopes = Arrays.copyOfRange(d, part * 30 * CLASSES, (part + 1) * 30 * CLASSES);
        double[] own =
            gradient(
                model,
                Tensors.of(DataType.DOUBLE, rows, 30, 4, 3),
                Tensors.of(DataType.DOUBLE, slopes, 30, CLASSES));
        Arrays.setAll(sum, i -> sum[i] + own[i]);
      }
      assertThat(whole).containsExactly(sum, within(1e-10));
    }
  }

  private static double[] gradient(MemoryNetwork model, INDArray features, INDArray delta) {
    INDArray gradient = Vectors.create(DataType.DOUBLE, model.parameters().length());
    model.forward(features, new int[(int) features.size(0)], false);
    model.backward(delta, gradient);
    return Tensors.values(gradient);
  }

  /** One hop over two sentences of one word and an empty place, by hand. */
  @Test
  void answersAsThePaperSays() {
    MemoryNetworkFactory.Settings plain =
        new MemoryNetworkFactory.Settings(1, 1, Tying.ADJACENT, false, true, 0, true);
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            new MemoryNetwork(
                new long[] {4, 1}, plain, 2, DataType.DOUBLE, new RandomSource(1), workers)) {
      model.growWords(2, new RandomSource(1));
      // A: 1, 2; C: 3, 5; times of A: 0, 1, 9 and of C: 0.5, 0, 9; W: 1, -1.
      double[] theta = {1, 2, 3, 5, 0, 1, 9, .5, 0, 9, 1, -1};
      Vectors.write(theta, model.parameters());
      INDArray story = Tensors.of(DataType.DOUBLE, new double[] {1, 2, 1, 0}, 1, 4, 1);
      double[] logits = Tensors.values(model.forward(story, new int[1], false));
      // The question is u = 1; the memories are 2 + 0 (latest), 1 + 1 and nothing.
      double p = Math.exp(2) / (2 * Math.exp(2) + 1);
      double answer = 1 + p * (5 + .5) + p * (3 + 0);
      assertThat(logits).containsExactly(new double[] {answer, -answer}, within(1e-12));
    }
  }

  /** (1 - j/J) - (k/d)(1 - 2j/J), section 4.1, by hand for two words in two dimensions. */
  @Test
  void positionsWeighAsThePaperSays() {
    MemoryNetworkFactory.Settings encoded =
        new MemoryNetworkFactory.Settings(2, 1, Tying.ADJACENT, true, false, 0, true);
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            new MemoryNetwork(
                new long[] {1, 2}, encoded, 2, DataType.DOUBLE, new RandomSource(1), workers)) {
      model.growWords(2, new RandomSource(1));
      double[] theta = new double[12];
      System.arraycopy(new double[] {1, 10, 100, 1000}, 0, theta, 0, 4);
      System.arraycopy(new double[] {1, 0, 0, 1}, 0, theta, 8, 4);
      Vectors.write(theta, model.parameters());
      INDArray question = Tensors.of(DataType.DOUBLE, new double[] {1, 2}, 1, 1, 2);
      double[] u = Tensors.values(model.features(question, new int[1]));
      // First word: 2 (1/2 - 0) in both; second word: 2 (0 + k/2).
      assertThat(u).containsExactly(new double[] {1 + 100, 10 + 2 * 1000}, within(1e-9));
      assertThat(Tensors.values(model.forward(question, new int[1], false))).containsExactly(u);
    }
  }

  @ParameterizedTest
  @EnumSource(Power.class)
  void sumsOverExamplesEqualTheLoop(Power power) {
    RandomSource random = new RandomSource(5);
    long[] shape = {4, 3};
    try (Workers workers = new Workers(2);
        MemoryNetwork model =
            network(settings(Tying.LAYER_WISE, 2, true), DataType.DOUBLE, shape, random, workers)) {
      enlarge(model, random);
      INDArray features = stories(DataType.DOUBLE, random, 6, shape);
      double[] all = Tensors.values(features);
      INDArray first = Tensors.random(DataType.DOUBLE, random, 6, CLASSES);
      INDArray second = Tensors.random(DataType.DOUBLE, random, 6, CLASSES);
      int size = (int) model.parameters().length();
      INDArray sum = Vectors.create(DataType.DOUBLE, size);
      model.forward(features, new int[6], false);
      model.accumulate(List.of(first, second), power, sum);
      double[] expected = new double[size];
      INDArray gradient = Vectors.create(DataType.DOUBLE, size);
      for (int n = 0; n < 6; n++) {
        double[] row = Arrays.copyOfRange(all, n * 12, (n + 1) * 12);
        model.forward(Tensors.of(DataType.DOUBLE, row, 1, 4, 3), new int[1], false);
        for (INDArray direction : List.of(first, second)) {
          double[] d = Tensors.values(direction);
          double[] own = Arrays.copyOfRange(d, n * CLASSES, (n + 1) * CLASSES);
          model.backward(Tensors.of(DataType.DOUBLE, own, 1, CLASSES), gradient);
          double[] g = Tensors.values(gradient);
          for (int i = 0; i < size; i++) {
            expected[i] += power == Power.SQUARE ? g[i] * g[i] : Math.abs(g[i]);
          }
        }
      }
      assertThat(Tensors.values(sum)).containsExactly(expected, within(1e-10));
    }
  }

  @ParameterizedTest
  @EnumSource(Tying.class)
  void newWordsAndClassesChangeNoAnswerAndAreMapped(Tying tying) {
    RandomSource random = new RandomSource(6);
    long[] shape = {4, 3};
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            network(settings(tying, 2, true), DataType.DOUBLE, shape, random, workers)) {
      double[] values = Tensors.values(stories(DataType.DOUBLE, random, 12, shape));
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i] > WORDS ? 1 : values[i];
      }
      INDArray features = Tensors.of(DataType.DOUBLE, values, 12, 4, 3);
      double[] before = Tensors.values(model.forward(features, new int[12], false));
      double[] old = Tensors.values(model.parameters());
      ParameterMap map =
          model.growWords(WORDS + 4, random).then(model.growClasses(CLASSES + 2, random));
      double[] after = Tensors.values(model.forward(features, new int[12], false));
      for (int n = 0; n < 12; n++) {
        for (int c = 0; c < CLASSES; c++) {
          assertThat(after[n * (CLASSES + 2) + c]).isEqualTo(before[n * CLASSES + c]);
        }
      }
      double[] grown = Tensors.values(model.parameters());
      assertThat(map.newSize()).isEqualTo(grown.length);
      int fresh = 0;
      for (int i = 0; i < grown.length; i++) {
        fresh += map.source(i) < 0 ? 1 : 0;
        if (map.source(i) >= 0) {
          assertThat(grown[i]).isEqualTo(old[map.source(i)]);
        }
      }
      assertThat(fresh).isEqualTo(5 * (4 * 3 + 2)); // Three tables in both ways of tying.
      assertThat(model.words()).isEqualTo(WORDS + 4);
      assertThat(model.wordEmbeddings()).contains(model);
    }
  }

  @Test
  void tensorsLieOneAfterTheOther() {
    for (Tying tying : Tying.values()) {
      MemoryLayout layout = new MemoryLayout(7, 3, 4, 2, 3, tying);
      int end = 0;
      for (io.perennial.api.Model.Slice slice : layout.slices()) {
        assertThat(slice.offset()).as(slice.name()).isEqualTo(end);
        end += (int) slice.length();
      }
      assertThat(end).isEqualTo(layout.size());
    }
  }

  /** Words that it has not met are no words: nothing may depend on their numbers. */
  @Test
  void unknownWordsCountAsNoWord() {
    RandomSource random = new RandomSource(7);
    long[] shape = {2, 2};
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            network(settings(Tying.ADJACENT, 1, true), DataType.FLOAT, shape, random, workers)) {
      double[][] answers = new double[2][];
      int[] unknown = {WORDS + 1, 1_000_000};
      for (int i = 0; i < 2; i++) {
        double[] story = {1, unknown[i], unknown[i], 2};
        answers[i] =
            Tensors.values(
                model.forward(Tensors.of(DataType.FLOAT, story, 1, 2, 2), new int[1], false));
      }
      assertThat(answers[0]).isEqualTo(answers[1]);
    }
  }

  @Test
  void threadsShowInNoBit() {
    assertThat(Sharding.ofStories(70, 3L * 4 * 21 * 6 * 20).count()).isGreaterThan(1);
    List<String> one = train(1);
    assertThat(train(2)).isEqualTo(one);
    assertThat(train(3)).isEqualTo(one);
  }

  private static List<String> train(int threads) {
    RandomSource random = new RandomSource(8);
    long[] shape = {21, 6};
    List<String> bits = new ArrayList<>();
    try (Workers workers = new Workers(threads);
        MemoryNetwork model =
            network(
                new MemoryNetworkFactory.Settings(20, 3, Tying.ADJACENT, true, true, 0.1, true),
                DataType.FLOAT,
                shape,
                random,
                workers)) {
      INDArray features = stories(DataType.FLOAT, random, 70, shape);
      Batch batch = Tensors.batch(features, random.ints(70, 0, CLASSES).toArray(), CLASSES);
      INDArray delta = Vectors.create(DataType.FLOAT, 70, CLASSES);
      INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
      Sgd sgd = new Sgd(new Sgd.Settings(0.5, 0.9));
      for (int step = 0; step < 4; step++) {
        INDArray logits = model.forward(features, batch.tasks(), true);
        bits.add(Vectors.sha256(logits));
        new CrossEntropy().loss(batch, logits, delta);
        model.backward(delta, gradient);
        bits.add(Vectors.sha256(gradient));
        sgd.step(model.parameters(), gradient, Optional.empty());
      }
      model.accumulate(List.of(delta), Power.SQUARE, gradient);
      bits.add(Vectors.sha256(gradient));
    }
    return bits;
  }

  /** Noise is drawn in training passes alone, and goes on where a saved network's would. */
  @Test
  void timeNoiseIsTrainingOnlyAndPartOfTheState() {
    RandomSource random = new RandomSource(9);
    long[] shape = {12, 2};
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            network(settings(Tying.ADJACENT, 2, true), DataType.FLOAT, shape, random, workers);
        MemoryNetwork other =
            new MemoryNetwork(
                shape,
                settings(Tying.ADJACENT, 2, true),
                2,
                DataType.FLOAT,
                new RandomSource(99),
                workers)) {
      INDArray features = stories(DataType.FLOAT, random, 12, shape);
      String quiet = answer(model, features, false);
      assertThat(answer(model, features, false)).isEqualTo(quiet);
      assertThat(answer(model, features, true)).isNotEqualTo(quiet);
      State saved = model.save();
      other.restore(saved);
      MemoryNetwork copy = model.copy();
      String next = answer(model, features, true);
      assertThat(answer(other, features, true)).isEqualTo(next);
      assertThat(answer(copy, features, true)).isEqualTo(next);
      assertThat(other.words()).isEqualTo(WORDS);
      copy.close();
    }
  }

  private static String answer(MemoryNetwork model, INDArray features, boolean training) {
    return Vectors.sha256(model.forward(features, new int[(int) features.size(0)], training));
  }

  @Test
  void refusesWhatIsNoTextAndStatesOfOthers() {
    MemoryNetworkFactory.Settings settings = settings(Tying.ADJACENT, 1, true);
    RandomSource random = new RandomSource(1);
    try (Workers workers = new Workers(1);
        MemoryNetwork model =
            network(settings, DataType.FLOAT, new long[] {2, 2}, random, workers);
        MemoryNetwork deeper =
            network(
                settings(Tying.ADJACENT, 2, true),
                DataType.FLOAT,
                new long[] {2, 2},
                random,
                workers)) {
      assertThatThrownBy(
              () ->
                  new MemoryNetwork(
                      new long[] {1, 28, 28}, settings, 2, DataType.FLOAT, random, workers))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("[1, 28, 28]")
          .hasMessageContaining("babi");
      State saved = deeper.save();
      assertThatThrownBy(() -> model.restore(saved))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("hops=2");
      assertThatThrownBy(() -> model.growWords(3, random))
          .hasMessage("A network that knows 9 words cannot shrink to 3");
      assertThatThrownBy(() -> model.growClasses(3, random))
          .hasMessage("A network with 4 classes cannot shrink to 3");
      assertThatThrownBy(() -> model.backward(model.parameters(), model.parameters()))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
