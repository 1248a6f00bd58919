package io.perennial.ewc;

import com.google.auto.service.AutoService;

/** Trivial. */
@AutoService(Runnable.class)
public final class Ewc implements Runnable {
  @Override
  public void run() {}
}
