package io.perennial.runner.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words and their numbers, from 1 on in the order in which they are met; 0 is the padding. So the
 * words of a stream's later tasks have larger numbers than those of its earlier ones.
 */
final class Vocabulary {
  /** A word: letters, digits and combining marks, with apostrophes only inside. */
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{N}\\p{M}]+(?:['\u2019][\\p{L}\\p{N}\\p{M}]+)*");

  private final Map<String, Integer> numbers = new LinkedHashMap<>();

  Vocabulary() {}

  /** One that knows words already, in the order of their numbers. */
  Vocabulary(List<String> words) {
    learn(words);
  }

  /** The words of a text, in lower case. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group().toLowerCase(Locale.ROOT));
    }
    return words;
  }

  /** How many words it knows. */
  int size() {
    return numbers.size();
  }

  /** The words in the order of their numbers. */
  List<String> words() {
    return List.copyOf(numbers.keySet());
  }

  /** Takes new words up. */
  void learn(List<String> words) {
    for (String word : words) {
      numbers.putIfAbsent(word, numbers.size() + 1);
    }
  }

  /**
   * The words' numbers; a word that was never learned gets the first number that no word has, which
   * keeps its place in the sentence.
   */
  int[] numbers(List<String> words) {
    return words.stream().mapToInt(word -> numbers.getOrDefault(word, size() + 1)).toArray();
  }
}
