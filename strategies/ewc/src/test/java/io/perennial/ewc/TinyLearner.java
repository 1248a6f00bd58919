package io.perennial.ewc;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A learner at its first task: random examples, all classes of the mask compete. */
final class TinyLearner implements Learner {
  final float[][] rows;
  final int[] labels;
  final boolean[] competing;
  private final Model model;

  TinyLearner(Model model, int examples, boolean[] competing, RandomSource random) {
    this.model = model;
    this.competing = competing;
    int width = Math.toIntExact(Arrays.stream(model.inputShape()).reduce(1, (a, b) -> a * b));
    this.rows = new float[examples][width];
    this.labels = new int[examples];
    for (int n = 0; n < examples; n++) {
      for (int i = 0; i < width; i++) {
        rows[n][i] = (float) random.nextGaussian();
      }
      do {
        labels[n] = random.nextInt(competing.length);
      } while (!competing[labels[n]]);
    }
  }

  private Examples examples() {
    return new Examples() {
      @Override
      public int size() {
        return rows.length;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public void read(int index, float[] destination, int offset) {
        System.arraycopy(rows[index], 0, destination, offset, rows[index].length);
      }
    };
  }

  /** Rows {@code [from, from + count)} as a batch. */
  Batch batch(int from, int count) {
    int width = rows[0].length;
    double[] values = new double[count * width];
    int[] batchLabels = new int[count];
    boolean[][] masks = new boolean[count][];
    double[] weights = new double[count];
    Arrays.fill(weights, 1.0 / count);
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < width; i++) {
        values[n * width + i] = rows[from + n][i];
      }
      batchLabels[n] = labels[from + n];
      masks[n] = competing;
    }
    INDArray features = Nd4j.create(model.dataType(), new long[] {count, width}, 'c');
    Vectors.write(values, features);
    return new Batch(features, batchLabels, new int[count], new int[count], weights, masks);
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public Task task() {
    int[] classes = new int[competing.length];
    Arrays.setAll(classes, c -> c);
    return new Task(0, "only", model.inputShape(), classes, examples(), examples(), examples());
  }

  @Override
  public List<Task> seen() {
    return List.of(task());
  }

  @Override
  public Setting setting() {
    return Setting.TASK_INCREMENTAL;
  }

  @Override
  public int phase() {
    return 0;
  }

  @Override
  public long step() {
    return 0;
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
    for (int from = 0; from < examples.size(); from += batchSize) {
      visitor.accept(batch(from, Math.min(batchSize, examples.size() - from)));
    }
  }

  @Override
  public void reinitialize() {
    model.reinitialize(new RandomSource(0));
  }
}
