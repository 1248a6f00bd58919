package io.perennial.replay;

import io.perennial.api.Model;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The solver as the last task left it, which says what generated inputs are. */
final class PreviousSolver {
  private final Model model;
  private final Requests requests;
  private final Map<Integer, INDArray> targets = new HashMap<>();
  private boolean[][] competing = {};
  private double[] logits = {};
  private double[] probabilities = {};

  /**
   * @param model taken over
   */
  PreviousSolver(Model model, Requests requests) {
    this.model = model;
    this.requests = requests;
  }

  /** Before the first step of the next task, when the requests are prepared. */
  void prepare() {
    closeTargets();
    competing = requests.competing(model.classes());
  }

  Model model() {
    return model;
  }

  /** Writes the most probable class of each row into its request. */
  void label(INDArray features, Requests.Request asked) {
    ask(features, asked);
    int classes = model.classes();
    for (int n = 0; n < asked.labels().length; n++) {
      asked.labels()[n] = best(n * classes, classes, competing(asked, n));
    }
  }

  /**
   * The probabilities of each row's classes at a temperature.
   *
   * @param classes of the solver that learns, at least as many as this one's
   * @return {@code [count, classes]}, 0 for new classes; valid until the next ones
   */
  INDArray probabilities(
      INDArray features, Requests.Request asked, double temperature, int classes) {
    ask(features, asked);
    int count = asked.tasks().length;
    int known = model.classes();
    if (probabilities.length != count * classes) {
      probabilities = new double[count * classes];
    }
    for (int n = 0; n < count; n++) {
      CrossEntropy.softmax(
          logits, n * known, known, competing(asked, n), temperature, probabilities, n * classes);
    }
    INDArray result =
        targets.computeIfAbsent(count, n -> Vectors.create(model.dataType(), n, classes));
    Vectors.write(probabilities, result);
    return result;
  }

  private void ask(INDArray features, Requests.Request asked) {
    int length = asked.tasks().length * model.classes();
    if (logits.length < length) {
      logits = new double[length];
    }
    Vectors.read(model.forward(features, asked.tasks(), false), logits, 0);
  }

  private boolean[] competing(Requests.Request asked, int row) {
    return competing[Math.max(asked.tasks()[row], 0)];
  }

  private int best(int at, int classes, boolean[] mask) {
    int best = -1;
    for (int c = 0; c < classes; c++) {
      if (mask[c] && (best < 0 || logits[at + c] > logits[at + best])) {
        best = c;
      }
    }
    return best;
  }

  void close() {
    closeTargets();
    model.close();
  }

  private void closeTargets() {
    targets.values().forEach(INDArray::close);
    targets.clear();
  }
}
