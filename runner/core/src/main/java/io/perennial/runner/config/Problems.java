package io.perennial.runner.config;

import io.perennial.api.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Collects everything that is wrong, so that the user corrects it in one go. */
final class Problems {
  /** More would only bury the first ones. */
  private static final int SHOWN = 50;

  private record Problem(Position position, String path, String message) {
    @Override
    public String toString() {
      return position + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
  }

  private final List<Problem> found = new ArrayList<>();

  void add(Position position, String path, String message) {
    found.add(new Problem(position, path, message));
  }

  /** Tells them to others, at another place. */
  void moveTo(Problems others, Position position, String prefix) {
    found.forEach(problem -> others.add(position, problem.path(), prefix + problem.message()));
  }

  int count() {
    return found.size();
  }

  /** In the order of lines; what was given as an option comes last. */
  List<String> list() {
    List<String> texts =
        found.stream()
            .sorted(
                Comparator.<Problem>comparingInt(
                        p -> p.position().line() == 0 ? Integer.MAX_VALUE : p.position().line())
                    .thenComparingInt(p -> p.position().column()))
            .map(Problem::toString)
            .distinct()
            .collect(Collectors.toCollection(ArrayList::new));
    if (texts.size() > SHOWN) {
      int more = texts.size() - SHOWN;
      texts.subList(SHOWN, texts.size()).clear();
      texts.add("… and " + more + " more problems.");
    }
    return texts;
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InputException(list());
    }
  }
}
