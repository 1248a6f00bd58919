package io.perennial.api;

/**
 * A result of the pre-flight check.
 *
 * @param severity an error keeps the run from starting
 * @param subject what it is about, such as a strategy's name
 * @param reason what is wrong, or what to expect, and why
 * @param remedy what to do; empty when there is nothing to do
 */
public record Finding(Severity severity, String subject, String reason, String remedy) {
  /** How bad it is. */
  public enum Severity {
    /** It cannot work. */
    ERROR,
    /** It works, but perhaps not as hoped. */
    WARNING
  }

  /** Something that cannot work. */
  public static Finding error(String subject, String reason, String remedy) {
    return new Finding(Severity.ERROR, subject, reason, remedy);
  }

  /** Something that works, but perhaps not as hoped. */
  public static Finding warning(String subject, String reason, String remedy) {
    return new Finding(Severity.WARNING, subject, reason, remedy);
  }

  @Override
  public String toString() {
    return subject + ": " + reason + (remedy.isEmpty() ? "" : " " + remedy);
  }
}
