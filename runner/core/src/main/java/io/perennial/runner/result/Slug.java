package io.perennial.runner.result;

import java.text.Normalizer;
import java.util.Locale;

/** Names as parts of paths. */
public final class Slug {
  private static final int LONGEST = 64;

  private Slug() {}

  /**
   * A name for a file or directory: lower-case letters, digits and single hyphens, at most 64
   * characters. Different names may have the same one.
   *
   * @param name free text
   * @return never empty
   */
  public static String of(String name) {
    String slug =
        Normalizer.normalize(name, Normalizer.Form.NFKD)
            .replaceAll("\\p{M}", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
    slug = slug.substring(0, Math.min(slug.length(), LONGEST)).replaceAll("-$", "");
    return slug.isEmpty() ? "unnamed" : slug;
  }
}
