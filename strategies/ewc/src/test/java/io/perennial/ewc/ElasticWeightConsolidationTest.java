package io.perennial.ewc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.RandomSource;
import io.perennial.ewc.ElasticWeightConsolidation.PenaltyStep;
import io.perennial.ewc.ElasticWeightConsolidation.Settings;
import io.perennial.ewc.FisherInformation.Variant;
import io.perennial.models.Activation;
import io.perennial.models.MlpFactory;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.testkit.TinyLearner;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The strategy's penalty after three tasks, against the formula term by term, in double. */
class ElasticWeightConsolidationTest {
  private static final double LAMBDA = 3;
  private static final double DECAY = 0.6;

  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(11);
  private final Model model =
      new MlpFactory(new MlpFactory.Settings(List.of(4), Activation.TANH), workers)
          .create(new ModelFactory.Request(new long[] {3}, 3, DataType.DOUBLE, random));

  @AfterEach
  void close() {
    model.close();
    workers.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thePenaltyIsTheSumOverTasksOrTheDecayedOne(boolean online) {
    ElasticWeightConsolidation ewc =
        new ElasticWeightConsolidation(
            new Settings(
                LAMBDA,
                Variant.EXACT,
                online,
                online ? DECAY : 1,
                PenaltyStep.GRADIENT,
                8,
                0,
                1000),
            random.child("ewc"),
            new Workers(1));
    int size = Math.toIntExact(model.parameters().length());
    double[][] fishers = new double[3][];
    double[][] anchors = new double[3][];
    for (int t = 0; t < 3; t++) {
      move();
      TinyLearner learner =
          new TinyLearner(model, 12, new boolean[] {true, true, true}, random.child("task " + t));
      fishers[t] =
          values(
              FisherInformation.estimate(
                  learner,
                  learner.task().training(),
                  Variant.EXACT,
                  8,
                  random.child("labels"),
                  new Workers(1)));
      anchors[t] = values(Vectors.copyOf(model.parameters()));
      ewc.afterTask(learner);
    }
    move();
    double[] theta = values(Vectors.copyOf(model.parameters()));
    double value = 0;
    double[] expected = new double[size];
    for (int t = 0; t < 3; t++) {
      double weight = online ? Math.pow(DECAY, 2 - t) : 1;
      double[] anchor = online ? anchors[2] : anchors[t];
      for (int i = 0; i < size; i++) {
        double distance = theta[i] - anchor[i];
        value += LAMBDA * weight * fishers[t][i] * distance * distance;
        expected[i] += 2 * LAMBDA * weight * fishers[t][i] * distance;
      }
    }
    INDArray gradient = Vectors.create(DataType.DOUBLE, size);
    assertThat(ewc.penalize(model.parameters(), gradient)).isCloseTo(value, within(1e-9 * value));
    double[] actual = values(gradient);
    for (int i = 0; i < size; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-9));
    }
  }

  /** Other parameters, as if a task had been learned. */
  private void move() {
    double[] values = values(Vectors.copyOf(model.parameters()));
    for (int i = 0; i < values.length; i++) {
      values[i] += 0.3 * random.nextGaussian();
    }
    Vectors.write(values, model.parameters());
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    array.close();
    return values;
  }
}
