package io.perennial.api;

/** The two ways of lifelong learning that a configuration chooses between. */
public enum Pipeline {
  /** Hidden layers are fixed; no {@link Expansion} is admitted. */
  KNOWLEDGE_RETENTION,
  /** The network grows with the tasks; exactly one {@link Expansion} is needed. */
  MODEL_EXPANSION
}
