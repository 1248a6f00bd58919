package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The penalties of any number of old tasks as one: {@code Σ_t Σ_i F_ti (θ_i - θ_ti)² = κ + Σ_i F_i
 * (θ_i - θ̄_i)²}, with the sum F of the importances, their weighted mean θ̄ of the anchors, and a
 * constant κ. Cost and memory do not grow with the tasks. A parameter without importance has the
 * newest anchor. The mean is kept rather than {@code Σ F_t θ_t}, from which κ would be a difference
 * of large numbers.
 *
 * <p>Arrays have the parameters' type; merging is done in double.
 */
public final class ConsolidatedPenalty implements Stateful {
  private @Nullable INDArray importance;
  private @Nullable INDArray anchor;
  private double constant;
  private @Nullable PenaltyPass<?> pass;

  /** A penalty of nothing; the first {@link #merge} or {@link #replace} tells size and type. */
  public ConsolidatedPenalty() {}

  /** Whether there is nothing to guard. */
  public boolean isEmpty() {
    return importance == null;
  }

  /**
   * Adds {@code Σ_i F'_i (θ_i - θ'_i)²}. The arrays are copied.
   *
   * @param newImportance F', {@code [P]}, each at least 0
   * @param newAnchor θ', {@code [P]}
   * @throws IllegalArgumentException if an importance is negative or not finite, or sizes differ
   */
  public void merge(INDArray newImportance, INDArray newAnchor) {
    double[] added = importances(newImportance);
    double[] target = values(newAnchor);
    requireLength(target.length, added.length);
    double[] f = added;
    double[] mean = target;
    if (!isEmpty()) {
      f = values(importance());
      mean = values(anchor());
      requireLength(added.length, f.length);
      for (int i = 0; i < f.length; i++) {
        double sum = f[i] + added[i];
        if (sum == 0) {
          mean[i] = target[i];
        } else {
          double away = mean[i] - target[i];
          double share = added[i] / sum;
          constant += f[i] * share * away * away;
          mean[i] -= share * away;
        }
        f[i] = sum;
      }
    }
    store(newImportance, f, mean);
  }

  /**
   * Online EWC: {@code F ← decay F + F'}, all anchored at the newest parameters; the constant is
   * dropped. The arrays are copied.
   *
   * @param decay γ, at least 0
   * @param newImportance F', {@code [P]}, each at least 0
   * @param newAnchor {@code [P]}
   * @throws IllegalArgumentException if an importance is negative or not finite, or sizes differ
   */
  public void replace(double decay, INDArray newImportance, INDArray newAnchor) {
    double[] f = importances(newImportance);
    double[] target = values(newAnchor);
    requireLength(target.length, f.length);
    if (!isEmpty()) {
      double[] old = values(importance());
      requireLength(f.length, old.length);
      for (int i = 0; i < f.length; i++) {
        f[i] += decay * old[i];
      }
    }
    constant = 0;
    store(newImportance, f, target);
  }

  /**
   * The value at θ, constant included; 0 when empty.
   *
   * @param parameters θ, {@code [P]}
   */
  public double value(INDArray parameters) {
    return isEmpty() ? 0 : constant + pass(parameters).value(importance(), anchor(), parameters);
  }

  /**
   * Adds {@code 2λ F (θ - θ̄)} to the gradient; nothing when empty.
   *
   * @param lambda λ
   * @param parameters θ, {@code [P]}
   * @param gradient {@code [P]}
   * @return λ times {@link #value}
   */
  public double addGradient(double lambda, INDArray parameters, INDArray gradient) {
    if (isEmpty()) {
      return 0;
    }
    double sum = pass(parameters).addGradient(lambda, importance(), anchor(), parameters, gradient);
    return lambda * (constant + sum);
  }

  /**
   * The penalty for an implicit step, without its constant; its arrays stay this object's and
   * change with it.
   *
   * @throws IllegalStateException when empty
   */
  public QuadraticPenalty quadratic(double lambda) {
    return new QuadraticPenalty(lambda, importance(), anchor());
  }

  /** The parameters have changed in number; new ones are not guarded. */
  public void remap(ParameterMap map) {
    if (!isEmpty()) {
      own(map.remap(importance(), Quantity.IMPORTANCE), map.remap(anchor(), Quantity.PARAMETER));
    }
  }

  @Override
  public State save() {
    if (isEmpty()) {
      return State.EMPTY;
    }
    return State.builder()
        .tensor("importance", importance())
        .tensor("anchor", anchor())
        .value("constant", constant)
        .build();
  }

  @Override
  public void restore(State state) {
    if (state.isEmpty()) {
      own(null, null);
      constant = 0;
    } else {
      own(Vectors.copyOf(state.tensor("importance")), Vectors.copyOf(state.tensor("anchor")));
      constant = state.number("constant");
    }
  }

  private INDArray importance() {
    return present(importance);
  }

  private INDArray anchor() {
    return present(anchor);
  }

  private static INDArray present(@Nullable INDArray array) {
    if (array == null) {
      throw new IllegalStateException("The penalty is empty: nothing was merged into it yet");
    }
    return array;
  }

  private PenaltyPass<?> pass(INDArray parameters) {
    PenaltyPass<?> made = pass;
    if (made == null) {
      made = new PenaltyPass<>(Kernels.of(parameters.dataType()));
      pass = made;
    }
    return made;
  }

  private void store(INDArray like, double[] f, double[] target) {
    if (importance == null || anchor == null) {
      own(
          Vectors.create(like.dataType(), like.length()),
          Vectors.create(like.dataType(), like.length()));
    }
    Vectors.write(f, importance());
    Vectors.write(target, anchor());
  }

  private void own(@Nullable INDArray newImportance, @Nullable INDArray newAnchor) {
    if (importance != null) {
      importance.close();
    }
    if (anchor != null) {
      anchor.close();
    }
    importance = newImportance;
    anchor = newAnchor;
    pass = null;
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }

  private static double[] importances(INDArray array) {
    double[] values = values(array);
    if (!Arrays.stream(values).allMatch(v -> v >= 0 && v < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Importances must be finite and at least 0");
    }
    return values;
  }

  private static void requireLength(int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "Importance and anchor must have " + expected + " elements, not " + length);
    }
  }
}
