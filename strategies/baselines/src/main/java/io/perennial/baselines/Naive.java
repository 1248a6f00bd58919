package io.perennial.baselines;

import com.google.auto.service.AutoService;

/** Trivial. */
@AutoService(Runnable.class)
public final class Naive implements Runnable {
  @Override
  public void run() {}
}
