package io.perennial.averagedgem;

import io.perennial.api.Batch;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the mean cross-entropy of rows drawn from a memory, in arrays that are used again
 * until the memory or the model has changed in size.
 */
final class ReferenceGradient {
  private final EpisodicMemory memory;
  private final int batchSize;
  private final CrossEntropy loss = new CrossEntropy();
  private @Nullable Buffers buffers;

  /**
   * What a step works in.
   *
   * @param gathered the rows' features
   * @param competing for each example of the memory, the classes that compete in it
   */
  private record Buffers(
      Batch batch,
      boolean[][] rows,
      float[] gathered,
      boolean[][] competing,
      INDArray logitsGradient,
      INDArray gradient) {
    void close() {
      batch.features().close();
      logitsGradient.close();
      gradient.close();
    }
  }

  ReferenceGradient(EpisodicMemory memory, int batchSize) {
    this.memory = memory;
    this.batchSize = batchSize;
  }

  /** The memory or the model has changed in size. */
  void resize() {
    if (buffers != null) {
      buffers.close();
      buffers = null;
    }
  }

  /**
   * Draws rows and computes the gradient at the model's parameters.
   *
   * @return {@code [P]}, valid until the next call
   */
  INDArray compute(Learner learner, RandomSource random) {
    Model model = learner.model();
    if (buffers == null) {
      buffers = buffers(learner);
    }
    Batch batch = buffers.batch;
    int count = batch.size();
    int width = buffers.gathered.length / count;
    int[] drawn = memory.draw(count, random);
    for (int n = 0; n < count; n++) {
      memory.read(drawn[n], buffers.gathered, n * width);
      batch.labels()[n] = memory.label(drawn[n]);
      batch.tasks()[n] = memory.task(drawn[n]);
      buffers.rows[n] = buffers.competing[drawn[n]];
    }
    Vectors.write(buffers.gathered, count * width, batch.features());
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    loss.loss(batch, logits, buffers.logitsGradient);
    model.backward(buffers.logitsGradient, buffers.gradient);
    return buffers.gradient;
  }

  private Buffers buffers(Learner learner) {
    Model model = learner.model();
    int count = Math.min(batchSize, memory.size());
    long[] example = model.inputShape();
    long[] shape = new long[example.length + 1];
    shape[0] = count;
    System.arraycopy(example, 0, shape, 1, example.length);
    INDArray features = Vectors.create(model.dataType(), shape);
    double[] weights = new double[count];
    Arrays.fill(weights, 1.0 / count);
    boolean[][] rows = new boolean[count][];
    return new Buffers(
        new Batch(features, new int[count], new int[count], new int[count], weights, rows),
        rows,
        new float[Math.toIntExact(features.length())],
        competing(learner),
        Vectors.create(model.dataType(), count, model.classes()),
        Vectors.create(model.dataType(), model.parameters().length()));
  }

  /** Only the runner knows which classes compete in training on a task: one example asks it. */
  private boolean[][] competing(Learner learner) {
    boolean[][] competing = new boolean[memory.size()][];
    for (int n = 0; n < competing.length; n++) {
      int example = n;
      if (n > 0 && memory.task(n) == memory.task(n - 1)) {
        competing[n] = competing[n - 1];
      } else {
        learner.visit(
            memory.select(new int[] {n}),
            memory.task(n),
            1,
            batch -> competing[example] = batch.competing(0).clone());
      }
    }
    return competing;
  }
}
