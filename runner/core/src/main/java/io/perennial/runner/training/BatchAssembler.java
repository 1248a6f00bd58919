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
import org.nd4j.linalg.factory.Nd4j;

/**
 * Builds batches in arrays that are made once for each batch size. Rows are gathered on the heap,
 * where bytes become floats, if possible while the batch before is worked on, and go to the native
 * array in one copy.
 */
final class BatchAssembler implements Rows {
  /** The values from which on a second thread is worth its while in copying. */
  private static final int PART = 200_000;

  private final long[] shape;
  private final int width;
  private final DataType dataType;
  private final Workers workers;
  private final RowReader reader;
  private final SizedBuffers<Buffers> buffers = new SizedBuffers<>(this::allocate);

  private RowReader.@Nullable Slot rows;
  private int[] tasks = {};
  private int[] origins = {};
  private double[] weights = {};
  private double[] soft = {};
  private int classes;
  private int size;
  private int realRows;
  private boolean anySoft;
  private int origin;
  private double total;

  BatchAssembler(
      long[] shape, DataType dataType, Workers workers, Consumer<RowReader.Slot> background) {
    this.shape = shape.clone();
    this.width = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    this.dataType = dataType;
    this.workers = workers;
    this.reader = new RowReader(width, workers, background);
  }

  /** Begins to read the real rows of the next batch, as a hint. */
  void ahead(RowReader.Request request) {
    reader.ahead(request);
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
    rows = reader.read(request);
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
    Buffers sized = buffers.of(size);
    RowReader.Slot read = started();
    int parts = Math.max(1, size * width / PART);
    if (parts == 1) {
      Vectors.write(read.features(), size * width, sized.features);
    } else {
      workers.run(parts, part -> copy(part, parts, read.features(), sized.features));
    }
    System.arraycopy(read.labels(), 0, sized.labels, 0, size);
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

  private void copy(int part, int parts, float[] from, INDArray to) {
    int first = (int) ((long) size * width * part / parts);
    int end = (int) ((long) size * width * (part + 1) / parts);
    Vectors.write(from, first, end - first, to);
  }

  @Override
  public int realRows() {
    return realRows;
  }

  @Override
  public void add(INDArray added, int[] addedLabels, int[] addedTasks, double weight) {
    append(added, addedTasks, weight);
    System.arraycopy(addedLabels, 0, started().labels(), size, addedTasks.length);
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
    append(added, addedTasks, weight);
    Arrays.fill(started().labels(), size, size + count, -1);
    if (soft.length < (size + count) * classes) {
      soft = Arrays.copyOf(soft, (size + count) * classes);
    }
    Vectors.read(probabilities, soft, size * classes);
    anySoft = true;
    size += count;
  }

  private void append(INDArray added, int[] addedTasks, double weight) {
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
    Vectors.read(added, started().features(), size * width);
    System.arraycopy(addedTasks, 0, tasks, size, count);
    Arrays.fill(origins, size, size + count, origin);
    Arrays.fill(weights, size, size + count, weight);
  }

  private RowReader.Slot started() {
    RowReader.Slot read = rows;
    if (read == null) {
      throw new IllegalStateException("A batch starts with its real rows");
    }
    return read;
  }

  private void reserve(int count) {
    started().reserve(count);
    if (tasks.length < count) {
      tasks = Arrays.copyOf(tasks, count);
      origins = Arrays.copyOf(origins, count);
      weights = Arrays.copyOf(weights, count);
    }
  }

  private Buffers allocate(int rows) {
    long[] full = new long[shape.length + 1];
    full[0] = rows;
    System.arraycopy(shape, 0, full, 1, shape.length);
    return new Buffers(Nd4j.create(dataType, full, 'c'), rows);
  }

  void close() {
    buffers.close();
  }

  /** The arrays of one batch size. */
  private static final class Buffers implements AutoCloseable {
    final INDArray features;
    final int[] labels;
    final int[] tasks;
    final int[] origins;
    final double[] weights;
    final boolean[][] competing;
    final Batch batch;
    private INDArray targets;

    Buffers(INDArray features, int rows) {
      this.features = features;
      this.labels = new int[rows];
      this.tasks = new int[rows];
      this.origins = new int[rows];
      this.weights = new double[rows];
      this.competing = new boolean[rows][];
      this.batch = new Batch(features, labels, tasks, origins, weights, competing);
      this.targets = Nd4j.empty(features.dataType());
    }

    INDArray targets(double[] values, int classes) {
      if (targets.isEmpty() || targets.columns() != classes) {
        targets = Nd4j.create(features.dataType(), new long[] {labels.length, classes}, 'c');
      }
      Vectors.write(values, labels.length * classes, targets);
      return targets;
    }

    @Override
    public void close() {
      features.close();
    }
  }
}
