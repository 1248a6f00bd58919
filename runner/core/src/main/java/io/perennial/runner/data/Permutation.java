package io.perennial.runner.data;

import java.util.Arrays;

/**
 * Rearranges part of an array in place, so that the new element i is the old element {@code
 * order[i]}. Needs no second array: it walks along the permutation's cycles, which are written out
 * beforehand. Immutable, so that any number of threads may apply it.
 */
final class Permutation {
  /** The elements of the cycles longer than 1, one cycle after the other. */
  private final int[] elements;

  /** Where each cycle ends in {@link #elements}, exclusive. */
  private final int[] ends;

  Permutation(int[] order) {
    int[] found = new int[order.length];
    int[] foundEnds = new int[order.length / 2];
    boolean[] visited = new boolean[order.length];
    int count = 0;
    int cycles = 0;
    for (int start = 0; start < order.length; start++) {
      if (visited[start] || order[start] == start) {
        continue;
      }
      for (int element = start; !visited[element]; element = order[element]) {
        visited[element] = true;
        found[count++] = element;
      }
      foundEnds[cycles++] = count;
    }
    this.elements = Arrays.copyOf(found, count);
    this.ends = Arrays.copyOf(foundEnds, cycles);
  }

  /** Rearranges the elements from {@code offset} on. */
  void apply(float[] values, int offset) {
    int begin = 0;
    for (int end : ends) {
      float first = values[offset + elements[begin]];
      int hole = elements[begin];
      for (int i = begin + 1; i < end; i++) {
        int next = elements[i];
        values[offset + hole] = values[offset + next];
        hole = next;
      }
      values[offset + hole] = first;
      begin = end;
    }
  }
}
