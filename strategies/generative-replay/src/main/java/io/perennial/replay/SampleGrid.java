package io.perennial.replay;

import io.perennial.api.Artefact;
import io.perennial.api.Model;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Vectors;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A picture of what the generator produces after the latest task. Those of earlier tasks are files
 * by then; held here, they would grow with the stream.
 */
final class SampleGrid implements Stateful {
  private static final int SIDE = 8;

  /** Samples in a grid. */
  static final int SAMPLES = SIDE * SIDE;

  private float[][] grid = new float[0][];

  /** Of the grid, from 1. */
  private int task;

  /** How many bytes a grid of a model's examples has. */
  static long bytes(Model model) {
    long[] shape = model.inputShape();
    int rank = shape.length;
    return canShow(shape)
        ? (SIDE * (shape[rank - 2] + 1)) * (SIDE * (shape[rank - 1] + 1)) * Float.BYTES
        : 0;
  }

  /** Whether examples of a shape can be shown: {@code [height, width]}, or with channels before. */
  static boolean canShow(long[] shape) {
    return shape.length == 2 || shape.length == 3;
  }

  /**
   * Shows a task's.
   *
   * @param index of the task, from 0
   * @param samples {@code [SAMPLES, (channels,) height, width]}; channels are averaged
   */
  void show(int index, INDArray samples) {
    int rank = samples.rank();
    int height = (int) samples.size(rank - 2);
    int width = (int) samples.size(rank - 1);
    int channels = rank == 4 ? (int) samples.size(1) : 1;
    float[] values = Vectors.readFloats(samples);
    task = index + 1;
    grid = new float[SIDE * (height + 1) - 1][SIDE * (width + 1) - 1];
    for (int n = 0; n < SAMPLES; n++) {
      for (int i = 0; i < channels * height * width; i++) {
        int y = n / SIDE * (height + 1) + i / width % height;
        int x = n % SIDE * (width + 1) + i % width;
        grid[y][x] += values[n * channels * height * width + i] / channels;
      }
    }
  }

  List<Artefact> artefacts() {
    return grid.length == 0
        ? List.of()
        : List.of(
            new Artefact.Image(
                "samples-after-task-" + task,
                "What the generator produces after task " + task,
                grid));
  }

  @Override
  public State save() {
    int width = grid.length == 0 ? 0 : grid[0].length;
    float[] values = new float[grid.length * width];
    for (int y = 0; y < grid.length; y++) {
      System.arraycopy(grid[y], 0, values, y * width, width);
    }
    State.Builder state = State.builder().value("task", (long) task);
    if (grid.length > 0) {
      INDArray tensor = Vectors.create(DataType.FLOAT, grid.length, width);
      Vectors.write(values, values.length, tensor);
      state.ownTensor("grid", tensor);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    task = Math.toIntExact(state.integer("task"));
    grid = new float[0][];
    if (task > 0) {
      INDArray tensor = state.tensor("grid");
      float[] values = Vectors.readFloats(tensor);
      grid = new float[tensor.rows()][tensor.columns()];
      for (int y = 0; y < grid.length; y++) {
        System.arraycopy(values, y * grid[0].length, grid[y], 0, grid[0].length);
      }
    }
  }
}
