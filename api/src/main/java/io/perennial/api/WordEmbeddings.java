package io.perennial.api;

/**
 * Capability of a {@link Model} that reads words: a feature is the number of a word, from 1 on. 0,
 * the padding, and words that the network has not met yet count as no word. Asked for with {@link
 * Model#wordEmbeddings()}, because a network that is made of others answers for its live one.
 */
public interface WordEmbeddings {
  /** How many words it has embeddings for: those with the numbers 1 to this one. */
  int words();

  /**
   * Adds embeddings for new words, in place.
   *
   * @param words the new number of words, at least {@link #words()}
   * @param random for the new embeddings
   * @return where each parameter comes from
   */
  ParameterMap growWords(int words, RandomSource random);
}
