package io.perennial.runner.plugin;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the API; {@code docs/plugins.md}, "Compatibility", has the policy in words. */
record ApiVersion(int major, int minor) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})");

  static Optional<ApiVersion> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Whether a plugin compiled against the other version works with this one. */
  boolean accepts(ApiVersion plugin) {
    return major == plugin.major && (major == 0 ? minor == plugin.minor : minor >= plugin.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
