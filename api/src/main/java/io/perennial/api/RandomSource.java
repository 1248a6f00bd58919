package io.perennial.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A seeded generator whose whole state is two numbers, a key and a counter, so that it can be saved
 * and continues to the bit. The n-th number is SplitMix64's finaliser (Steele, Lea and Flood,
 * OOPSLA 2014) applied to {@code key + n * golden ratio}. The derived draws are written out here
 * rather than inherited, because the JDK does not promise that they stay the same between versions.
 *
 * <p>Not safe for use by several threads; give each its own {@link #child(String)}.
 */
public final class RandomSource implements RandomGenerator, Stateful {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long key;
  private long counter;

  /** Starts at the first number of the given seed. */
  public RandomSource(long seed) {
    this.key = mix(seed ^ 0x5DEECE66DL);
  }

  /**
   * A generator of its own for a named part. It depends on this generator's seed and the name only,
   * not on how many numbers were drawn.
   */
  public RandomSource child(String name) {
    long hash = key;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash + GOLDEN + b);
    }
    return new RandomSource(hash);
  }

  @Override
  public long nextLong() {
    return mix(key + ++counter * GOLDEN);
  }

  @Override
  public int nextInt() {
    return (int) (nextLong() >>> 32);
  }

  /** Uniform in {@code [0, bound)}, without bias. */
  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, not " + bound);
    }
    long product = (nextLong() >>> 32) * bound;
    long low = product & 0xFFFFFFFFL;
    if (low < bound) {
      long threshold = (1L << 32) % bound;
      while (low < threshold) {
        product = (nextLong() >>> 32) * bound;
        low = product & 0xFFFFFFFFL;
      }
    }
    return (int) (product >>> 32);
  }

  /** Uniform in {@code [0, 1)}, a multiple of 2^-53. */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Standard normal, by Marsaglia's polar method; the second value of a pair is dropped. */
  @Override
  public double nextGaussian() {
    while (true) {
      double u = 2 * nextDouble() - 1;
      double v = 2 * nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
      }
    }
  }

  /** Brings the array into a random order (Fisher and Yates). */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int held = values[i];
      values[i] = values[j];
      values[j] = held;
    }
  }

  /** The numbers 0 to n - 1 in a random order. */
  public int[] permutation(int n) {
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = i;
    }
    shuffle(values);
    return values;
  }

  @Override
  public State save() {
    // As text, because not every reader of JSON keeps 64-bit integers.
    return State.ofValues(Map.of("key", Long.toString(key), "counter", Long.toString(counter)));
  }

  @Override
  public void restore(State state) {
    key = Long.parseLong(state.text("key"));
    counter = Long.parseLong(state.text("counter"));
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
