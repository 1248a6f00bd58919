package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A step of a run makes no garbage: the whole of it, from drawing the batch to the listeners, is
 * measured between two calls of a listener, with one thread so that all of it is this thread's.
 */
class StepAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int STEPS = 1500;
  private static final int MEASURED = 300;

  /** On the heap, in bytes a step. */
  private static final long MOST = 1024;

  @TempDir Path directory;

  /** What the last steps of the latest task allocate. */
  private static final class Counter implements RunListener {
    private final long[] heap = new long[MEASURED];
    private int step;
    private long heapBefore;
    private long objectsBefore;
    private long pointersBefore;
    private long objects;
    private long pointers;

    @Override
    public void taskStarted(Learner learner, long steps) {
      step = 0;
    }

    @Override
    public void stepDone(Learner learner, double loss) {
      step++;
      int measured = step - (STEPS - MEASURED);
      long now = THREADS.getCurrentThreadAllocatedBytes();
      if (measured == 0) {
        objectsBefore = Nd4j.getDeallocatorService().nextValue();
        pointersBefore = Pointer.totalBytes();
      } else if (measured > 0) {
        heap[measured - 1] = now - heapBefore;
      }
      if (measured == MEASURED) {
        // The counting itself is one.
        objects = Nd4j.getDeallocatorService().nextValue() - objectsBefore - 1;
        pointers = Pointer.totalBytes() - pointersBefore;
      }
      heapBefore = THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Now and then code is still compiled, and what it allocated is not typical. */
    long medianHeap() {
      Arrays.sort(heap);
      return heap[MEASURED / 2];
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: sgd, learningRate: 0.05} | ",
        "{type: sgd, learningRate: 0.05, momentum: 0.9} | {type: ewc}",
        "{type: adam, learningRate: 0.001} | ",
        "{type: adam, learningRate: 0.001} | {type: ewc}",
        "{type: adam, learningRate: 0.001} | '{type: ewc, penaltyStep: gradient}'",
      })
  void aStepMakesNoArrayAndHardlyAnyGarbage(String optimizer, String strategy) {
    Counter counter = new Counter();
    String yaml =
        """
        name: steps
        pipeline: knowledge-retention
        scenario: {type: permuted, dataset: {type: digits}, tasks: 2}
        model: {type: mlp, hidden: [20, 10]}
        training: {iterations: %d, batchSize: 32, optimizer: %s}
        evaluate: final
        strategies: [%s]
        """
            .formatted(STEPS, optimizer, strategy == null ? "" : strategy);
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(
          perennial.parse(yaml), new RunOptions(directory.resolve("run"), false, List.of(counter)));
    }
    assertThat(counter.step).isEqualTo(STEPS);
    assertThat(counter.objects).as("arrays, views and native contexts").isZero();
    assertThat(counter.pointers).as("bytes outside the heap").isZero();
    assertThat(counter.medianHeap()).as("bytes on the heap a step").isLessThanOrEqualTo(MOST);
  }

  /** The counts above see what they are to see. */
  @Test
  void anArrayIsCounted() {
    long before = Nd4j.getDeallocatorService().nextValue();
    Nd4j.create(DataType.FLOAT, 3).close();
    assertThat(Nd4j.getDeallocatorService().nextValue() - before).isGreaterThan(1);
  }
}
