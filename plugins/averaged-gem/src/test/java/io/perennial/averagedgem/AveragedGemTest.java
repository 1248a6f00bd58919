package io.perennial.averagedgem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Finding;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.Pipeline;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.api.Widening;
import io.perennial.averagedgem.AveragedGem.Settings;
import io.perennial.models.Activation;
import io.perennial.models.CrossEntropy;
import io.perennial.models.MlpFactory;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.testkit.TinyLearner;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** With a real network: the memory's gradient, what is counted, kept and refused. */
class AveragedGemTest {
  private static final int EXAMPLES = 9;
  private static final boolean[] COMPETING = {true, false, true, true};
  private static final double STEP = 1e-6;

  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(4);
  private final Model model = network(DataType.DOUBLE, 3, 5);
  private final TinyLearner learner = new TinyLearner(model, EXAMPLES, COMPETING, random);

  private Model network(DataType type, int inputs, int hidden) {
    return new MlpFactory(new MlpFactory.Settings(List.of(hidden), Activation.TANH), workers)
        .create(new ModelFactory.Request(new long[] {inputs}, 4, type, random));
  }

  @AfterEach
  void close() {
    model.close();
    workers.close();
  }

  @Test
  void theReferenceIsTheSlopeOfTheMemorysMeanLoss() {
    EpisodicMemory memory = new EpisodicMemory();
    memory.add(learner.task(), 100, random);
    double[] reference = values(new ReferenceGradient(memory, 100).compute(learner, random));
    double[] theta = values(model.parameters());
    double[] slope = new double[theta.length];
    for (int i = 0; i < theta.length; i++) {
      slope[i] = (loss(theta, i, STEP) - loss(theta, i, -STEP)) / (2 * STEP);
    }
    assertThat(reference).containsExactly(slope, within(1e-8));
  }

  /** Of all examples, which the memory holds in another order. */
  private double loss(double[] theta, int i, double step) {
    double[] moved = theta.clone();
    moved[i] += step;
    Vectors.write(moved, model.parameters());
    Batch all = learner.batch(0, EXAMPLES);
    INDArray logits = model.forward(all.features(), all.tasks(), true);
    try (INDArray unused = Vectors.create(DataType.DOUBLE, logits.shape())) {
      return new CrossEntropy().loss(all, logits, unused);
    } finally {
      Vectors.write(theta, model.parameters());
    }
  }

  @Test
  void aStepAgainstTheMemoryIsProjectedAndCounted() {
    AveragedGem strategy = new AveragedGem(new Settings(EXAMPLES, 100), random);
    INDArray reference = referenceOfAll();
    strategy.beforeTask(learner);
    assertThat(projected(strategy, reference, -1)).as("nothing is remembered").isFalse();
    strategy.afterTask(learner);
    strategy.beforeTask(learner);
    assertThat(projected(strategy, reference, 2)).isFalse();
    assertThat(projected(strategy, reference, -1)).isTrue();
    assertThat(projected(strategy, reference, -3)).isTrue();
    Artefact.Table table = (Artefact.Table) strategy.artefacts().get(0);
    assertThat(table.columns())
        .containsExactly("task", "projection rate", "projected steps", "steps");
    assertThat(table.rows())
        .containsExactly(List.of("only", 0.0, 0L, 1L), List.of("only", 2 / 3.0, 2L, 3L));
  }

  private INDArray referenceOfAll() {
    EpisodicMemory memory = new EpisodicMemory();
    memory.add(learner.task(), EXAMPLES, random);
    return new ReferenceGradient(memory, EXAMPLES).compute(learner, random);
  }

  /** Hands over a multiple of the reference, of which nothing is left if it is projected. */
  private boolean projected(AveragedGem strategy, INDArray reference, double factor) {
    try (INDArray gradient = Vectors.copyOf(reference)) {
      Vectors.scale(factor, gradient);
      double[] before = values(gradient);
      strategy.transform(learner, gradient);
      double[] after = values(gradient);
      if (Arrays.equals(before, after)) {
        return false;
      }
      assertThat(after).containsExactly(new double[after.length], within(1e-12));
      return true;
    }
  }

  /** As after an epoch of a task that was not good enough. */
  @Test
  void itFollowsANetworkThatGrowsWithinATask() {
    AveragedGem strategy = new AveragedGem(new Settings(EXAMPLES, 100), random);
    strategy.afterTask(learner);
    strategy.beforeTask(learner);
    assertThat(projected(strategy, referenceOfAll(), -1)).isTrue();
    strategy.remap(((Widening) model).widen(0, 8, 0, random));
    assertThat(projected(strategy, referenceOfAll(), -1)).isTrue();
  }

  /** Arrays of a row, of parameters or of logits would be seen, and what stands for one of them. */
  @Test
  void aStepMakesNoArrayAndNoView() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    AveragedGem strategy = new AveragedGem(new Settings(500, 300), random);
    try (Model large = network(DataType.FLOAT, 400, 50);
        INDArray gradient = Vectors.create(DataType.FLOAT, large.parameters().length())) {
      TinyLearner other = new TinyLearner(large, 500, COMPETING, random);
      strategy.afterTask(other);
      strategy.beforeTask(other);
      long least = Long.MAX_VALUE;
      long objects = 0;
      for (int step = 0; step < 40; step++) {
        objects = step == 10 ? Nd4j.getDeallocatorService().nextValue() : objects;
        long before = threads.getCurrentThreadAllocatedBytes();
        strategy.transform(other, gradient);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(Nd4j.getDeallocatorService().nextValue() - objects).isEqualTo(1); // The counting.
      assertThat(least).isLessThan(1_000);
    }
  }

  @Test
  void theMemoryIsASampleWithoutRepetition() {
    int[] times = new int[EXAMPLES];
    for (int round = 0; round < 3000; round++) {
      EpisodicMemory memory = new EpisodicMemory();
      memory.add(learner.task(), 3, random);
      assertThat(memory.size()).isEqualTo(3);
      int[] drawn = memory.draw(2, random);
      assertThat(drawn[0]).isNotEqualTo(drawn[1]);
      times[example(memory, drawn[0])]++;
      times[example(memory, drawn[1])]++;
    }
    // Each in 2/9 of the rounds: 667, standard deviation 23; five of them.
    for (int count : times) {
      assertThat(count).isBetween(552, 782);
    }
  }

  /** Which of the task's examples it is. */
  private int example(EpisodicMemory memory, int index) {
    float[] kept = new float[3];
    float[] row = new float[3];
    memory.read(index, kept, 0);
    for (int n = 0; n < EXAMPLES; n++) {
      learner.task().training().read(n, row, 0);
      if (Arrays.equals(kept, row)) {
        assertThat(memory.label(index)).isEqualTo(learner.label(n));
        assertThat(memory.task(index)).isZero();
        return n;
      }
    }
    throw new AssertionError("Not an example of the task: " + Arrays.toString(kept));
  }

  @Test
  void anotherObjectiveIsWarnedOf() {
    AveragedGem strategy = new AveragedGem(new Settings(EXAMPLES, 4), random);
    assertThat(findings(strategy, List.of(strategy))).isEmpty();
    List<Finding> findings = findings(strategy, List.of(strategy, new CrossEntropy()));
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(findings.get(0).reason()).contains("cross-entropy");
  }

  /** As many tasks as it takes for their examples to be more values than an array holds. */
  @Test
  void aMemoryThatIsTooLargeIsRefused() {
    AveragedGem strategy = new AveragedGem(new Settings(EXAMPLES, 4), random);
    List<Finding> findings = new ArrayList<>();
    Task task = learner.task();
    long[] shape = {10_000, 10_000};
    Task wide =
        new Task(0, "wide", shape, task.classes(), task.training(), task.test(), task.test());
    strategy.check(composition(List.of(wide, wide), List.of(strategy)), findings::add);
    assertThat(findings).isEmpty();
    strategy.check(composition(List.of(wide, wide, wide), List.of(strategy)), findings::add);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).severity()).isEqualTo(Finding.Severity.ERROR);
    assertThat(findings.get(0).toString()).contains("2700000000 values", "examplesPerTask");
  }

  private List<Finding> findings(AveragedGem strategy, List<Strategy> all) {
    List<Finding> findings = new ArrayList<>();
    strategy.check(composition(List.of(learner.task()), all), findings::add);
    return findings;
  }

  private Composition composition(List<Task> tasks, List<Strategy> all) {
    return new Composition(
        Pipeline.KNOWLEDGE_RETENTION, Setting.TASK_INCREMENTAL, tasks, model, all);
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }
}
