package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Whatever happens to the files of a checkpoint, no other state is taken for the one written. */
class CheckpointDamageTest {
  private static final int DAMAGES = 1000;
  private static final List<String> DIRECTORIES =
      List.of("task-0001", "task-0001-step-000030", "task-0002");
  private static final List<String> FILES =
      List.of("tensors.safetensors", "state.json", "manifest.json");
  private static final String NEWEST = DIRECTORIES.get(2);

  @TempDir Path directory;

  private final Map<Path, byte[]> pristine = new HashMap<>();
  private final RandomSource random = new RandomSource(1);
  private CheckpointStore store = new CheckpointStore(Path.of("unset"));

  @BeforeEach
  void write() throws IOException {
    store = new CheckpointStore(directory, 3);
    store.write(1, state(1, Checkpoint.BETWEEN_TASKS));
    store.write(1, 30, state(1, 30));
    store.write(2, state(2, Checkpoint.BETWEEN_TASKS));
    for (String checkpoint : DIRECTORIES) {
      for (String file : FILES) {
        Path path = directory.resolve(checkpoint).resolve(file);
        pristine.put(path, Files.readAllBytes(path));
      }
    }
  }

  private static State state(int tasksDone, long step) {
    RandomSource numbers = new RandomSource(1_000_000L * tasksDone + step);
    float[] values = new float[64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.nextGaussian();
    }
    State strategy =
        State.builder()
            .tensor("importance", Nd4j.createFromArray(values))
            .value("rows", List.of(1L, 2.5, "x"))
            .build();
    return State.builder()
        .tensor("parameters", Nd4j.createFromArray(Arrays.copyOf(values, 10)))
        .value("step", step)
        .value("tasks", (long) tasksDone)
        .part("random", numbers.save())
        .part("strategy", strategy)
        .build();
  }

  private static String text(State state) {
    StringBuilder text = new StringBuilder(state.values().toString());
    state.tensors().forEach((name, tensor) -> text.append(name + Vectors.sha256(tensor)));
    state.parts().forEach((name, part) -> text.append(name + text(part)));
    return text.toString();
  }

  @Test
  void aThousandDamagesAreFoundOrHarmless() throws IOException {
    Map<String, Integer> found = new HashMap<>();
    Map<String, Integer> harmless = new HashMap<>();
    for (int i = 0; i < DAMAGES; i++) {
      String kind = damage();
      Checkpoint latest = store.latest().orElseThrow();
      assertThat(text(latest.state()))
          .as("damage %d, %s", i, kind)
          .isEqualTo(text(state(latest.tasksDone(), latest.step())));
      if (latest.tasksDone() == 2) {
        assertThat(latest.damaged()).as(kind).isEmpty();
        harmless.merge(kind, 1, Integer::sum);
      } else {
        assertThat(latest.damaged()).as(kind).isNotEmpty();
        assertThat(latest.damaged().get(0)).contains(NEWEST);
        found.merge(kind, 1, Integer::sum);
      }
      repair();
    }
    // What is harmless: a change of the manifest that no reader sees, or of an older checkpoint.
    assertThat(found.keySet()).hasSize(6);
    assertThat(found.values().stream().mapToInt(Integer::intValue).sum())
        .as("found %s, harmless %s", found, harmless)
        .isGreaterThan(DAMAGES * 9 / 10);
    assertThat(harmless.keySet()).isSubsetOf("bit flipped");
  }

  /** Does something to the newest checkpoint. */
  private String damage() throws IOException {
    Path newest = directory.resolve(NEWEST);
    Path file = newest.resolve(FILES.get(random.nextInt(3)));
    byte[] good = Files.readAllBytes(file);
    Path other = directory.resolve(DIRECTORIES.get(random.nextInt(2)));
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
        return "cut";
      }
      case 2 -> {
        byte[] longer = Arrays.copyOf(good, good.length + 1 + random.nextInt(16));
        longer[good.length] = '}';
        Files.write(file, longer);
        return "lengthened";
      }
      case 3 -> {
        Files.delete(file);
        return "deleted";
      }
      case 4 -> {
        Files.copy(other.resolve(file.getFileName()), file, StandardCopyOption.REPLACE_EXISTING);
        return "another checkpoint's file";
      }
      case 5 -> {
        Path third = directory.resolve("third");
        Files.move(newest, third);
        Files.move(other, newest);
        Files.move(third, other);
        return "swapped checkpoints";
      }
      default -> {
        byte[] bad = good.clone();
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bad);
        return "bit flipped";
      }
    }
  }

  private void repair() throws IOException {
    for (Map.Entry<Path, byte[]> file : pristine.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  @Test
  void whenAllAreDamagedAllAreNamedAndNothingIsLoaded() throws IOException {
    for (String checkpoint : DIRECTORIES) {
      Files.write(directory.resolve(checkpoint).resolve("state.json"), new byte[] {'{', '}'});
    }
    List<String> said = new ArrayList<>(DIRECTORIES);
    said.add("Start again, in a new directory");
    assertThatThrownBy(() -> store.latest())
        .isInstanceOf(InputException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(said));
  }

  @Test
  void anotherFormatIsNamedAsSuch() throws IOException {
    Path manifest = directory.resolve(NEWEST).resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("\"version\":2", "\"version\":99"));
    assertThat(store.latest().orElseThrow().damaged().get(0))
        .contains("a checkpoint of format 99, and this version of Perennial reads format 2");
  }

  @Test
  void theOrderIsThatOfTheRun() throws IOException {
    store.write(2, 1_000_000, state(2, 1_000_000));
    store.write(2, 2_000_000, state(2, 2_000_000));
    assertThat(store.latest().orElseThrow().step()).isEqualTo(2_000_000);
    try (Stream<Path> checkpoints = Files.list(directory)) {
      assertThat(checkpoints.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "task-0002", "task-0002-step-1000000", "task-0002-step-2000000");
    }
    store.write(3, state(3, Checkpoint.BETWEEN_TASKS));
    assertThat(store.latest().orElseThrow().tasksDone()).isEqualTo(3);
  }

  @Test
  void aCheckpointIsHardlyLargerThanWhatIsInIt() throws IOException {
    float[] values = new float[500_000];
    store.write(
        3,
        State.builder()
            .tensor("parameters", Nd4j.createFromArray(values))
            .tensor("moment", Nd4j.createFromArray(values))
            .part("random", random.save())
            .build());
    long size = 0;
    try (Stream<Path> files = Files.list(directory.resolve("task-0003"))) {
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
    }
    assertThat(size).isLessThan((long) (1.1 * 2 * 4 * values.length));
  }
}
