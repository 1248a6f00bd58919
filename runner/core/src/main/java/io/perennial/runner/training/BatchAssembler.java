package io.perennial.runner.training;

import io.perennial.api.Batch;
import io.perennial.api.Rows;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Builds batches in arrays that are made once for each batch size. Real rows are read into them, if
 * possible while the batch before is worked on; rehearsed ones follow.
 */
final class BatchAssembler implements Rows {
  private final int width;
  private final RowReader reader;

  private RowReader.@Nullable Slot rows;
  private int[] tasks = {};
  private int[] origins = {};
  private double[] weights = {};
  private double[] soft = {};
  private int classes;
  private int size;
  private int realRows;
  private int lately;
  private boolean anySoft;
  private int origin;
  private double total;

  BatchAssembler(
      long[] shape, DataType dataType, Workers workers, Consumer<RowReader.Slot> background) {
    this.width = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    long[] example = shape.clone();
    this.reader =
        new RowReader(width, rows -> new BatchArrays(dataType, example, rows), workers, background);
  }

  /**
   * Begins to read the real rows of the next batch, as a hint; room is made for as many rehearsed
   * ones as the last finished batch had.
   */
  void ahead(RowReader.Request request) {
    reader.ahead(request, lately);
  }

  /** The seconds that real rows were waited for. */
  double secondsWaited() {
    return reader.waited() / 1e9;
  }

  /** Starts a batch with real rows of mass 1. */
  void real(int classCount, RowReader.Request request) {
    int count = request.count();
    classes = classCount;
    realRows = count;
    anySoft = false;
    origin = 0;
    total = 1;
    rows = reader.read(request, lately);
    reserve(count);
    System.arraycopy(request.tasks(), request.from(), tasks, 0, count);
    Arrays.fill(origins, 0, count, 0);
    Arrays.fill(weights, 0, count, 1.0 / count);
    size = count;
  }

  /** Everything added until the next call comes from the k-th rehearsal, k counting from 1. */
  void beginOrigin(int number) {
    origin = number;
  }

  /** Gives the rows from {@code first} on, whose weights are relative, a total mass. */
  void endOrigin(int first, double mass) {
    double sum = 0;
    for (int n = first; n < size; n++) {
      sum += weights[n];
    }
    if (sum > 0) {
      for (int n = first; n < size; n++) {
        weights[n] *= mass / sum;
      }
      total += mass;
    }
  }

  int size() {
    return size;
  }

  /** The finished batch, valid until the next one is started. */
  Batch finish(Competition competition) {
    BatchArrays sized = started().exactly(size);
    lately = size - realRows;
    for (int n = 0; n < size; n++) {
      sized.tasks[n] = tasks[n];
      sized.origins[n] = origins[n];
      sized.weights[n] = weights[n] / total;
      sized.competing[n] = competition.of(tasks[n]);
    }
    if (!anySoft) {
      return sized.batch;
    }
    if (soft.length < size * classes) {
      soft = Arrays.copyOf(soft, size * classes);
    }
    return sized.batch.withTargets(sized.targets(soft, classes));
  }

  @Override
  public int realRows() {
    return realRows;
  }

  @Override
  public void add(INDArray added, int[] addedLabels, int[] addedTasks, double weight) {
    BatchArrays arrays = append(added, addedTasks, weight);
    System.arraycopy(addedLabels, 0, arrays.labels, size, addedTasks.length);
    size += addedTasks.length;
  }

  @Override
  public void addSoft(INDArray added, INDArray probabilities, int[] addedTasks, double weight) {
    int count = addedTasks.length;
    if (probabilities.rows() != count || probabilities.columns() != classes) {
      throw new IllegalArgumentException(
          "Soft targets must be ["
              + count
              + ", "
              + classes
              + "], one column for each class, not "
              + Arrays.toString(probabilities.shape()));
    }
    BatchArrays arrays = append(added, addedTasks, weight);
    Arrays.fill(arrays.labels, size, size + count, -1);
    if (soft.length < (size + count) * classes) {
      soft = Arrays.copyOf(soft, (size + count) * classes);
    }
    Vectors.read(probabilities, soft, size * classes);
    anySoft = true;
    size += count;
  }

  private BatchArrays append(INDArray added, int[] addedTasks, double weight) {
    int count = addedTasks.length;
    if (added.length() != (long) count * width) {
      throw new IllegalArgumentException(
          "Rehearsed features must be "
              + count
              + " rows of "
              + width
              + " values, not "
              + Arrays.toString(added.shape()));
    }
    if (!(weight >= 0)) {
      throw new IllegalArgumentException("A row's weight must be at least 0, not " + weight);
    }
    reserve(size + count);
    BatchArrays arrays = started().atLeast(size + count, size);
    Vectors.copy(added, count * width, arrays.features, size * width);
    System.arraycopy(addedTasks, 0, tasks, size, count);
    Arrays.fill(origins, size, size + count, origin);
    Arrays.fill(weights, size, size + count, weight);
    return arrays;
  }

  private RowReader.Slot started() {
    RowReader.Slot read = rows;
    if (read == null) {
      throw new IllegalStateException("A batch starts with its real rows");
    }
    return read;
  }

  private void reserve(int count) {
    if (tasks.length < count) {
      tasks = Arrays.copyOf(tasks, count);
      origins = Arrays.copyOf(origins, count);
      weights = Arrays.copyOf(weights, count);
    }
  }

  void close() {
    reader.close();
  }
}
