package io.perennial.baselines;

import io.perennial.api.Description;
import io.perennial.api.Strategy;
import jakarta.inject.Inject;

/** Fine-tuning: each task is learned from where the last one ended, with nothing to keep it. */
@Description("Fine-tuning: learns each task as if it were the only one; the lower bound.")
public final class Naive implements Strategy {
  @Inject
  Naive() {}

  @Override
  public boolean needsBoundaries() {
    return false;
  }
}
