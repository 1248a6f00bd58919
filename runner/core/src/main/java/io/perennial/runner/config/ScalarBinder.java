package io.perennial.runner.config;

import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import io.perennial.runner.plugin.Suggestion;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads single values; what it cannot read it reports, and answers null. */
final class ScalarBinder {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,30}");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,9})?");

  private final Path directory;
  private final Problems problems;

  /**
   * For one configuration.
   *
   * @param directory that relative paths start from
   */
  ScalarBinder(Path directory, Problems problems) {
    this.directory = directory;
    this.problems = problems;
  }

  /** The same, telling others what is wrong. */
  ScalarBinder reporting(Problems others) {
    return new ScalarBinder(directory, others);
  }

  @Nullable Object bind(
      SettingDescription setting, SettingType type, Yaml.Scalar scalar, String path) {
    if (type instanceof SettingType.Whole whole) {
      return whole(setting, whole, scalar, path);
    } else if (type instanceof SettingType.Real) {
      return real(setting, scalar, path);
    } else if (type instanceof SettingType.Flag) {
      return flag(scalar, path);
    } else if (type instanceof SettingType.Choice choice) {
      return choice(choice, scalar, path);
    } else if (type instanceof SettingType.Location) {
      return location(scalar, path);
    } else if (type instanceof SettingType.Phrase phrase) {
      Optional<? extends Record> parsed =
          Records.parse(
              phrase.type(),
              scalar.text(),
              message -> problems.add(scalar.position(), path, message));
      return parsed.orElse(null);
    } else if (type instanceof SettingType.Text) {
      return scalar.text();
    }
    return wrong(type, scalar, path, "");
  }

  /** What is expected, with its article. */
  static String expected(SettingType type) {
    if (type instanceof SettingType.Flag || type instanceof SettingType.Text) {
      return type.toString();
    }
    return type instanceof SettingType.Choice ? "one of " + type : "a " + type;
  }

  private @Nullable Object whole(
      SettingDescription setting, SettingType.Whole type, Yaml.Scalar scalar, String path) {
    String text = scalar.text();
    if (!scalar.plain() || !WHOLE.matcher(text).matches()) {
      return wrong(type, scalar, path, wholeHint(scalar));
    }
    BigInteger number = new BigInteger(text);
    int bits = type.wide() ? Long.SIZE : Integer.SIZE;
    if (number.bitLength() >= bits) {
      BigInteger limit = BigInteger.ONE.shiftLeft(bits - 1);
      problems.add(
          scalar.position(),
          path,
          "must lie between "
              + limit.negate()
              + " and "
              + limit.subtract(BigInteger.ONE)
              + ", not "
              + text
              + ".");
      return null;
    }
    if (!inRange(setting, number.doubleValue(), scalar, path)) {
      return null;
    }
    return type.wide() ? (Object) number.longValueExact() : (Object) number.intValueExact();
  }

  private static String wholeHint(Yaml.Scalar scalar) {
    String text = scalar.text();
    if (scalar.plain() && REAL.matcher(text).matches() && text.length() < 20) {
      BigDecimal exact = new BigDecimal(text);
      boolean isWhole = exact.stripTrailingZeros().scale() <= 0 && exact.scale() > -20;
      if (exact.signum() == 0 || isWhole) {
        return " Write " + exact.toBigInteger() + ".";
      }
    }
    return hint(scalar, WHOLE);
  }

  private static String hint(Yaml.Scalar scalar, Pattern wanted) {
    String text = scalar.text();
    if (!scalar.plain() && wanted.matcher(text).matches()) {
      return " Leave the quotes out.";
    }
    String compact = text.replace("_", "").replace(",", "").replace(" ", "");
    return !compact.equals(text) && wanted.matcher(compact).matches()
        ? " Write " + compact + "."
        : "";
  }

  private @Nullable Object real(SettingDescription setting, Yaml.Scalar scalar, String path) {
    if (!scalar.plain() || !REAL.matcher(scalar.text()).matches()) {
      return wrong(setting.type(), scalar, path, hint(scalar, REAL));
    }
    double number = Double.parseDouble(scalar.text());
    if (Double.isInfinite(number)) {
      problems.add(scalar.position(), path, "is too large for a number: " + scalar.text() + ".");
      return null;
    }
    return inRange(setting, number, scalar, path) ? (Object) number : null;
  }

  private boolean inRange(
      SettingDescription setting, double number, Yaml.Scalar scalar, String path) {
    if (setting.accepts(number)) {
      return true;
    }
    problems.add(
        scalar.position(), path, "must be " + setting.range() + ", not " + scalar.text() + ".");
    return false;
  }

  private @Nullable Object flag(Yaml.Scalar scalar, String path) {
    boolean isTrue = scalar.text().equals("true");
    if (scalar.plain() && (isTrue || scalar.text().equals("false"))) {
      return isTrue;
    }
    problems.add(scalar.position(), path, "must be true or false, not " + scalar.shown() + ".");
    return null;
  }

  private @Nullable Object choice(SettingType.Choice type, Yaml.Scalar scalar, String path) {
    Optional<Enum<?>> constant = type.constant(scalar.text());
    if (constant.isEmpty()) {
      problems.add(
          scalar.position(),
          path,
          "must be one of "
              + String.join(", ", type.values())
              + ", not "
              + scalar.shown()
              + "."
              + Suggestion.sentence(scalar.text(), type.values()));
    }
    return constant.orElse(null);
  }

  private @Nullable Object location(Yaml.Scalar scalar, String path) {
    try {
      Path given = Path.of(scalar.text());
      if (scalar.text().isEmpty()) {
        return given; // No path at all, rather than that of the directory.
      }
      // What is typed at the prompt starts from where the prompt is, as a shell completes it.
      boolean typed = scalar.position().source().startsWith(Overrides.OPTION);
      return (typed ? Path.of("").toAbsolutePath() : directory).resolve(given).normalize();
    } catch (InvalidPathException e) {
      problems.add(scalar.position(), path, "is no path: " + e.getMessage() + ".");
      return null;
    }
  }

  private @Nullable Object wrong(SettingType type, Yaml.Scalar scalar, String path, String hint) {
    problems.add(
        scalar.position(),
        path,
        "must be " + expected(type) + ", not " + scalar.shown() + "." + hint);
    return null;
  }
}
