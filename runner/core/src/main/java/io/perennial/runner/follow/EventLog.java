package io.perennial.runner.follow;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import io.perennial.api.State;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines, one an event. A run that goes on from a checkpoint cuts off what was written
 * after it, so that each step stands there once.
 */
abstract class EventLog implements RunListener {
  private final String file;
  private final int every;

  /** How much of the file belongs to what was saved; 0 for a new run. */
  private long kept;

  private @Nullable FileChannel channel;
  private @Nullable BufferedWriter writer;

  EventLog(String file, LogSettings settings) {
    this.file = file;
    this.every = settings.every();
  }

  /** What a new file begins with. */
  abstract String header();

  /**
   * A line with its end.
   *
   * @param event {@code step}, {@code epoch}, {@code accuracy} or {@code metric}
   * @param task its index; -1 if it is about none
   * @param name of the value
   * @param value NaN if there is none
   */
  abstract String line(String event, long step, int task, String name, double value);

  @Override
  public void runOpened(RunInfo run) {
    Path path = run.directory().resolve(file);
    try {
      FileChannel opened =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      opened.truncate(kept);
      opened.position(opened.size());
      channel = opened;
      writer = new BufferedWriter(Channels.newWriter(opened, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path, e);
    }
    if (kept == 0) {
      write(header());
    }
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    if (every > 0 && learner.step() % every == 0) {
      write(line("step", learner.step(), learner.task().index(), "loss", loss));
    }
  }

  @Override
  public void epochDone(Learner learner, double trainingAccuracy) {
    int task = learner.task().index();
    write(line("epoch", learner.step(), task, "trainingAccuracy", trainingAccuracy));
  }

  @Override
  public void taskDone(Learner learner, AccuracyMatrix accuracy) {
    int after = learner.task().index();
    for (int task = 0; task < accuracy.size(); task++) {
      if (!Double.isNaN(accuracy.at(after, task))) {
        write(line("accuracy", learner.step(), task, "accuracy", accuracy.at(after, task)));
      }
    }
    flush();
  }

  @Override
  public void runEnded(RunInfo run, Map<String, Metric.Value> metrics, String failure) {
    if (failure.isEmpty()) {
      metrics.forEach((name, value) -> write(line("metric", -1, -1, name, value.number())));
    }
    BufferedWriter open = writer;
    writer = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** How far the file has got. */
  @Override
  public State save() {
    FileChannel open = channel;
    if (writer == null || open == null) {
      return State.EMPTY;
    }
    flush();
    try {
      // As durable as the checkpoint that says so.
      open.force(false);
      return State.ofValues(Map.of("bytes", open.position()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  @Override
  public void restore(State state) {
    kept = state.isEmpty() ? 0 : state.integer("bytes");
  }

  private void write(String line) {
    BufferedWriter open = writer;
    try {
      if (open != null) {
        open.write(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  private void flush() {
    BufferedWriter open = writer;
    try {
      if (open != null) {
        open.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}
