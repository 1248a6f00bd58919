package io.perennial.api;

/**
 * What is known at test time, and so which classes compete for a prediction (van de Ven and Tolias,
 * arXiv 1904.07734).
 */
public enum Setting {
  /** The task label is known: only the task's own classes compete. */
  TASK_INCREMENTAL,
  /** The classes stay the same while the input shifts; no task label is needed or given. */
  DOMAIN_INCREMENTAL,
  /** New classes arrive and no task label is given: all classes seen so far compete. */
  CLASS_INCREMENTAL;

  /** Whether the rows of a test batch carry their task. */
  public boolean taskKnownAtTest() {
    return this == TASK_INCREMENTAL;
  }
}
