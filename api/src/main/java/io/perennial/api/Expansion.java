package io.perennial.api;

import java.util.Optional;

/** Role (exclusive): answers with a grown model. */
public interface Expansion extends Strategy {
  /**
   * Before a task, the first included. New outputs for the task's classes are added afterwards by
   * the runner, to whatever model this answers.
   */
  default Optional<Growth> expandBefore(Learner learner) {
    return Optional.empty();
  }

  /**
   * After an epoch.
   *
   * @param trainingAccuracy of the epoch's real rows, as they were drawn; 0 to 1
   */
  default Optional<Growth> expandAfterEpoch(Learner learner, double trainingAccuracy) {
    return Optional.empty();
  }

  /**
   * After a phase of training on a task, when its last epoch tells how well the task was learned;
   * {@link #afterPhase} is called next, and a growth here is trained only if that asks for it.
   *
   * @param trainingAccuracy of the phase's last epoch, as in {@link #expandAfterEpoch}; NaN if the
   *     phase had none
   */
  default Optional<Growth> expandAfterPhase(Learner learner, double trainingAccuracy) {
    return Optional.empty();
  }

  /**
   * Whether the live parameters of the grown model come from the old ones, so that what is kept for
   * each of them (importances, anchors) still guards something.
   */
  default boolean carriesParameters() {
    return true;
  }

  /**
   * How large the model may become, told before anything trains.
   *
   * @param composition with a model that has all the outputs and words the tasks bring, and has not
   *     grown otherwise
   */
  default Size largest(Composition composition) {
    return Size.of(composition.model());
  }

  /**
   * A number of parameters.
   *
   * @param live those that are trained at one time, as in {@link Model#parameters}
   * @param all frozen ones included, as in {@link Model#parameterCount}
   */
  record Size(long live, long all) {
    /** As a model is. */
    public static Size of(Model model) {
      return new Size(model.parameters().length(), model.parameterCount());
    }
  }

  /**
   * Makes the model that a checkpoint saved.
   *
   * @param initial as the model factory makes it, before any growth
   * @param saved what {@link Model#save} of the grown model gave
   */
  default Model rebuild(Model initial, State saved) {
    initial.restore(saved);
    return initial;
  }

  /**
   * A grown model.
   *
   * @param model takes the place of the old one; if it is another object, it owns the old one or
   *     the expansion has closed that
   * @param map where each of its parameters comes from
   */
  record Growth(Model model, ParameterMap map) {}
}
