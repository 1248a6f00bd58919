package io.perennial.replay;

import io.perennial.api.Artefact;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Pictures of what the generator produced after each task. */
final class SampleGrids implements Stateful {
  private static final int SIDE = 8;

  /** Samples in a grid. */
  static final int SAMPLES = SIDE * SIDE;

  private final List<float[][]> grids = new ArrayList<>();

  /** Whether examples of a shape can be shown: {@code [height, width]}, or with channels before. */
  static boolean canShow(long[] shape) {
    return shape.length == 2 || shape.length == 3;
  }

  /**
   * Adds the grid of a task.
   *
   * @param samples {@code [SAMPLES, (channels,) height, width]}; channels are averaged
   */
  void add(INDArray samples) {
    int rank = samples.rank();
    int height = (int) samples.size(rank - 2);
    int width = (int) samples.size(rank - 1);
    int channels = rank == 4 ? (int) samples.size(1) : 1;
    float[] values = Vectors.readFloats(samples);
    float[][] grid = new float[SIDE * (height + 1) - 1][SIDE * (width + 1) - 1];
    for (int n = 0; n < SAMPLES; n++) {
      for (int i = 0; i < channels * height * width; i++) {
        int y = n / SIDE * (height + 1) + i / width % height;
        int x = n % SIDE * (width + 1) + i % width;
        grid[y][x] += values[n * channels * height * width + i] / channels;
      }
    }
    grids.add(grid);
  }

  List<Artefact> artefacts() {
    List<Artefact> artefacts = new ArrayList<>();
    for (int t = 0; t < grids.size(); t++) {
      artefacts.add(
          new Artefact.Image(
              "samples-after-task-" + (t + 1),
              "What the generator produces after task " + (t + 1),
              grids.get(t)));
    }
    return artefacts;
  }

  @Override
  public State save() {
    State.Builder state = State.builder().value("grids", (long) grids.size());
    for (int t = 0; t < grids.size(); t++) {
      float[][] grid = grids.get(t);
      INDArray tensor = Vectors.create(DataType.FLOAT, grid.length, grid[0].length);
      float[] values = new float[grid.length * grid[0].length];
      for (int y = 0; y < grid.length; y++) {
        System.arraycopy(grid[y], 0, values, y * grid[0].length, grid[0].length);
      }
      Vectors.write(values, values.length, tensor);
      state.tensor("grid" + t, tensor);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    grids.clear();
    for (int t = 0; t < state.integer("grids"); t++) {
      INDArray tensor = state.tensor("grid" + t);
      float[] values = Vectors.readFloats(tensor);
      float[][] grid = new float[tensor.rows()][tensor.columns()];
      for (int y = 0; y < grid.length; y++) {
        System.arraycopy(values, y * grid[0].length, grid[y], 0, grid[0].length);
      }
      grids.add(grid);
    }
  }
}
