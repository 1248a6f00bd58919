package io.perennial.curriculum;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.Sampling.Draw;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EasyToHardTest {
  private static final int SIZE = 300;
  private static final int MISLABELLED = 30;

  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(2);
  private final Blobs examples = Blobs.of(SIZE, 3, 0.3, random);
  private final AtTask learner = new AtTask(Blobs.task(4, 3, examples, examples));

  @AfterEach
  void stop() {
    workers.close();
  }

  private EasyToHard sampling(double start) {
    ProbeSettings probe = new ProbeSettings(16, 1000, 100, 0.01);
    return new EasyToHard(
        new EasyToHard.Settings(start, EasyToHard.Pacing.LINEAR, 2, probe),
        new RandomSource(9),
        workers);
  }

  @Test
  void examplesWithWrongLabelsAreHard() {
    for (int n = 0; n < MISLABELLED; n++) {
      examples.labels()[n] = (examples.labels()[n] + 1) % 3;
    }
    EasyToHard sampling = sampling(0.9);
    sampling.beforeTask(learner);
    Draw draw = sampling.draw(learner, random);
    long wrong = Arrays.stream(draw.examples()).filter(n -> n < MISLABELLED).distinct().count();
    assertThat(wrong).isLessThan(MISLABELLED / 5);
  }

  @Test
  void theEasiestAreDrawnFirstAndEveryEpochIsAsLong() {
    EasyToHard sampling = sampling(0.3);
    sampling.beforeTask(learner);
    Draw first = sampling.draw(learner, random);
    assertThat(first.tasks()).hasSize(SIZE).containsOnly(4);
    assertThat(first.examples()).hasSize(SIZE);
    assertThat(Arrays.stream(first.examples()).distinct().count()).isEqualTo(90);
    Draw second = sampling.draw(learner, random);
    assertThat(Arrays.stream(second.examples()).distinct().count()).isEqualTo(195);
    for (int epoch = 0; epoch < 2; epoch++) {
      int[] all = sampling.draw(learner, random).examples();
      assertThat(Arrays.stream(all).distinct().count()).isEqualTo(SIZE);
    }
    sampling.beforeTask(learner);
    Draw again = sampling.draw(learner, random);
    assertThat(Arrays.stream(again.examples()).distinct().sorted())
        .as("a new task starts with the easy ones again")
        .containsExactlyElementsOf(
            Arrays.stream(first.examples()).distinct().sorted().boxed().toList());
  }

  @Test
  void oneExampleIsEnough() {
    Blobs one = Blobs.of(1, 3, 0.3, random);
    EasyToHard sampling = sampling(0.3);
    AtTask there = new AtTask(Blobs.task(0, 3, one, one));
    sampling.beforeTask(there);
    assertThat(sampling.draw(there, random).examples()).containsExactly(0);
  }

  /** A learner that only knows its task. */
  private record AtTask(Task task) implements Learner {
    @Override
    public Model model() {
      throw new UnsupportedOperationException("The probe is a model of its own");
    }

    @Override
    public List<Task> seen() {
      return List.of(task);
    }

    @Override
    public Setting setting() {
      return Setting.DOMAIN_INCREMENTAL;
    }

    @Override
    public int phase() {
      return 0;
    }

    @Override
    public long step() {
      return 0;
    }

    @Override
    public void visit(Examples all, int index, int batchSize, Consumer<Batch> visitor) {
      throw new UnsupportedOperationException("Examples are read directly");
    }

    @Override
    public void reinitialize() {
      throw new UnsupportedOperationException("Nothing starts again");
    }
  }
}
