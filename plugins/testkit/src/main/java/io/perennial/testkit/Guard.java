package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Batch;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hands out copies of all arrays with guard zones on both sides, and compares after the call: the
 * zones, what may only be read, the batch, and the model's parameters.
 */
final class Guard implements Witness.Watch {
  private static final int ZONE = 16;
  private static final double SENTINEL = -77.25;

  /** In these a strategy may give the model other parameters, or another model. */
  private static final Set<String> MAY_CHANGE_PARAMETERS =
      Set.of(
          "beforeTask",
          "afterPhase",
          "afterTask",
          "expandBefore",
          "expandAfterEpoch",
          "expandAfterPhase",
          "rebuild",
          "restore");

  @Override
  public @Nullable Object on(Bench bench, String method, Object[] arguments, Witness.Answer answer)
      throws Throwable {
    if (MAY_CHANGE_PARAMETERS.contains(method)) {
      return answer.to(arguments);
    }
    String parameters = bench.parameters();
    int changeable = changeable(method);
    Object[] given = arguments.clone();
    List<Zoned> zoned = new ArrayList<>();
    List<String> batches = new ArrayList<>();
    for (int i = 0; i < given.length; i++) {
      if (given[i] instanceof INDArray array) {
        Zoned copy = new Zoned(array, i == changeable);
        given[i] = copy.inner;
        zoned.add(copy);
      } else if (given[i] instanceof Batch batch) {
        batches.add(print(batch));
      }
    }
    Object result = answer.to(given);
    for (Object argument : given) {
      if (argument instanceof Batch batch && !print(batch).equals(batches.remove(0))) {
        fail(method + " changed the batch, whose arrays belong to the runner.");
      }
    }
    if (!bench.parameters().equals(parameters)) {
      fail(
          method
              + " changed the model's parameters. Expected: only the optimiser moves them during a"
              + " task's steps.");
    }
    // Last, because the array to change may be the live parameters themselves.
    for (Zoned copy : zoned) {
      copy.finish(method, Boolean.FALSE.equals(result));
    }
    return result;
  }

  /** The argument that a method is given to change; -1 for none. */
  private static int changeable(String method) {
    return switch (method) {
      case "penalize", "transform", "selectParameters", "score" -> 1;
      case "loss" -> 2;
      case "add" -> 3;
      default -> -1;
    };
  }

  private static String print(Batch batch) {
    INDArray targets = batch.targets();
    return Vectors.sha256(batch.features())
        + Arrays.toString(batch.labels())
        + Arrays.toString(batch.tasks())
        + Arrays.toString(batch.origins())
        + Arrays.toString(batch.weights())
        + (targets == null ? "" : Vectors.sha256(targets));
  }

  /** A copy between guard zones. */
  private static final class Zoned {
    private final INDArray original;
    private final boolean changeable;
    private final INDArray whole;
    final INDArray inner;

    Zoned(INDArray original, boolean changeable) {
      this.original = original;
      this.changeable = changeable;
      long length = original.length();
      whole = Vectors.create(original.dataType(), length + 2 * ZONE);
      double[] zones = new double[Math.toIntExact(whole.length())];
      Arrays.fill(zones, SENTINEL);
      Vectors.write(zones, whole);
      inner =
          Nd4j.create(
              whole.data(), original.shape(), Nd4j.getStrides(original.shape(), 'c'), ZONE, 'c');
      Vectors.assign(original, inner);
    }

    void finish(String method, boolean declaredUnchanged) {
      double[] now = Doubles.of(whole);
      for (int i = 0; i < ZONE; i++) {
        if (now[i] != SENTINEL || now[now.length - 1 - i] != SENTINEL) {
          fail(method + " wrote beyond the array it was given.");
        }
      }
      boolean same = Vectors.sha256(inner).equals(Vectors.sha256(original));
      if (!same && !changeable) {
        fail(method + " changed an array that it may only read.");
      }
      if (!same && declaredUnchanged) {
        fail(method + " answered that it changed nothing, but it did.");
      }
      Vectors.assign(inner, original);
      whole.close();
    }
  }
}
