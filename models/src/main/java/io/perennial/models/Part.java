package io.perennial.models;

import org.jspecify.annotations.Nullable;

/** A part of whichever vector is passed in, sliced anew only when that is another one. */
final class Part {
  private final int from;
  private final int length;
  private @Nullable Memory whole;
  private @Nullable Memory part;

  Part(int from, int length) {
    this.from = from;
    this.length = length;
  }

  Memory of(Memory vector) {
    Memory known = part;
    if (known == null || whole != vector) {
      known = vector.slice(from, length);
      part = known;
      whole = vector;
    }
    return known;
  }
}
