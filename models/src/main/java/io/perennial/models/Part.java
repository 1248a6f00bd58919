package io.perennial.models;

import org.jspecify.annotations.Nullable;

/**
 * A part of whichever array is passed in, sliced anew only when that is neither of the latest two:
 * batches take turns in two arrays.
 */
final class Part {
  private final long from;
  private final int length;
  private @Nullable Memory whole;
  private @Nullable Memory part;
  private @Nullable Memory wholeBefore;
  private @Nullable Memory partBefore;

  Part(long from, int length) {
    this.from = from;
    this.length = length;
  }

  Memory of(Memory array) {
    Memory known = part;
    if (known != null && whole == array) {
      return known;
    }
    Memory found = wholeBefore == array ? partBefore : null;
    wholeBefore = whole;
    partBefore = known;
    if (found == null) {
      found = array.slice(from, length);
    }
    whole = array;
    part = found;
    return found;
  }
}
