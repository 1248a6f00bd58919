package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the tensors of a {@link MemoryNetwork} lie in its flat parameter vector: tables of word
 * embeddings {@code [words, d]}, tables of time embeddings {@code [times, d]}, the matrix from hop
 * to hop {@code [d, d]} if there is one, and the output {@code [classes, d]}. All of them grow by
 * rows.
 *
 * @param words known, V
 * @param classes the number of outputs
 * @param dimension of every embedding, d
 * @param times how many places in time are told apart; 0 for none
 * @param hops over the memory, at least 1
 * @param tying of the hops' tables
 */
record MemoryLayout(int words, int classes, int dimension, int times, int hops, Tying tying) {
  MemoryLayout {
    long size =
        ((long) words + times) * (hops + 3) * dimension + ((long) dimension + classes) * dimension;
    if (size > Integer.MAX_VALUE / 4) {
      throw new InputException(
          "A memory network of dimension %d for %d words and %d classes has more than %d parameters; use a smaller dimension or fewer words"
              .formatted(dimension, words, classes, Integer.MAX_VALUE / 4));
    }
  }

  /** How many tables embed words; those that embed the memory's sentences come first. */
  int tables() {
    return tying == Tying.ADJACENT ? hops + 1 : 3;
  }

  /** How many tables embed the memory's sentences. */
  int memoryTables() {
    return tying == Tying.ADJACENT ? hops + 1 : 2;
  }

  /** The table that a hop looks up with: A. */
  int addressing(int hop) {
    return tying == Tying.ADJACENT ? hop : 0;
  }

  /** The table that a hop answers with: C. */
  int answering(int hop) {
    return tying == Tying.ADJACENT ? hop + 1 : 1;
  }

  /** The table that embeds the question: B. */
  int question() {
    return tying == Tying.ADJACENT ? 0 : 2;
  }

  boolean hasHopMatrix() {
    return tying == Tying.LAYER_WISE;
  }

  /** Where the embedding of word 0 of a table would begin; the first word has the number 1. */
  int wordOffset(int table) {
    return (table * words - 1) * dimension;
  }

  int timeOffset(int table) {
    return (tables() * words + table * times) * dimension;
  }

  int hopOffset() {
    return timeOffset(memoryTables());
  }

  int outputOffset() {
    return hopOffset() + (hasHopMatrix() ? dimension * dimension : 0);
  }

  int size() {
    return outputOffset() + classes * dimension;
  }

  MemoryLayout withClasses(int more) {
    return new MemoryLayout(words, more, dimension, times, hops, tying);
  }

  MemoryLayout withWords(int more) {
    return new MemoryLayout(more, classes, dimension, times, hops, tying);
  }

  /** For each parameter of a layout with more words or classes the one here; -1 where it is new. */
  int[] sources(MemoryLayout grown) {
    int[] sources = new int[grown.size()];
    Arrays.fill(sources, -1);
    List<Model.Slice> from = slices();
    List<Model.Slice> to = grown.slices();
    for (int s = 0; s < from.size(); s++) {
      int start = (int) from.get(s).offset();
      int destination = (int) to.get(s).offset();
      for (int i = 0; i < from.get(s).length(); i++) {
        sources[destination + i] = start + i;
      }
    }
    return sources;
  }

  List<Model.Slice> slices() {
    List<Model.Slice> slices = new ArrayList<>();
    for (int t = 0; t < tables(); t++) {
      slices.add(slice("words" + t, wordOffset(t) + dimension, words));
    }
    for (int t = 0; t < memoryTables() && times > 0; t++) {
      slices.add(slice("times" + t, timeOffset(t), times));
    }
    if (hasHopMatrix()) {
      slices.add(slice("hop", hopOffset(), dimension));
    }
    slices.add(slice("output", outputOffset(), classes));
    return List.copyOf(slices);
  }

  private Model.Slice slice(String name, int offset, int rows) {
    return new Model.Slice(name + ".weight", offset, new long[] {rows, dimension});
  }
}
