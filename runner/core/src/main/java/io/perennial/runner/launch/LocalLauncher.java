package io.perennial.runner.launch;

import io.perennial.api.Description;
import io.perennial.api.Launcher;
import jakarta.inject.Inject;
import java.util.List;

/** Here, one after the other: each run already uses all threads. */
@Description("in this process, one run after the other")
final class LocalLauncher implements Launcher {
  @Inject
  LocalLauncher() {}

  @Override
  public void launch(List<Run> runs) {
    runs.forEach(Run::execute);
  }
}
