package io.perennial.runner.compare;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** In what configurations differ that were to be compared. */
final class Settings {
  /** What changes no result: names, what is repeated, and who is told. */
  private static final Pattern BESIDE =
      Pattern.compile("(name|seeds?|listeners|launcher|checkpoint|metrics)([.\\[].*)?");

  private static final Pattern STRATEGY = Pattern.compile("strategies\\[(\\d{1,4})\\]\\.(.+)");

  private Settings() {}

  /** The paths at which they have different values, or some have none. */
  static Set<String> differing(List<Map<String, String>> settings) {
    Set<String> keys = new TreeSet<>();
    settings.forEach(one -> keys.addAll(one.keySet()));
    keys.removeIf(
        key ->
            BESIDE.matcher(key).matches()
                || settings.stream().map(one -> one.getOrDefault(key, "")).distinct().count() < 2);
    return keys;
  }

  /** Whether it is a setting of a strategy. */
  static boolean isStrategys(String key) {
    return STRATEGY.matcher(key).matches();
  }

  /** Shorter where nobody can mistake it: a strategy's without its place in the list. */
  static String brief(String key, List<String> strategies) {
    Matcher matcher = STRATEGY.matcher(key);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) >= strategies.size()) {
      return key;
    }
    return strategies.size() == 1
        ? matcher.group(2)
        : strategies.get(Integer.parseInt(matcher.group(1))) + "." + matcher.group(2);
  }
}
