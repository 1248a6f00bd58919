package io.perennial.runner.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The distinct texts of a column, in the order in which they first occur, and each row's as a
 * position among them.
 *
 * @param distinct the texts
 * @param places where each occurs first, for messages
 * @param codes one a row
 */
record Names(List<String> distinct, List<String> places, int[] codes) {
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]{1,15}(\\.[0-9]{1,15})?");

  /** The texts in an order that does not depend on the rows': by value if all are numbers. */
  List<String> sorted() {
    boolean numbers = distinct.stream().allMatch(text -> NUMBER.matcher(text).matches());
    Comparator<String> byValue = Comparator.comparingDouble(Double::parseDouble);
    return distinct.stream()
        .sorted(
            numbers ? byValue.thenComparing(Comparator.naturalOrder()) : Comparator.naturalOrder())
        .toList();
  }

  /** Collects them. */
  static final class Builder {
    private final Map<String, Integer> known = new HashMap<>();
    private final List<String> distinct = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private int[] codes = new int[64];
    private int size;

    /** The code of a text, a new one if it is new. */
    int code(String text, String file, long line) {
      Integer code = known.get(text);
      if (code == null) {
        code = distinct.size();
        known.put(text, code);
        distinct.add(text);
        places.add(file + ", line " + line);
      }
      return code;
    }

    int count() {
      return distinct.size();
    }

    List<String> distinct() {
      return List.copyOf(distinct);
    }

    void addRow(int code) {
      if (size == codes.length) {
        codes = Arrays.copyOf(codes, size + (size >> 1));
      }
      codes[size++] = code;
    }

    Names names() {
      return new Names(List.copyOf(distinct), List.copyOf(places), Arrays.copyOf(codes, size));
    }
  }
}
