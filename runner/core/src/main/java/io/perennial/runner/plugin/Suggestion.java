package io.perennial.runner.plugin;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant by a word that does not exist. */
public final class Suggestion {
  private static final int CLOSE = 2;

  private Suggestion() {}

  /**
   * The nearest candidate that is at most two edits away (a swap of neighbours is one; in words of
   * up to three letters, one edit), or that begins with the word or the word with it. Case, hyphens
   * and underscores do not count.
   */
  public static Optional<String> of(String word, Collection<String> candidates) {
    String plain = plain(word);
    return candidates.stream()
        .filter(candidate -> isClose(plain, plain(candidate)))
        .min(
            Comparator.<String>comparingInt(candidate -> distance(plain, plain(candidate)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The same as a sentence with a leading blank; empty if nothing is near. */
  public static String sentence(String word, Collection<String> candidates) {
    return of(word, candidates).map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  private static boolean isClose(String word, String candidate) {
    int shorter = Math.min(word.length(), candidate.length());
    // Two edits turn a word of three letters into many that have nothing to do with it.
    return distance(word, candidate) <= Math.min(CLOSE, shorter / 2)
        || (shorter > 1 && (candidate.startsWith(word) || word.startsWith(candidate)));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /** Edits from one word to the other, with swaps of neighbours (optimal string alignment). */
  private static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int change = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(change, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
