package io.perennial.runner;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.Rehearsal;
import io.perennial.api.Task;
import io.perennial.runner.training.Demand;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Predictor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a run will need of memory, in bytes, from what it takes once its data is loaded and a batch
 * has passed through its network, and from what its strategies tell of themselves; of native arrays
 * half as much again.
 *
 * @param process what the process takes apart from its heap: code, native libraries, the network
 * @param heap as large as it is with the data on it
 * @param passes for batches on their way through the networks, to measure and to train
 * @param training the parameters that are still to come, two gradients and two moments
 * @param kept by the strategies, and as much again while it is saved
 */
record MemoryEstimate(long process, long heap, long passes, long training, long kept) {
  /** Two gradients, two moments of an optimiser. */
  private static final int VECTORS = 4;

  /** Strategies have passes of their own, of generators and gates, and last batches other sizes. */
  private static final double MARGIN = 1.5;

  private static final long SETTLING = TimeUnit.MILLISECONDS.toNanos(100);

  private static final double MEBIBYTE = 1L << 20;
  private static final double GIBIBYTE = 1L << 30;

  /** Measures a run that is wired and has not started. */
  static MemoryEstimate ofTraining(Plan plan) {
    Model model = plan.model();
    Demand demand = Demand.of(plan);
    boolean rehearses =
        plan.stages().stream().anyMatch(stage -> stage.strategy() instanceof Rehearsal);
    // A pass back holds as much as the one forward; rehearsed rows are as many as the real ones.
    int trained = Math.multiplyExact(plan.settings().batchSize(), rehearses ? 4 : 2);
    long width = model.dataType().width();
    long later = demand.parameters().all() - model.parameterCount();
    // Networks that rest keep the buffers of their last batches, until they are collected.
    long networks = (demand.parameters().all() - 1) / Math.max(1, demand.parameters().live()) + 1;
    return of(
        plan,
        trained,
        networks,
        (Math.max(0, later) + VECTORS * demand.parameters().live()) * width,
        2 * demand.kept());
  }

  /** Measures a model that only answers. */
  static MemoryEstimate ofAnswering(Plan plan) {
    return of(plan, 0, 1, 0, 0);
  }

  private static MemoryEstimate of(
      Plan plan, int trainedRows, long networks, long training, long kept) {
    long process = Math.max(0, Pointer.physicalBytes() - Heap.used());
    // The machine fills what it has of the heap before it collects, however little of it is alive.
    long heap = Runtime.getRuntime().totalMemory();
    int most = plan.stream().tasks().stream().mapToInt(MemoryEstimate::largest).max().orElse(1);
    int measured = Math.max(1, Math.min(Predictor.BATCH, most));
    // Arrays that nobody holds any more go in the background, after the collection above.
    LockSupport.parkNanos(SETTLING);
    double pass = Math.max(pass(plan.model(), measured), pass(plan.model(), measured));
    double passes = networks * pass / measured * (measured + trainedRows);
    return new MemoryEstimate(
        process,
        heap,
        (long) (MARGIN * passes),
        (long) (MARGIN * training),
        (long) (MARGIN * kept));
  }

  private static int largest(Task task) {
    return Math.max(task.test().size(), task.training().size());
  }

  /** One pass of a copy: an evaluation's batch is the largest there is. */
  private static long pass(Model model, int rows) {
    long[] example = model.inputShape();
    long[] shape = new long[example.length + 1];
    shape[0] = rows;
    System.arraycopy(example, 0, shape, 1, example.length);
    long width = Arrays.stream(example).reduce(1, (a, b) -> a * b);
    long before = MemoryLimit.arraysNow();
    try (Model copy = model.copy();
        INDArray features = Nd4j.create(model.dataType(), shape, 'c')) {
      copy.forward(features, new int[rows], false);
      // Batches take turns in two arrays.
      return MemoryLimit.arraysNow() - before + rows * width * model.dataType().width();
    }
  }

  long total() {
    return process + heap + passes + training + kept;
  }

  /** How many runs like this one fit side by side; at least 1. */
  int fits(long limit) {
    long each = Math.max(1, total() - process);
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, (limit - process) / each));
  }

  /**
   * Refuses a run that does not fit.
   *
   * @param limit of the process
   * @throws InputException with the estimate
   */
  void refuseAbove(MemoryLimit limit) {
    if (total() > limit.process()) {
      throw new InputException(
          "--memory: about %s are needed, and %s are allowed: %s. Allow more, or use less data, smaller batches or a smaller network."
              .formatted(size(total()), size(limit.process()), parts()));
    }
    long arrays = passes + training + kept;
    if (arrays > limit.arrays()) {
      throw new InputException(
          "--memory: about %s of native arrays are needed, and beside a heap that may take %s there is room for %s: %s. Allow more, or a smaller heap (PERENNIAL_JAVA_OPTS=-Xmx...)."
              .formatted(
                  size(arrays),
                  size(limit.process() - limit.arrays()),
                  size(limit.arrays()),
                  parts()));
    }
  }

  private String parts() {
    return "%s for the process and the network, %s for the heap with the data, %s for batches in the network, %s for gradients, the optimiser and parameters to come, %s for what strategies keep"
        .formatted(
            List.of(process, heap, passes, training, kept).stream()
                .map(MemoryEstimate::size)
                .toArray());
  }

  private static String size(long bytes) {
    return bytes < GIBIBYTE
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / GIBIBYTE);
  }
}
