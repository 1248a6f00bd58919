package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.Arrays;
import java.util.List;

/**
 * Questions about stories as rows of words' numbers, {@code [1 + memories, words]}: the question,
 * then the sentences before it, the latest first, each filled up with 0. They are kept as they are,
 * once, and written out when an example is read.
 *
 * @param sentences that the examples share
 * @param examples each with its range of sentences
 * @param memories the most sentences of an example; of more, the earliest are left out
 * @param words the most words of a sentence; of more, the last are left out
 */
record TokenExamples(List<int[]> sentences, List<Example> examples, int memories, int words)
    implements Examples {
  /**
   * One example.
   *
   * @param from its first sentence
   * @param to the sentence after its last one
   * @param question its words' numbers
   * @param label its class
   */
  record Example(int from, int to, int[] question, int label) {}

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public int label(int index) {
    return examples.get(index).label();
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    Example example = examples.get(index);
    Arrays.fill(destination, offset, offset + (1 + memories) * words, 0);
    write(example.question(), destination, offset);
    int last = Math.max(example.from(), example.to() - memories);
    int at = offset + words;
    for (int s = example.to() - 1; s >= last; s--, at += words) {
      write(sentences.get(s), destination, at);
    }
  }

  private void write(int[] sentence, float[] destination, int at) {
    for (int j = 0; j < Math.min(words, sentence.length); j++) {
      destination[at + j] = sentence[j];
    }
  }
}
