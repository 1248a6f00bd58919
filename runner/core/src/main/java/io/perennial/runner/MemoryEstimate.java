package io.perennial.runner;

import io.perennial.api.Expansion;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.Task;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Predictor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a run will need of memory, in bytes, from what it takes once its data is loaded and a batch
 * has passed through its network. What strategies will keep is not known before they keep it.
 *
 * @param process what the process takes apart from its heap: code, native libraries, the network
 * @param heap what is alive on the heap: the data in it
 * @param passes for batches on their way through the network
 * @param training the parameters that are still to come, two gradients and two moments
 */
record MemoryEstimate(long process, long heap, long passes, long training) {
  /** Two gradients, two moments of an optimiser. */
  private static final int VECTORS = 4;

  private static final double GIBIBYTE = 1L << 30;

  /** Measures a run that is wired and has not started. */
  static MemoryEstimate of(Assembly assembly) {
    Plan plan = assembly.plan();
    Model model = plan.model();
    long heap = usedHeap();
    long process = Math.max(0, Pointer.physicalBytes() - Runtime.getRuntime().totalMemory());
    int rows =
        Math.min(
            Predictor.BATCH,
            plan.stream().tasks().stream().mapToInt(MemoryEstimate::largest).max().orElse(1));
    long passes = passes(model, Math.max(rows, plan.settings().batchSize()));
    boolean oneEach =
        plan.stages().stream()
            .anyMatch(
                stage ->
                    stage.strategy() instanceof Expansion expansion
                        && !expansion.carriesParameters());
    long now = model.parameters().length() * model.dataType().width();
    long later = oneEach ? now * (plan.stream().size() - 1L) : 0;
    return new MemoryEstimate(process, heap, passes, later + VECTORS * now);
  }

  private static int largest(Task task) {
    return Math.max(task.test().size(), task.training().size());
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** One pass of a copy: an evaluation's batch is the largest there is. */
  private static long passes(Model model, int rows) {
    long[] example = model.inputShape();
    long[] shape = new long[example.length + 1];
    shape[0] = rows;
    System.arraycopy(example, 0, shape, 1, example.length);
    long width = Arrays.stream(example).reduce(1, (a, b) -> a * b);
    long before = Pointer.physicalBytes();
    try (Model copy = model.copy();
        INDArray features = Nd4j.create(model.dataType(), shape, 'c')) {
      copy.forward(features, new int[rows], false);
      long grown = Math.max(0, Pointer.physicalBytes() - before);
      // Batches are gathered on the heap, in two buffers, before they go to the native array.
      long values = rows * width;
      return Math.max(grown, values * model.dataType().width()) + 2L * values * Float.BYTES;
    }
  }

  long total() {
    return process + heap + passes + training;
  }

  /**
   * Refuses a run that does not fit.
   *
   * @param limit in bytes
   * @throws InputException with the estimate
   */
  void refuseAbove(long limit) {
    if (total() > limit) {
      throw new InputException(
          "--memory: the run needs about %s of memory, and %s are allowed: %s for the process and the network, %s for what is on the heap (the data), %s for batches in the network, %s for gradients, the optimiser and parameters to come; what strategies keep comes on top. Allow more, or use less data, smaller batches or a smaller network."
              .formatted(
                  gibibytes(total()),
                  gibibytes(limit),
                  gibibytes(process),
                  gibibytes(heap),
                  gibibytes(passes),
                  gibibytes(training)));
    }
  }

  /** Keeps native arrays within what is left beside the heap. */
  static void cap(long limit) {
    Nd4j.getEnvironment().setMaxPrimaryMemory(limit);
  }

  /** All the parts, in their order. */
  List<Long> parts() {
    return List.of(process, heap, passes, training);
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIBIBYTE);
  }
}
