package io.perennial.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes an extension (on its class) or one of its settings (on the component of its settings
 * record). It is the only source of the configuration's binding, of {@code perennial describe} and
 * of the JSON Schema.
 *
 * <p>Components may be {@code int}, {@code long}, {@code double}, {@code boolean}, {@code String},
 * {@code java.nio.file.Path}, an enum (written in kebab-case), another settings record, a {@link
 * Configured} extension, or a {@code List} of any of these. Relations between components are
 * checked in the record's compact constructor, which throws {@link IllegalArgumentException} with a
 * message that says what was expected.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT})
public @interface Description {
  /** The meaning, as one sentence. */
  String value();

  /**
   * The default as it would be written in YAML; {@link #REQUIRED} when there is none. Ignored on
   * classes.
   */
  String byDefault() default REQUIRED;

  /** The smallest value accepted (of a number, or of each number in a list). */
  double min() default Double.NEGATIVE_INFINITY;

  /** The largest value accepted (of a number, or of each number in a list). */
  double max() default Double.POSITIVE_INFINITY;

  /** Whether {@link #min()} itself is excluded. */
  boolean aboveMin() default false;

  /** Whether {@link #max()} itself is excluded. */
  boolean belowMax() default false;

  /** Where it comes from, such as {@code arXiv 1612.00796, eq. 3}; empty when nowhere. */
  String paper() default "";

  /**
   * What an extension requires of the run it is in (its model, setting, stream), in words; empty
   * when nothing. {@link Strategy#check} is what enforces it. Ignored on components.
   */
  String needs() default "";

  /** Marks a setting that must be given. */
  String REQUIRED = "\u0000required";
}
