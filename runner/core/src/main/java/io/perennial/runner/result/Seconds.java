package io.perennial.runner.result;

/**
 * Where the time went, in seconds.
 *
 * @param load reading the data and making the tasks
 * @param train the steps
 * @param consolidate what strategies do between tasks
 * @param evaluate measuring
 */
public record Seconds(double load, double train, double consolidate, double evaluate) {
  /** Nothing measured yet. */
  public static final Seconds ZERO = new Seconds(0, 0, 0, 0);

  /** The run without loading and starting up. */
  public double total() {
    return train + consolidate + evaluate;
  }
}
