package io.perennial.replay;

import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.LossTerm;
import io.perennial.api.RandomSource;
import io.perennial.api.Rehearsal;
import io.perennial.api.Rows;
import io.perennial.api.State;
import io.perennial.models.Workers;
import io.perennial.replay.ReplaySettings.Targets;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * At the t-th task every batch is joined by samples of a generator of the old tasks, which the
 * solver of the last task labels: {@code L = 1/t L_real + (1 - 1/t) L_replayed} (arXiv 1705.08690,
 * eq. 1-2, with r = 1/t). The generator, a variational autoencoder, makes its own steps on the same
 * rows with the same weights, so that its samples stand for all tasks so far; no example is kept.
 *
 * <p>A conditional generator is asked for a class: one of those of all old tasks or, where the task
 * is known at test time, one of those of the old task that was drawn for the row; both uniformly.
 * With hard targets that class is the row's label, and the previous solver is not asked; with soft
 * ones its probabilities are the target as ever. What the generator learns a row as is the row's
 * label, or the most probable class of its soft target.
 */
@Description(
    value = "Deep generative replay: rehearses old tasks from what a generator remembers of them.",
    paper = "arXiv 1705.08690; soft targets: arXiv 1809.10635",
    needs =
        "task boundaries; features in [0, 1] or likelihood: gaussian; images when channels are"
            + " given")
public final class GenerativeReplay implements Rehearsal, LossTerm {
  private final ReplaySettings settings;
  private final RandomSource random;
  private final OldTasks old;
  private final TemperatureCorrection correction;
  private final SampleGrid grid = new SampleGrid();

  @Inject
  GenerativeReplay(ReplaySettings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.old = new OldTasks(settings, random, workers);
    this.correction = new TemperatureCorrection(settings.temperature());
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    Compatibility.check(settings, composition, findings);
  }

  @Override
  public void beforeTask(Learner learner) {
    old.begin(learner);
  }

  @Override
  public void taskResumed(Learner learner) {
    old.begin(learner);
  }

  /** t - 1 at the t-th task, so that real rows weigh 1/t. */
  @Override
  public double mass(Learner learner) {
    return old.isEmpty() ? 0 : learner.seen().size() - 1;
  }

  @Override
  public void rehearse(Learner learner, Rows rows) {
    int count = Math.max(1, (int) Math.round(settings.rows() * rows.realRows()));
    Requests.Request asked = old.requests().draw(count, settings.conditional(), random);
    INDArray generated = old.generator().generate(asked.labels(), random);
    if (settings.targets() == Targets.SOFT) {
      int classes = learner.model().classes();
      INDArray targets =
          old.solver().probabilities(generated, asked, settings.temperature(), classes);
      rows.addSoft(generated, targets, asked.tasks(), 1);
      return;
    }
    if (!settings.conditional()) {
      old.solver().label(generated, asked);
    }
    rows.add(generated, asked.labels(), asked.tasks(), 1);
  }

  @Override
  public double add(Learner learner, Batch batch, INDArray logits, INDArray gradient) {
    return settings.corrects() ? correction.add(batch, logits, gradient) : 0;
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    for (int step = 0; step < settings.generatorSteps(); step++) {
      old.generator().learn(batch, random);
    }
  }

  @Override
  public void afterTask(Learner learner) {
    old.end(learner);
    if (SampleGrid.canShow(learner.task().shape())) {
      // A source of its own: looking at samples must not change those that come after.
      RandomSource look = random.child("samples after task " + learner.task().index());
      Requests.Request asked =
          old.requests().draw(SampleGrid.SAMPLES, settings.conditional(), look);
      grid.show(learner.task().index(), old.generator().generate(asked.labels(), look));
    }
  }

  @Override
  public Map<String, String> conventions() {
    return settings.conventions();
  }

  @Override
  public List<Artefact> artefacts() {
    return grid.artefacts();
  }

  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    return old.bytesKept(composition.model(), parameters) + SampleGrid.bytes(composition.model());
  }

  @Override
  public State save() {
    return State.builder()
        .part("random", random.save())
        .part("grid", grid.save())
        .part("old", old.save())
        .build();
  }

  @Override
  public void restore(State state) {
    random.restore(state.part("random"));
    grid.restore(state.part("grid"));
    old.restore(state.part("old"));
  }
}
