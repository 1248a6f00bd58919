package io.perennial.runner.data;

/** The order in which a split takes the classes. */
public enum ClassOrder {
  /** As the data set numbers them. */
  AS_GIVEN,
  /** A random order, a function of the seed. */
  SHUFFLED
}
