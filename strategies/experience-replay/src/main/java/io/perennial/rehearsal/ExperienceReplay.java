package io.perennial.rehearsal;

import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Rehearsal;
import io.perennial.api.Rows;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Keeps a few examples of the past and lets some of them join every batch: {@code L = (L_real + m
 * L_memory) / (1 + m)} (arXiv 1902.10486, algorithm 1, where m is 1). By default the memory takes
 * in a task when it ends, so that it holds old tasks only; with {@code fill: every-step} it takes
 * in the rows of each step, as in the paper, and needs to be told of no boundary.
 */
@Description(
    value = "Rehearses old examples from a memory of fixed size.",
    paper = "arXiv 1902.10486",
    needs = "that old examples may be kept")
public final class ExperienceReplay implements Rehearsal {
  /** The settings of {@code experience-replay}. */
  public record Settings(
      @Description(
              value = "The most examples kept, of all tasks together.",
              byDefault = "500",
              min = 1,
              max = 10_000_000)
          int memory,
      @Description(
              value =
                  "reservoir keeps a uniform sample of the stream; class-balanced keeps the classes"
                      + " as equal as they come.",
              byDefault = "reservoir",
              paper = "arXiv 1902.10486, section 3; Chrysakis and Moens, ICML 2020")
          Selection selection,
      @Description(
              value =
                  "after-task fills the memory when a task ends; every-step does so with the rows of"
                      + " each step, and needs no task boundaries.",
              byDefault = "after-task")
          Fill fill,
      @Description(
              value =
                  "Rehearsed rows in a batch, as a multiple of the real ones; at least one row.",
              byDefault = "1.0",
              min = 0,
              aboveMin = true,
              max = 100)
          double rows,
      @Description(
              value =
                  "The rehearsed rows' share of the loss, relative to the real rows' share of 1.",
              byDefault = "1.0",
              min = 0,
              aboveMin = true)
          double mass) {}

  /** When the memory takes examples in. */
  public enum Fill {
    /** All of a task's training examples, when it ends. */
    AFTER_TASK,
    /** The real rows of each step. */
    EVERY_STEP
  }

  /** Which examples stay. */
  public enum Selection {
    /** Each example of the stream with the same probability (Vitter 1985). */
    RESERVOIR,
    /**
     * A uniform sample within each class, and the largest class makes room for the others
     * (Chrysakis and Moens, ICML 2020, algorithm 1).
     */
    CLASS_BALANCED
  }

  private static final int VISIT = 512;

  private final Settings settings;
  private final RandomSource random;
  private final ExampleMemory memory;
  private final Map<Integer, Drawn> drawn = new HashMap<>();
  private float[] gathered = {};
  private float[] offered = {};

  /** What is handed over in a batch of some size. */
  private record Drawn(INDArray features, int[] labels, int[] tasks) {}

  @Inject
  ExperienceReplay(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
    this.memory = new ExampleMemory(settings.selection(), settings.memory());
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!composition.with(Expansion.class).stream().allMatch(Expansion::carriesParameters)) {
      findings.accept(
          Finding.error(
              "experience-replay",
              "each task has new parameters and the old ones are left alone, so that there is"
                  + " nothing to rehearse.",
              "Remove one of the two."));
    }
  }

  @Override
  public boolean needsBoundaries() {
    return settings.fill() == Fill.AFTER_TASK;
  }

  @Override
  public double mass(Learner learner) {
    return memory.size() == 0 ? 0 : settings.mass();
  }

  /** Rows are drawn uniformly, each by itself. */
  @Override
  public void rehearse(Learner learner, Rows rows) {
    int count = Math.max(1, (int) Math.round(settings.rows() * rows.realRows()));
    Drawn to = drawn.computeIfAbsent(count, n -> make(n, learner));
    int width = Math.toIntExact(to.features().length() / count);
    if (gathered.length < count * width) {
      gathered = new float[count * width];
    }
    for (int n = 0; n < count; n++) {
      int index = random.nextInt(memory.size());
      memory.read(index, gathered, n * width);
      to.labels()[n] = memory.label(index);
      to.tasks()[n] = memory.task(index);
    }
    Vectors.write(gathered, count * width, to.features());
    rows.add(to.features(), to.labels(), to.tasks(), 1);
  }

  private static Drawn make(int count, Learner learner) {
    long[] example = learner.model().inputShape();
    long[] shape = new long[example.length + 1];
    shape[0] = count;
    System.arraycopy(example, 0, shape, 1, example.length);
    DataType type = learner.model().dataType();
    return new Drawn(Vectors.create(type, shape), new int[count], new int[count]);
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    if (settings.fill() == Fill.EVERY_STEP) {
      offer(batch);
    }
  }

  @Override
  public void afterTask(Learner learner) {
    if (settings.fill() == Fill.AFTER_TASK) {
      learner.visit(learner.task().training(), learner.task().index(), VISIT, this::offer);
    }
  }

  private void offer(Batch batch) {
    int length = Math.toIntExact(batch.features().length());
    if (offered.length < length) {
      offered = new float[length];
    }
    Vectors.read(batch.features(), offered, 0);
    int width = length / batch.size();
    for (int n = 0; n < batch.size(); n++) {
      if (batch.origins()[n] == 0) {
        memory.offer(offered, n * width, width, batch.labels()[n], batch.tasks()[n], random);
      }
    }
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "memory",
        settings.memory()
            + " examples, "
            + kebab(settings.selection())
            + ", "
            + kebab(settings.fill()),
        "mass",
        "real rows 1, rehearsed rows "
            + settings.mass()
            + ", divided by the sum; "
            + settings.rows()
            + " rehearsed rows for a real one, drawn with replacement");
  }

  private static String kebab(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A full memory. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    long width = Arrays.stream(composition.model().inputShape()).reduce(1, (a, b) -> a * b);
    return settings.memory() * width * Float.BYTES;
  }

  @Override
  public State save() {
    return State.builder().part("random", random.save()).part("memory", memory.save()).build();
  }

  @Override
  public void restore(State state) {
    random.restore(state.part("random"));
    memory.restore(state.part("memory"));
  }
}
