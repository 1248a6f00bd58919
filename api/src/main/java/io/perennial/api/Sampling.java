package io.perennial.api;

/** Role (exclusive): decides which examples are drawn, and when. */
public interface Sampling extends Strategy {
  /**
   * The training examples of the next epoch, in the order in which they are drawn. The default,
   * when no strategy has this role, is the current task's examples in a random order.
   *
   * @param learner whose {@link Learner#seen()} tasks may be drawn from
   * @param random the run's generator for drawing
   */
  Draw draw(Learner learner, RandomSource random);

  /**
   * Examples by task and position.
   *
   * @param tasks the task index of each draw
   * @param examples its position in that task's training examples; as long as {@code tasks}
   */
  record Draw(int[] tasks, int[] examples) {}
}
