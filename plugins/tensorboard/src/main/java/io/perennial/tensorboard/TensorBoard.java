package io.perennial.tensorboard;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import io.perennial.api.State;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes scalars into {@code tensorboard/} of the run's directory. A run that goes on begins
 * another file, which tells readers to forget what earlier ones hold beyond the step it goes on
 * from.
 */
@Description("writes TensorBoard event files as the run goes on")
public final class TensorBoard implements RunListener {
  // Fields of TensorFlow's event.proto and summary.proto.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int STATUS = 1;
  private static final int START = 1;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private final Settings settings;
  private @Nullable EventFile file;
  private long step;

  /**
   * How much is written.
   *
   * @param every steps from one loss to the next
   */
  public record Settings(
      @Description(
              value = "Steps from one loss that is written to the next; 0 for no losses.",
              byDefault = "10",
              min = 0)
          int every) {}

  @Inject
  TensorBoard(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void runOpened(RunInfo run) {
    Path directory = run.directory().resolve("tensorboard");
    // A run that was killed before it was saved has left one, too.
    boolean again = Files.isDirectory(directory);
    EventFile opened = EventFile.create(directory, System.currentTimeMillis() / 1000);
    file = opened;
    opened.write(event(0).text(FILE_VERSION, "brain.Event:2"));
    if (again) {
      // What has a step from here on will come again.
      opened.write(event(step + 1).message(SESSION_LOG, new Message().whole(STATUS, START)));
    }
    opened.flush();
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    step = learner.step();
    if (settings.every() > 0 && step % settings.every() == 0) {
      scalar("loss", loss);
    }
  }

  @Override
  public void epochDone(Learner learner, double trainingAccuracy) {
    scalar("training accuracy", trainingAccuracy);
    flush();
  }

  @Override
  public void taskDone(Learner learner, AccuracyMatrix accuracy) {
    step = learner.step();
    int after = learner.task().index();
    double sum = 0;
    int seen = 0;
    for (int task = 0; task < accuracy.size(); task++) {
      double value = accuracy.at(after, task);
      scalar("accuracy/" + (task + 1) + " " + accuracy.tasks().get(task), value);
      if (task <= after && !Double.isNaN(value)) {
        sum += value;
        seen++;
      }
    }
    scalar("average accuracy on seen tasks", sum / seen);
    flush();
  }

  @Override
  public void runEnded(RunInfo run, Map<String, Metric.Value> metrics, String failure) {
    if (failure.isEmpty()) {
      metrics.forEach((name, value) -> scalar("metrics/" + name, value.number()));
    }
    EventFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  /** What was seen until now is not seen again by a run that goes on from here. */
  @Override
  public State save() {
    flush();
    return State.ofValues(Map.of("step", step));
  }

  @Override
  public void restore(State state) {
    step = state.integer("step");
  }

  private void scalar(String tag, double value) {
    EventFile open = file;
    if (open != null && !Double.isNaN(value)) {
      Message scalar = new Message().text(TAG, tag).number(SIMPLE_VALUE, (float) value);
      open.write(event(step).message(SUMMARY, new Message().message(VALUE, scalar)));
    }
  }

  private static Message event(long step) {
    return new Message().number(WALL_TIME, System.currentTimeMillis() / 1000.0).whole(STEP, step);
  }

  private void flush() {
    EventFile open = file;
    if (open != null) {
      open.flush();
    }
  }
}
