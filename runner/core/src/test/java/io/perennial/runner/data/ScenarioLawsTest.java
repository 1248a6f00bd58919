package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.inspection.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What every scenario keeps to, whatever it does to the examples. */
class ScenarioLawsTest {
  private static final int SIZE = 4;
  private static final int PIXELS = SIZE * SIZE;
  private static final int TRAINING = 96;
  private static final int TEST = 24;

  /** The example of the data set that was read last, whatever became of its features. */
  private int source = -1;

  /** The example of which one pixel is another one. */
  private int changed = -1;

  private int reads;

  private final Map<String, LongFunction<Scenario>> scenarios = new HashMap<>();

  ScenarioLawsTest() {
    Configured<DataSource> data = any(DataSource.class);
    Setting setting = Setting.DOMAIN_INCREMENTAL;
    LongFunction<Scenario> split =
        seed ->
            new Split(
                new Split.Settings(
                    data, 3, Setting.CLASS_INCREMENTAL, 0.2, ClassOrder.SHUFFLED, List.of()),
                new RandomSource(seed),
                giving(data()));
    LongFunction<Scenario> permuted =
        seed ->
            new Permuted(
                new Permuted.Settings(data, 3, setting, 0.2),
                new RandomSource(seed),
                giving(data()));
    scenarios.put("split", split);
    scenarios.put("permuted", permuted);
    scenarios.put(
        "rotated",
        seed ->
            new Rotated(
                new Rotated.Settings(data, 3, 30, setting, 0.2),
                new RandomSource(seed),
                giving(data())));
    scenarios.put(
        "noisy",
        seed ->
            new Noisy(
                new Noisy.Settings(data, List.of(0.0, 0.5), setting, 0.2),
                new RandomSource(seed),
                giving(data())));
    scenarios.put(
        "sequence",
        seed ->
            new Sequence(
                new Sequence.Settings(List.of(any(Scenario.class)), List.of(2, 2)),
                giving(permuted.apply(seed))));
    scenarios.put(
        "blurry",
        seed ->
            new Blurry(
                new Blurry.Settings(any(Scenario.class), 0.7),
                new RandomSource(seed),
                giving(split.apply(seed))));
    scenarios.put(
        "task-free",
        seed ->
            new TaskFree(
                new TaskFree.Settings(any(Scenario.class), 1, 2),
                new RandomSource(seed),
                giving(permuted.apply(seed))));
  }

  private static <T> Configured<T> any(Class<T> kind) {
    return new Configured<>(kind, "any", new Registration.NoSettings());
  }

  private static Extensions giving(Object extension) {
    return new Extensions() {
      @Override
      public <T> T create(Configured<T> block, String label) {
        return block.kind().cast(extension);
      }
    };
  }

  private DataSource data() {
    List<String> classes = IntStream.range(0, 6).mapToObj(c -> "c" + c).toList();
    return () ->
        new DataSet(
            "traced",
            new long[] {1, SIZE, SIZE},
            classes,
            new Traced(0, TRAINING),
            new Traced(TRAINING, TEST));
  }

  /** Examples numbered from {@code first}; whoever reads one is seen. */
  private final class Traced implements Examples {
    private final int first;
    private final int size;

    Traced(int first, int size) {
      this.first = first;
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int label(int index) {
      return index % 6;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      source = first + index;
      for (int k = 0; k < PIXELS; k++) {
        destination[offset + k] = first + index + 0.01f * k;
      }
      destination[offset + 5] += first + index == changed ? 0.001f : 0;
      reads++;
    }
  }

  @Provide
  Arbitrary<String> types() {
    return Arbitraries.of(scenarios.keySet().stream().sorted().toList());
  }

  private List<Task> tasks(String type, long seed) {
    return Objects.requireNonNull(scenarios.get(type)).apply(seed).tasks();
  }

  private Set<Integer> sources(Examples examples, int width) {
    Set<Integer> sources = new HashSet<>();
    for (int i = 0; i < examples.size(); i++) {
      examples.read(i, new float[width], 0);
      sources.add(source);
    }
    return sources;
  }

  private static int width(Task task) {
    return (int) Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b);
  }

  @Property(tries = 70)
  void noTestExampleLeaksIntoTrainingAndNoneIsLost(
      @ForAll("types") String type, @ForAll long seed) {
    Set<Integer> learned = new HashSet<>();
    Set<Integer> held = new HashSet<>();
    Set<Integer> tested = new HashSet<>();
    for (Task task : tasks(type, seed)) {
      learned.addAll(sources(task.training(), width(task)));
      held.addAll(sources(task.validation(), width(task)));
      tested.addAll(sources(task.test(), width(task)));
    }
    assertThat(tested).allMatch(example -> example >= TRAINING).hasSize(TEST);
    assertThat(held).isNotEmpty().allMatch(example -> example < TRAINING);
    assertThat(learned).doesNotContainAnyElementsOf(held).allMatch(example -> example < TRAINING);
    assertThat(learned.size() + held.size()).isEqualTo(TRAINING);
  }

  /** Every label and every value, in order. */
  private static List<Float> contents(List<Task> tasks) {
    List<Float> contents = new ArrayList<>();
    for (Task task : tasks) {
      for (Examples part : List.of(task.training(), task.validation(), task.test())) {
        for (int i = 0; i < part.size(); i++) {
          contents.add((float) part.label(i));
          for (float value : Fixtures.read(part, i, width(task))) {
            contents.add(value);
          }
        }
      }
    }
    return contents;
  }

  @Property(tries = 35)
  void sameSeedSameStreamOtherSeedOtherStream(@ForAll("types") String type, @ForAll long seed) {
    List<Float> once = contents(tasks(type, seed));
    assertThat(contents(tasks(type, seed))).isEqualTo(once);
    assertThat(contents(tasks(type, seed + 1))).isNotEqualTo(once);
  }

  private String fingerprint(String type, long seed) {
    List<Task> tasks = tasks(type, seed);
    List<String> names = IntStream.range(0, 18).mapToObj(Integer::toString).toList();
    return Fingerprint.of(tasks, names);
  }

  /** Whatever a scenario makes of the examples: none of their values changes unseen. */
  @Property(tries = 70)
  void oneOtherPixelIsAnotherFingerprint(
      @ForAll("types") String type,
      @ForAll long seed,
      @ForAll @IntRange(max = TRAINING + TEST - 1) int example) {
    String before = fingerprint(type, seed);
    assertThat(fingerprint(type, seed)).isEqualTo(before);
    changed = example;
    assertThat(fingerprint(type, seed)).isNotEqualTo(before);
    changed = -1;
  }

  @Property(tries = 35)
  void aFingerprintReadsEachExampleOnceHoweverManyTasksShowIt(
      @ForAll("types") String type, @ForAll long seed) {
    List<Task> tasks = tasks(type, seed);
    int shown = 0;
    for (Task task : tasks) {
      for (Examples part : List.of(task.training(), task.validation(), task.test())) {
        shown += Math.min(64, part.size());
      }
    }
    reads = 0;
    Fingerprint.of(tasks, IntStream.range(0, 18).mapToObj(Integer::toString).toList());
    assertThat(reads).isEqualTo(TRAINING + TEST + shown);
  }

  @Property(tries = 35)
  void manyThreadsReadTheSame(@ForAll("types") String type, @ForAll long seed) {
    for (Task task : tasks(type, seed)) {
      Examples training = task.training();
      int width = width(task);
      List<float[]> one =
          IntStream.range(0, training.size())
              .mapToObj(i -> Fixtures.read(training, i, width))
              .toList();
      boolean same =
          IntStream.range(0, 4 * training.size())
              .parallel()
              .map(i -> i % training.size())
              .allMatch(i -> Arrays.equals(Fixtures.read(training, i, width), one.get(i)));
      assertThat(same).isTrue();
    }
  }

  @Property(tries = 20)
  void everyLabelHasANameOrNoneHas(@ForAll("types") String type) {
    Scenario scenario = Objects.requireNonNull(scenarios.get(type)).apply(1);
    int largest =
        scenario.tasks().stream()
            .flatMapToInt(task -> IntStream.of(task.classes()))
            .max()
            .orElseThrow();
    List<String> names = scenario.classNames();
    assertThat(names.isEmpty()).isEqualTo(type.equals("sequence"));
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names.isEmpty() || names.size() == largest + 1).isTrue();
  }

  @Property(tries = 100)
  void aPermutationAndItsInverseChangeNothing(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int length) {
    int[] order = new RandomSource(seed).permutation(length);
    int[] inverse = new int[length];
    for (int i = 0; i < length; i++) {
      inverse[order[i]] = i;
    }
    DataSet data = Fixtures.counting(2, 3, 1, length);
    Examples there = PermutedExamples.of(data.training(), order);
    Examples back = PermutedExamples.of(there, inverse);
    for (int i = 0; i < 3; i++) {
      assertThat(Fixtures.read(back, i, length))
          .isEqualTo(Fixtures.read(data.training(), i, length));
    }
  }

  @Property(tries = 50)
  void quarterTurnsForthAndBackChangeNothing(
      @ForAll @IntRange(min = -3, max = 3) int quarters,
      @ForAll @IntRange(min = 1, max = 8) int size,
      @ForAll long seed) {
    float[] image = new float[2 * size * size];
    RandomSource random = new RandomSource(seed);
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble();
    }
    float[] there = new float[image.length];
    float[] back = new float[image.length];
    new Rotation(2, size, size, 90 * quarters).apply(image, there, 0);
    new Rotation(2, size, size, -90 * quarters).apply(there, back, 0);
    assertThat(back).containsExactly(image, within(1e-5f));
  }

  /** Of any angle: what bilinear interpolation reproduces comes back, away from the edge. */
  @Property(tries = 50)
  void aTurnForthAndBackChangesNoPlane(@ForAll @DoubleRange(min = -180, max = 180) double degrees) {
    int size = 21;
    float[] plane = new float[size * size];
    for (int i = 0; i < plane.length; i++) {
      int row = i / size;
      int column = i % size;
      plane[i] = 0.3f * row - 0.2f * column + 1;
    }
    float[] there = new float[plane.length];
    float[] back = new float[plane.length];
    new Rotation(1, size, size, degrees).apply(plane, there, 0);
    new Rotation(1, size, size, -degrees).apply(there, back, 0);
    for (int i = 0; i < plane.length; i++) {
      int row = i / size;
      int column = i % size;
      if (Math.hypot(row - 10, column - 10) < 8) {
        assertThat(back[i]).isCloseTo(plane[i], within(1e-3f));
      }
    }
  }
}
