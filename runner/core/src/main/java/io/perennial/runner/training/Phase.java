package io.perennial.runner.training;

import io.perennial.api.Learner;
import io.perennial.api.Sampling;
import io.perennial.api.State;
import org.jspecify.annotations.Nullable;

/** How far a phase of training on a task is; all of it that a checkpoint in its middle needs. */
final class Phase implements AutoCloseable {
  /** 0 for the configured one, then those that strategies asked for. */
  final int number;

  /** Passes over what is drawn, unless {@link #last} counts. */
  final int epochs;

  /** The run's step that ends the phase; {@code Long.MAX_VALUE} where epochs count. */
  final long last;

  final EarlyStopping stopping;

  /** Epochs that are over. */
  private int epoch;

  /** Of the epoch that is under way. */
  private Sampling.@Nullable Draw draw;

  /** Its first example that was not used yet. */
  private int from;

  private long correct;

  Phase(int number, int epochs, long last, int patience) {
    this.number = number;
    this.epochs = epochs;
    this.last = last;
    this.stopping = new EarlyStopping(patience);
  }

  boolean byIterations() {
    return last < Long.MAX_VALUE;
  }

  /** The epochs that are over. */
  int epoch() {
    return epoch;
  }

  /** Whether there is another epoch to begin, or one to finish. */
  boolean goesOn(long step) {
    return draw != null || (byIterations() ? step < last : epoch < epochs);
  }

  /** What the epoch under way has drawn; null between two epochs. */
  Sampling.@Nullable Draw draw() {
    return draw;
  }

  void begin(Sampling.Draw drawn) {
    draw = drawn;
    from = 0;
    correct = 0;
  }

  /** The first example of the next step. */
  int from() {
    return from;
  }

  /** A step was made. */
  void advance(int batchSize, int right) {
    from += batchSize;
    correct += right;
  }

  /**
   * Ends an epoch.
   *
   * @return the accuracy of its real rows, each before its step
   */
  double end(Sampling.Draw drawn) {
    draw = null;
    epoch++;
    return (double) correct / Math.min(from, drawn.examples().length);
  }

  /** In the middle of an epoch. */
  State save(Drawing drawing) {
    State.Builder state =
        State.builder()
            .value("number", (long) number)
            .value("epochs", (long) epochs)
            .value("last", last)
            .value("epoch", (long) epoch)
            .value("from", (long) from)
            .value("correct", correct)
            .part("stopping", stopping.save());
    Sampling.Draw drawn = draw;
    if (drawn != null) {
      state.part("draw", drawing.save(drawn, from));
    }
    return state.build();
  }

  /** A phase in the middle of which a run was saved. */
  static Phase restored(State state, int patience, Drawing drawing, Learner learner) {
    Phase phase =
        new Phase(
            Math.toIntExact(state.integer("number")),
            Math.toIntExact(state.integer("epochs")),
            state.integer("last"),
            patience);
    phase.epoch = Math.toIntExact(state.integer("epoch"));
    phase.from = Math.toIntExact(state.integer("from"));
    phase.correct = state.integer("correct");
    phase.stopping.restore(state.part("stopping"));
    phase.draw = drawing.again(learner, state.part("draw"));
    return phase;
  }

  @Override
  public void close() {
    stopping.close();
  }
}
