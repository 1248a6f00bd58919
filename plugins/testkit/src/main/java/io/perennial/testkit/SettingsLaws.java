package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Settings: what they may hold is declared, and everything else refused where it stands. */
final class SettingsLaws {
  static final List<Law> ALL =
      List.of(
          new Law("every number declares its range", subject -> true, SettingsLaws::declared),
          new Law(
              "a number out of its range is refused where it stands",
              subject -> true,
              SettingsLaws::refused));

  private SettingsLaws() {}

  /** A number among the settings: its path from the block on and its description. */
  private record Place(List<String> path, SettingDescription setting, boolean listed) {
    String dotted() {
      return String.join(".", path);
    }
  }

  private static void declared(Subject subject) {
    List<String> bare = new ArrayList<>();
    for (Place place : places(subject)) {
      Description description = place.setting().description();
      if (description.min() == Double.NEGATIVE_INFINITY
          && description.max() == Double.POSITIVE_INFINITY) {
        bare.add(place.dotted());
      }
    }
    if (!bare.isEmpty()) {
      fail(
          "Any number is accepted as "
              + bare
              + ". Expected: @Description says min or max. If each number has a meaning, say so with"
              + " min = -Double.MAX_VALUE.");
    }
  }

  private static void refused(Subject subject) {
    for (Place place : places(subject)) {
      Description description = place.setting().description();
      if (description.min() != Double.NEGATIVE_INFINITY) {
        double bad = description.aboveMin() ? description.min() : description.min() - 1;
        requireRefused(subject, place, bad);
        requireNoCrash(subject, place, description.min());
      }
      if (description.max() != Double.POSITIVE_INFINITY) {
        double bad = description.belowMax() ? description.max() : description.max() + 1;
        requireRefused(subject, place, bad);
        requireNoCrash(subject, place, description.max());
      }
    }
  }

  private static void requireRefused(Subject subject, Place place, double value) {
    if (place.setting().accepts(value)) {
      return; // One more than the largest double is the largest double.
    }
    String yaml = with(subject, place, value);
    int line = line(yaml, place);
    String expected = "block:" + line + ":";
    List<String> problems = problems(subject, yaml);
    boolean named =
        problems.stream()
            .anyMatch(
                problem -> problem.startsWith(expected) && problem.contains(place.path().get(0)));
    if (!named) {
      fail(
          place.dotted()
              + " = "
              + value
              + " is not refused in line "
              + line
              + " of\n"
              + yaml
              + "Problems: "
              + problems);
    }
  }

  /** The end of a range may be refused because of other settings, but with a reason. */
  private static void requireNoCrash(Subject subject, Place place, double value) {
    List<String> problems = problems(subject, with(subject, place, value));
    if (problems.stream().anyMatch(problem -> problem.contains("the check in "))) {
      fail(
          "With "
              + place.dotted()
              + " = "
              + value
              + ", the end of its range, the record's constructor fails: "
              + problems
              + " Expected: it is accepted, or refused by an IllegalArgumentException that says why.");
    }
  }

  private static List<String> problems(Subject subject, String yaml) {
    try {
      subject.bind(yaml);
      return List.of();
    } catch (InputException e) {
      return e.problems();
    }
  }

  private static List<Place> places(Subject subject) {
    List<Place> places = new ArrayList<>();
    collect(subject.extension().settings(), List.of(), places);
    return places;
  }

  private static void collect(
      List<SettingDescription> settings, List<String> path, List<Place> places) {
    for (SettingDescription setting : settings) {
      List<String> own = new ArrayList<>(path);
      own.add(setting.name());
      SettingType type = setting.type();
      boolean listed = type instanceof SettingType.Several;
      SettingType element = type instanceof SettingType.Several several ? several.element() : type;
      if (element instanceof SettingType.Whole || element instanceof SettingType.Real) {
        places.add(new Place(own, setting, listed));
      } else if (!listed && element instanceof SettingType.Block block) {
        collect(SettingDescription.of(block.settings()), own, places);
      }
    }
  }

  /** The subject's block with another number in it, a key a line. */
  private static String with(Subject subject, Place place, double value) {
    Map<String, Object> block = block(subject.block());
    Map<String, Object> owner = block;
    for (String key : place.path().subList(0, place.path().size() - 1)) {
      Map<String, Object> inner = new LinkedHashMap<>();
      if (owner.get(key) instanceof Map<?, ?> given) {
        given.forEach((k, v) -> inner.put(String.valueOf(k), v));
      }
      owner.put(key, inner);
      owner = inner;
    }
    SettingType type = place.setting().type();
    SettingType element = type instanceof SettingType.Several several ? several.element() : type;
    Object number = value;
    if (element instanceof SettingType.Whole) {
      number = (long) value;
    }
    owner.put(place.path().get(place.path().size() - 1), place.listed() ? List.of(number) : number);
    return new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
        .dumpToString(block);
  }

  private static Map<String, Object> block(String yaml) {
    Object loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    Map<String, Object> block = new LinkedHashMap<>();
    if (loaded instanceof Map<?, ?> map) {
      map.forEach((key, value) -> block.put(String.valueOf(key), value));
    } else {
      block.put("type", loaded);
    }
    return block;
  }

  /** The line where the number stands, from 1. */
  private static int line(String yaml, Place place) {
    String[] lines = yaml.split("\n", -1);
    int at = 0;
    for (String key : place.path()) {
      while (!lines[at].strip().startsWith(key + ":")) {
        at++;
      }
    }
    return place.listed() ? at + 2 : at + 1;
  }
}
