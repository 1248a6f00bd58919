package io.perennial.testkit;

import io.perennial.api.Strategy;
import java.util.function.Predicate;

/**
 * What every strategy of some kind keeps.
 *
 * @param name a sentence
 * @param applies whether a subject is bound by it
 * @param check tries to refute it
 */
record Law(String name, Predicate<Subject> applies, Check check) {
  /** Throws an {@link AssertionError} if the subject breaks the law. */
  interface Check {
    void on(Subject subject) throws Exception;
  }

  /** A law for strategies with a role. */
  static Law of(String name, Class<? extends Strategy> role, Check check) {
    return new Law(name, subject -> subject.has(role), check);
  }

  /** A law for everything that takes part in training. */
  static Law ofRuns(String name, Check check) {
    return new Law(name, subject -> subject.kind() == Strategy.class, check);
  }

  /** The same law for fewer subjects. */
  Law where(Predicate<Subject> condition) {
    return new Law(name, applies.and(condition), check);
  }
}
