package io.perennial.models;

/** How the learning rate falls from its first value to 0, which it reaches after S steps. */
public enum Schedule {
  /** It does not. */
  CONSTANT,
  /** {@code 1 - t/S} times the first rate at step t, counted from 0. */
  LINEAR,
  /**
   * {@code (1 + cos(π t/S)) / 2} times the first rate at step t, counted from 0 (<a
   * href="https://arxiv.org/abs/1608.03983">arXiv 1608.03983</a>, without restarts).
   */
  COSINE;

  /**
   * Checks that a schedule and its length belong together.
   *
   * @throws IllegalArgumentException if only one of them is given
   */
  void requireLength(long steps) {
    if (this == CONSTANT && steps > 0) {
      throw new IllegalArgumentException(
          "scheduleSteps is " + steps + ", but schedule is constant; choose linear or cosine");
    }
    if (this != CONSTANT && steps < 1) {
      throw new IllegalArgumentException(
          "schedule needs scheduleSteps, the steps until the learning rate is 0");
    }
  }

  /**
   * The rate of a step.
   *
   * @param first the rate of step 0
   * @param step counted from 0; negative counts as 0
   * @param steps S
   */
  double rate(double first, long step, long steps) {
    double part = steps == 0 ? 0 : (double) Math.min(Math.max(step, 0), steps) / steps;
    return switch (this) {
      case CONSTANT -> first;
      case LINEAR -> first * (1 - part);
      case COSINE -> part == 1 ? 0 : first * (1 + Math.cos(Math.PI * part)) / 2;
    };
  }
}
