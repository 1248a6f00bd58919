package io.perennial.runner;

/** How many runs' data there is memory for. */
final class Heap {
  /** Of the heap, what data may take; the rest is for what is made while runs go on. */
  private static final double FOR_DATA = 0.5;

  private Heap() {}

  /** The bytes of what is alive. */
  static long used() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** How many times so much fits; at least 1. */
  static int fits(long bytes) {
    double times = FOR_DATA * Runtime.getRuntime().maxMemory() / Math.max(1, bytes);
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, times));
  }
}
