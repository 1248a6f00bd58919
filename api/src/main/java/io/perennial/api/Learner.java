package io.perennial.api;

import java.util.List;
import java.util.function.Consumer;

/** The run as a strategy sees it: the model, the task at hand and its data. */
public interface Learner {
  /** The model as it is now. */
  Model model();

  /** The task being learned. */
  Task task();

  /**
   * The tasks so far, in the order they were learned, the current one last. Only a strategy that
   * {@linkplain Strategy#needsOldTasks says so} may read the training examples of an old one.
   */
  List<Task> seen();

  /** What is known at test time. */
  Setting setting();

  /** 0 in a task's training proper, then 1, 2, … in the phases that strategies asked for. */
  int phase();

  /** The steps made in the whole run. */
  long step();

  /**
   * Reads examples in their order, as batches of real rows with equal weights whose competing
   * classes are those of training on {@code task}.
   *
   * @param examples of the task
   * @param task its index
   * @param batchSize the most rows a batch has
   */
  void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor);

  /** From within {@link Strategy#beforeTask}: starts again from freshly drawn parameters. */
  void reinitialize();
}
