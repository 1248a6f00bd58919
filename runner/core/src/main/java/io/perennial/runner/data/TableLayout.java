package io.perennial.runner.data;

import io.perennial.api.InputException;
import io.perennial.runner.plugin.Suggestion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What each column of a CSV file is for.
 *
 * @param names of all columns
 * @param roles of all columns
 * @param slots where a feature's value stands in a row; -1 for columns that are no features
 * @param width how many features there are
 */
record TableLayout(List<String> names, List<Role> roles, int[] slots, int width) {
  enum Role {
    NUMBER,
    CATEGORY,
    LABEL,
    GROUP,
    IGNORED
  }

  /**
   * Gives each column its role.
   *
   * @param place of the header, for messages
   * @throws InputException with everything that does not fit
   */
  static TableLayout of(List<String> names, CsvColumns columns, String group, String place) {
    Faults faults = new Faults();
    refuseDoubles(names, place, faults);
    Set<String> mentioned = new HashSet<>(columns.categorical());
    mentioned.addAll(columns.ignored());
    mentioned.add(columns.label());
    if (!group.isEmpty()) {
      mentioned.add(group);
    }
    for (String name : mentioned.stream().sorted().toList()) {
      if (!names.contains(name)) {
        faults.add(
            "%s: there is no column '%s'.%s %s"
                .formatted(place, name, Suggestion.sentence(name, names), listed(names, columns)));
      }
    }
    List<Role> roles = names.stream().map(name -> role(name, columns, group)).toList();
    int[] slots = new int[roles.size()];
    int width = 0;
    for (int i = 0; i < slots.length; i++) {
      boolean feature = roles.get(i) == Role.NUMBER || roles.get(i) == Role.CATEGORY;
      slots[i] = feature ? width++ : -1;
    }
    if (width == 0) {
      faults.add(
          "%s: no column is left to learn from beside those of the class, the task and those that are ignored. %s"
              .formatted(place, listed(names, columns)));
    }
    faults.refuse();
    return new TableLayout(names, roles, slots, width);
  }

  private static void refuseDoubles(List<String> names, String place, Faults faults) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty()) {
        faults.add(
            "%s: column %d has no name. Name it, or say header: false if the file has none."
                .formatted(place, i + 1));
      } else if (!seen.add(name)) {
        faults.add(
            "%s: column %d is called '%s' as an earlier one is; names must differ. Rename it, or say header: false if the first row holds data."
                .formatted(place, i + 1, name));
      }
    }
  }

  private static Role role(String name, CsvColumns columns, String group) {
    if (name.equals(columns.label())) {
      return Role.LABEL;
    } else if (name.equals(group)) {
      return Role.GROUP;
    } else if (columns.ignored().contains(name)) {
      return Role.IGNORED;
    }
    return columns.categorical().contains(name) ? Role.CATEGORY : Role.NUMBER;
  }

  private static String listed(List<String> names, CsvColumns columns) {
    int most = 12;
    List<String> first = new ArrayList<>(names.subList(0, Math.min(most, names.size())));
    String more = names.size() > most ? ", … (%d in all)".formatted(names.size()) : "";
    String found = "It has: " + String.join(", ", first) + more + ".";
    return names.size() == 1 && columns.header()
        ? found + " Is the separator right ('" + columns.separator() + "')?"
        : found;
  }
}
