package io.perennial.averagedgem;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.GradientTransform;
import io.perennial.api.Learner;
import io.perennial.api.Objective;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A step may not raise the mean loss of an episodic memory, to first order: where the gradient g
 * and the memory's reference gradient disagree, {@code gᵀ g_ref < 0}, the step goes along {@code g
 * - (gᵀ g_ref / g_refᵀ g_ref) g_ref} (arXiv 1812.00420, eq. 11), the nearest vector that does not.
 * {@code g_ref} is computed anew in each step, on rows drawn from the examples of all former tasks.
 */
@Description(
    value = "A-GEM: removes from each step what would raise the loss of remembered examples.",
    paper = "arXiv 1812.00420",
    needs = "task boundaries; that old examples may be kept")
public final class AveragedGem implements GradientTransform {
  private static final String NAME = "averaged-gem";

  /** The settings of {@code averaged-gem}. */
  public record Settings(
      @Description(
              value =
                  "Examples kept of each task, drawn uniformly from its training examples when it"
                      + " ends.",
              byDefault = "100",
              min = 1,
              max = 10_000_000)
          int examplesPerTask,
      @Description(
              value =
                  "Examples of the memory that the reference gradient of a step is computed on,"
                      + " drawn without replacement; all of them while there are fewer.",
              byDefault = "256",
              min = 1,
              max = 1_000_000,
              paper = "arXiv 1812.00420, eq. 10")
          int batchSize) {}

  private final Settings settings;
  private final RandomSource random;
  private final EpisodicMemory memory = new EpisodicMemory();
  private final ProjectionLog log = new ProjectionLog();
  private final ReferenceGradient reference;

  @Inject
  AveragedGem(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
    this.reference = new ReferenceGradient(memory, settings.batchSize());
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!composition.with(Expansion.class).stream().allMatch(Expansion::carriesParameters)) {
      findings.accept(
          Finding.error(
              NAME,
              "each task has new parameters and the old ones are left alone, so that no step can"
                  + " raise the loss of an old task.",
              "Remove one of the two."));
    }
    if (!composition.with(Objective.class).isEmpty()) {
      findings.accept(
          Finding.warning(
              NAME,
              "the loss of the remembered examples is the cross-entropy, another one than the"
                  + " steps'.",
              ""));
    }
    long values = values(composition);
    if (values > Integer.MAX_VALUE) {
      findings.accept(
          Finding.error(
              NAME,
              "the examples to keep are %d values, and a memory holds at most %d."
                  .formatted(values, Integer.MAX_VALUE),
              "Choose a smaller examplesPerTask."));
    }
  }

  /** How many numbers the examples to keep are, of all tasks. */
  private long values(Composition composition) {
    long values = 0;
    for (Task task : composition.tasks()) {
      long kept = Math.min(settings.examplesPerTask(), task.training().size());
      values += kept * EpisodicMemory.width(task);
    }
    return values;
  }

  @Override
  public void beforeTask(Learner learner) {
    log.begin(learner.task().name());
  }

  @Override
  public void transform(Learner learner, INDArray gradient) {
    log.count(memory.size() > 0 && project(gradient, reference.compute(learner, random)));
  }

  /**
   * Equation 11, in place.
   *
   * @return whether g and the reference disagreed, so that g was changed
   */
  static boolean project(INDArray g, INDArray reference) {
    double product = Vectors.dot(g, reference);
    if (!(product < 0)) {
      return false; // Also with a product that is no number: the runner tells of that.
    }
    Vectors.axpy(-product / Vectors.dot(reference, reference), reference, g);
    return true;
  }

  @Override
  public void afterTask(Learner learner) {
    memory.add(learner.task(), settings.examplesPerTask(), random);
    reference.resize();
  }

  @Override
  public void remap(ParameterMap map) {
    reference.resize();
  }

  @Override
  public List<Artefact> artefacts() {
    return List.of(log.table());
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "memory",
        settings.examplesPerTask() + " examples a task, a uniform sample of its training examples",
        "reference",
        "gradient of the mean cross-entropy of at most "
            + settings.batchSize()
            + " remembered examples, drawn without replacement in each step",
        "projection",
        "of the gradient of loss and penalties, before the optimiser and its momentum");
  }

  /** The examples of all tasks, the last one's included. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    return values(composition) * Float.BYTES;
  }

  @Override
  public State save() {
    return State.builder()
        .part("random", random.save())
        .part("memory", memory.save())
        .part("projections", log.save())
        .build();
  }

  @Override
  public void restore(State state) {
    random.restore(state.part("random"));
    memory.restore(state.part("memory"));
    log.restore(state.part("projections"));
    reference.resize();
  }
}
