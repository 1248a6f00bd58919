package io.perennial.aware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.RandomSource;
import io.perennial.aware.MemoryAwareSynapses.Settings;
import io.perennial.models.Activation;
import io.perennial.models.MlpFactory;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.testkit.TinyLearner;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The importance against finite differences and by hand, in double. */
class MemoryAwareSynapsesTest {
  private static final int EXAMPLES = 7;
  private static final double STEP = 1e-6;

  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(4);
  private Model model = network(List.of(5), 3, 4);

  private Model network(List<Integer> hidden, int inputs, int classes) {
    return new MlpFactory(new MlpFactory.Settings(hidden, Activation.TANH), workers)
        .create(new ModelFactory.Request(new long[] {inputs}, classes, DataType.DOUBLE, random));
  }

  @AfterEach
  void close() {
    model.close();
    workers.close();
  }

  @Test
  void importanceIsTheMeanAbsoluteGradientOfTheSquaredLengthOfWhatCompetes() {
    boolean[] competing = {true, false, true, true};
    TinyLearner learner = new TinyLearner(model, EXAMPLES, competing, random);
    double[] theta = values(model.parameters());
    double[] expected = new double[theta.length];
    for (int n = 0; n < EXAMPLES; n++) {
      Batch one = learner.batch(n, 1);
      for (int i = 0; i < theta.length; i++) {
        double slope =
            (squaredLength(one, theta, i, STEP) - squaredLength(one, theta, i, -STEP)) / (2 * STEP);
        expected[i] += Math.abs(slope) / EXAMPLES;
      }
    }
    Vectors.write(theta, model.parameters());
    assertThat(values(MemoryAwareSynapses.importance(learner)))
        .containsExactly(expected, within(1e-7));
  }

  private double squaredLength(Batch batch, double[] theta, int i, double step) {
    double[] moved = theta.clone();
    moved[i] += step;
    Vectors.write(moved, model.parameters());
    double[] logits = values(model.forward(batch.features(), batch.tasks(), false));
    double sum = 0;
    for (int c = 0; c < logits.length; c++) {
      sum += batch.competing(0)[c] ? logits[c] * logits[c] : 0;
    }
    return sum;
  }

  /** One weight w and a bias b: F = w x + b, so |∂F²/∂w| = |2 F x| and |∂F²/∂b| = |2 F|. */
  @Test
  void aSingleNeuronByHandOverTwoTasks() {
    model.close();
    model = network(List.of(), 1, 1);
    TinyLearner learner = new TinyLearner(model, 2, new boolean[] {true}, random);
    double[] x = values(learner.batch(0, 2).features());
    MemoryAwareSynapses strategy = new MemoryAwareSynapses(new Settings(3, true));
    double[] importance = new double[2];
    double[][] anchors = {{0.5, -1}, {2, 0.25}};
    for (double[] anchor : anchors) {
      Vectors.write(anchor, model.parameters());
      strategy.afterTask(learner);
      for (double value : x) {
        double f = anchor[0] * value + anchor[1];
        importance[0] += Math.abs(2 * f * value) / 2;
        importance[1] += Math.abs(2 * f) / 2;
      }
    }
    assertThat(model.layout().get(0).name()).isEqualTo("output.weight");
    INDArray theta = Vectors.create(DataType.DOUBLE, 2);
    INDArray gradient = Vectors.create(DataType.DOUBLE, 2);
    // Anchored at the latest task: there the penalty is 0, and 3 (Ω_w 1² + Ω_b 2²) further on.
    Vectors.write(new double[] {3, 2.25}, theta);
    assertThat(strategy.penalize(theta, gradient))
        .isCloseTo(3 * (importance[0] + 4 * importance[1]), within(1e-12));
    assertThat(values(gradient))
        .containsExactly(new double[] {6 * importance[0], 12 * importance[1]}, within(1e-12));
    Vectors.write(anchors[1], theta);
    assertThat(strategy.penalize(theta, gradient)).isZero();
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }
}
