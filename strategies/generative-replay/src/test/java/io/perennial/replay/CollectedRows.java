package io.perennial.replay;

import io.perennial.api.Rows;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a rehearsal added, one row each. */
final class CollectedRows implements Rows {
  final List<double[]> features = new ArrayList<>();
  final List<double[]> targets = new ArrayList<>();
  final List<Integer> labels = new ArrayList<>();
  final List<Integer> tasks = new ArrayList<>();
  private final int real;

  CollectedRows(int real) {
    this.real = real;
  }

  @Override
  public int realRows() {
    return real;
  }

  @Override
  public void add(INDArray added, int[] addedLabels, int[] addedTasks, double weight) {
    split(added, addedTasks, features);
    for (int n = 0; n < addedTasks.length; n++) {
      labels.add(addedLabels[n]);
      tasks.add(addedTasks[n]);
    }
  }

  @Override
  public void addSoft(INDArray added, INDArray probabilities, int[] addedTasks, double weight) {
    split(added, addedTasks, features);
    split(probabilities, addedTasks, targets);
    for (int task : addedTasks) {
      labels.add(-1);
      tasks.add(task);
    }
  }

  private static void split(INDArray array, int[] rows, List<double[]> to) {
    double[] values = new double[(int) array.length()];
    Vectors.read(array, values);
    int width = values.length / rows.length;
    for (int n = 0; n < rows.length; n++) {
      to.add(Arrays.copyOfRange(values, n * width, (n + 1) * width));
    }
  }
}
