package io.perennial.runner.data;

import java.util.List;
import java.util.Map;

/**
 * How texts become numbers of words.
 *
 * @param vocabulary the words in the order of their numbers, from 1 on
 * @param memories the most sentences of an example beside its question
 * @param words the most words of a sentence
 */
record TextPreparation(List<String> vocabulary, int memories, int words) {
  TextPreparation {
    vocabulary = List.copyOf(vocabulary);
    if (memories < 0 || words < 1) {
      throw new IllegalArgumentException(memories + " sentences of " + words + " words");
    }
  }

  static TextPreparation of(Map<?, ?> saved) {
    return new TextPreparation(
        Preparation.texts(saved.get("vocabulary")),
        Preparation.number(saved.get("memories")).intValue(),
        Preparation.number(saved.get("words")).intValue());
  }

  Map<String, Object> save() {
    return Map.of("vocabulary", vocabulary, "memories", memories, "words", words);
  }
}
