package io.perennial.models;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is made once for a batch size, kept for the sizes that were used lately.
 *
 * @param <T> arrays and views for one size
 */
final class BatchSizes<T> {
  /** A training batch, its last partial one, the same for evaluation, and some to spare. */
  private static final int KEPT = 6;

  private final IntFunction<T> make;
  private final Consumer<T> close;
  private final Map<Integer, T> made = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable T latest;
  private int latestRows;

  BatchSizes(IntFunction<T> make, Consumer<T> close) {
    this.make = make;
    this.close = close;
  }

  /** What belongs to so many rows, at least 1. */
  T of(int rows) {
    T known = latestRows == rows ? latest : made.get(rows);
    if (known == null) {
      if (rows < 1) {
        throw new IllegalArgumentException("A batch has at least 1 row, not " + rows);
      }
      if (made.size() == KEPT) {
        Map.Entry<Integer, T> eldest = made.entrySet().iterator().next();
        made.remove(eldest.getKey());
        close.accept(eldest.getValue());
      }
      known = make.apply(rows);
      made.put(rows, known);
    }
    latest = known;
    latestRows = rows;
    return known;
  }

  /** Closes everything; what is asked for again is made again. */
  void clear() {
    made.values().forEach(close);
    made.clear();
    latest = null;
    latestRows = 0;
  }
}
