package io.perennial.runner.result;

/**
 * Where the time went, in seconds.
 *
 * @param load reading the data and making the tasks
 * @param train the steps
 * @param consolidate what strategies do between tasks
 * @param evaluate measuring
 * @param cpu processor time of the run's threads in all of it, about in proportion to the energy
 *     they took; NaN if the platform does not tell
 */
public record Seconds(double load, double train, double consolidate, double evaluate, double cpu) {
  /** Nothing measured yet. */
  public static final Seconds ZERO = new Seconds(0, 0, 0, 0, 0);

  /** The run without loading and starting up. */
  public double total() {
    return train + consolidate + evaluate;
  }
}
