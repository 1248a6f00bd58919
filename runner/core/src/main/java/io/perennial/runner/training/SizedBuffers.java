package io.perennial.runner.training;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** A few sets of arrays by batch size: the least recently used one goes when a new size comes. */
final class SizedBuffers<B extends AutoCloseable> {
  /** The full and the last batch of an epoch, with and without rehearsal, and some to spare. */
  private static final int KEPT = 6;

  private final IntFunction<B> allocate;
  private final Map<Integer, B> bySize = new LinkedHashMap<>(16, 0.75f, true);
  private int latestSize = -1;
  private B latest;

  @SuppressWarnings("NullAway.Init") // latest is only read when latestSize says it is there
  SizedBuffers(IntFunction<B> allocate) {
    this.allocate = allocate;
  }

  B of(int size) {
    if (size == latestSize) {
      return latest;
    }
    B found = bySize.get(size);
    if (found == null) {
      found = allocate.apply(size);
      bySize.put(size, found);
      if (bySize.size() > KEPT) {
        Iterator<B> eldest = bySize.values().iterator();
        release(eldest.next());
        eldest.remove();
      }
    }
    latestSize = size;
    latest = found;
    return found;
  }

  void close() {
    bySize.values().forEach(SizedBuffers::release);
    bySize.clear();
    latestSize = -1;
  }

  private static void release(AutoCloseable buffers) {
    try {
      buffers.close();
    } catch (Exception e) {
      throw new IllegalStateException("Could not free the arrays of a batch size", e);
    }
  }
}
