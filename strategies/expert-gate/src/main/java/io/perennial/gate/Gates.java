package io.perennial.gate;

import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Activation;
import io.perennial.models.Adam;
import io.perennial.models.Autoencoder;
import io.perennial.models.Likelihood;
import io.perennial.models.OperatorGraph;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An undercomplete autoencoder for each task: one hidden layer of ReLUs, trained with Adam on the
 * cross-entropy of its reconstructions.
 */
final class Gates implements Stateful {
  private static final int EVALUATION_BATCH = 1024;

  private final ExpertGate.Settings settings;
  private final RandomSource random;
  private final Workers workers;
  private final InputScale scale;
  private final List<Autoencoder> gates = new ArrayList<>();
  private double[] weights = {};
  private double[] confidence = {};

  Gates(ExpertGate.Settings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.workers = workers;
    this.scale = new InputScale(settings.input());
  }

  int size() {
    return gates.size();
  }

  /** Trains the gate of the learner's task on its training examples. */
  void add(Learner learner) {
    Examples examples = learner.task().training();
    int width = width(learner.task().shape());
    if (gates.isEmpty()) {
      scale.fit(examples, width);
    }
    RandomSource own = random.child("gate " + gates.size());
    Autoencoder gate = autoencoder(width, learner.model().dataType(), own.child("weights"));
    gates.add(gate);
    INDArray gradient = Vectors.create(learner.model().dataType(), gate.parameters().length());
    Adam adam = new Adam(new Adam.Settings(settings.gateLearningRate(), 0.9, 0.999, 1e-8), workers);
    int batchSize = settings.gateBatchSize();
    long left = settings.gateIterations();
    while (left > 0) {
      int[] order = own.permutation(examples.size());
      long wanted = Math.min(order.length, left * batchSize);
      Examples drawn = examples.select(Arrays.copyOf(order, (int) wanted));
      learner.visit(
          drawn,
          learner.task().index(),
          batchSize,
          batch -> {
            gate.loss(scale.apply(batch.features()), means(batch.size()), gradient);
            adam.step(gate.parameters(), gradient, Optional.empty());
          });
      left -= (wanted + batchSize - 1) / batchSize;
    }
    gradient.close();
  }

  /** What a gate for a model's examples keeps: its parameters. */
  long bytesEach(Model model) {
    int width = width(model.inputShape());
    try (Autoencoder trial = autoencoder(width, model.dataType(), new RandomSource(0))) {
      return trial.parameters().length() * model.dataType().width();
    }
  }

  private double[] means(int rows) {
    if (weights.length != rows) {
      weights = new double[rows];
      Arrays.fill(weights, 1.0 / rows);
    }
    return weights;
  }

  private Autoencoder autoencoder(int width, DataType type, RandomSource first) {
    return new Autoencoder(
        width,
        List.of(settings.gateHidden()),
        Activation.RELU,
        Likelihood.BERNOULLI,
        type,
        first,
        workers);
  }

  /** The mean reconstruction error of each gate on examples of the learner's task. */
  double[] errors(Learner learner, Examples examples) {
    double[] sums = new double[gates.size()];
    learner.visit(
        examples,
        learner.task().index(),
        EVALUATION_BATCH,
        batch -> {
          INDArray seen = scale.apply(batch.features());
          for (int g = 0; g < sums.length; g++) {
            for (double error : gates.get(g).errors(seen)) {
              sums[g] += error;
            }
          }
        });
    for (int g = 0; g < sums.length; g++) {
      sums[g] /= examples.size();
    }
    return sums;
  }

  /** {@code Rel = 1 - |Er_a - Er_k| / Er_k} of the last gate's task k to each older one. */
  static double[] relatedness(double[] errors) {
    double[] related = new double[errors.length - 1];
    double own = errors[errors.length - 1];
    for (int a = 0; a < related.length; a++) {
      double away = Math.abs(errors[a] - own);
      related[a] = away == 0 ? 1 : 1 - away / own;
    }
    return related;
  }

  /** Writes for each row the gate that reconstructs it best. */
  void route(INDArray features, int[] tasks) {
    INDArray seen = scale.apply(features);
    int rows = tasks.length;
    double[][] errors = new double[gates.size()][];
    for (int g = 0; g < errors.length; g++) {
      errors[g] = gates.get(g).errors(seen);
    }
    if (confidence.length < rows) {
      confidence = new double[rows];
    }
    for (int n = 0; n < rows; n++) {
      int best = 0;
      for (int g = 1; g < errors.length; g++) {
        best = errors[g][n] < errors[best][n] ? g : best;
      }
      double sum = 0;
      for (double[] error : errors) {
        sum += Math.exp((errors[best][n] - error[n]) / settings.temperature());
      }
      tasks[n] = best;
      confidence[n] = 1 / sum;
    }
  }

  /** Says what {@link #route} computes. */
  String describeRoute(OperatorGraph graph, String features) {
    String flat = graph.add("Flatten", Map.of("axis", 1L), features);
    String seen = scale.describe(graph, flat);
    String[] errors = new String[gates.size()];
    for (int g = 0; g < errors.length; g++) {
      errors[g] = gates.get(g).describeErrors(graph, "gate" + g + ".", seen);
    }
    String all = graph.add("Concat", Map.of("axis", 1L), errors);
    return graph.add("ArgMin", Map.of("axis", 1L, "keepdims", 0L), all);
  }

  /** The probability of the gate chosen for a row in the latest {@link #route}. */
  double confidence(int row) {
    return confidence[row];
  }

  static int width(long[] shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  float outside(Examples examples, long[] shape) {
    return scale.outside(examples, width(shape));
  }

  @Override
  public State save() {
    State.Builder state =
        State.builder().value("gates", (long) gates.size()).part("scale", scale.save());
    for (int g = 0; g < gates.size(); g++) {
      state.part(Integer.toString(g), gates.get(g).save());
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    gates.forEach(Autoencoder::close);
    gates.clear();
    scale.restore(state.part("scale"));
    for (int g = 0; g < state.integer("gates"); g++) {
      State saved = state.part(Integer.toString(g));
      DataType type = saved.tensor("parameters").dataType();
      Autoencoder gate = autoencoder(saved.integers("widths")[0], type, random.child("unused"));
      gate.restore(saved);
      gates.add(gate);
    }
  }
}
