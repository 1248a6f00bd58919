package io.perennial.runner.training;

import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Sampling;
import io.perennial.api.State;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which examples an epoch draws, and how that is told to a checkpoint in as few numbers as can be.
 */
final class Drawing {
  private static final String GENERATOR = "generator";

  private final Optional<Sampling> sampling;
  private final boolean shuffled;
  private final RandomSource random;

  /** The generator as it was before the latest draw. */
  private State before = State.EMPTY;

  /**
   * @param sampling decides, if there is one
   * @param shuffled whether a task's examples come in random order otherwise, or as they stand
   */
  Drawing(Optional<Sampling> sampling, boolean shuffled, RandomSource random) {
    this.sampling = shuffled ? sampling : Optional.empty();
    this.shuffled = shuffled;
    this.random = random;
  }

  /**
   * The next epoch's.
   *
   * @throws IllegalStateException if nothing was drawn
   */
  Sampling.Draw next(Learner learner) {
    before = random.save();
    Sampling.Draw draw =
        sampling.isPresent() ? sampling.get().draw(learner, random) : whole(learner);
    if (draw.examples().length == 0) {
      throw new IllegalStateException(
          "Nothing was drawn from the training examples of task '" + learner.task().name() + "'");
    }
    return draw;
  }

  /** All examples of the current task. */
  private Sampling.Draw whole(Learner learner) {
    int size = learner.task().training().size();
    int[] tasks = new int[size];
    Arrays.fill(tasks, learner.task().index());
    return new Sampling.Draw(tasks, shuffled ? random.permutation(size) : inOrder(size));
  }

  static int[] inOrder(int size) {
    int[] indices = new int[size];
    Arrays.setAll(indices, i -> i);
    return indices;
  }

  /** The generator between two epochs. */
  State save() {
    return random.save();
  }

  void restore(State state) {
    random.restore(state);
  }

  /**
   * What {@link #again} needs: the generator before the draw where the draw follows from it, else
   * what is left of the draw.
   *
   * @param draw the latest one
   * @param from its first example that was not used yet
   */
  State save(Sampling.Draw draw, int from) {
    if (sampling.isEmpty()) {
      return State.builder().part(GENERATOR, before).build();
    }
    int size = draw.examples().length;
    State.Builder state = State.builder().value("size", (long) size);
    if (from < size) {
      state.tensor("tasks", Nd4j.createFromArray(Arrays.copyOfRange(draw.tasks(), from, size)));
      state.tensor(
          "examples", Nd4j.createFromArray(Arrays.copyOfRange(draw.examples(), from, size)));
    }
    return state.build();
  }

  /** The draw that was saved; of one that is used in part the used part is left out. */
  Sampling.Draw again(Learner learner, State state) {
    if (state.parts().containsKey(GENERATOR)) {
      before = state.part(GENERATOR);
      random.restore(before);
      return whole(learner);
    }
    int size = Math.toIntExact(state.integer("size"));
    Sampling.Draw draw = new Sampling.Draw(new int[size], new int[size]);
    if (!state.tensors().isEmpty()) {
      copyToEnd(state.tensor("tasks"), draw.tasks());
      copyToEnd(state.tensor("examples"), draw.examples());
    }
    return draw;
  }

  private static void copyToEnd(INDArray saved, int[] to) {
    int[] values = saved.data().asInt();
    System.arraycopy(values, 0, to, to.length - values.length, values.length);
  }
}
