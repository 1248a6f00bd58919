package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class CheckpointStoreTest {
  @TempDir Path directory;

  @Test
  void nothingThereIsNothing() {
    assertThat(new CheckpointStore(directory).latest()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void everyBitComesBack() {
    CheckpointStore store = new CheckpointStore(directory);
    State state = state(3);
    store.write(3, state);
    Checkpoint read = store.latest().orElseThrow();
    assertThat(read.tasksDone()).isEqualTo(3);
    assertThat(read.damaged()).isEmpty();
    assertSame(read.state(), state);
    assertThat(read.state().part("strategies").part("0").tensor("fisher").shape())
        .containsExactly(2, 3);
  }

  @Test
  void tensorsOfEveryLayoutKeepTheirValuesAndShapes() {
    INDArray all = Nd4j.arange(24).castTo(DataType.DOUBLE).reshape('c', 4, 6);
    State state =
        State.builder()
            .tensor("f", all.dup('f'))
            .tensor("column", all.getColumn(2))
            .tensor("block", all.get(NDArrayIndex.interval(1, 3)))
            .tensor("transposed", all.transpose())
            .tensor("scalar", Nd4j.scalar(2.5))
            .tensor("empty", Nd4j.create(DataType.FLOAT, 0))
            .build();
    new CheckpointStore(directory).write(1, state);
    assertSame(new CheckpointStore(directory).latest().orElseThrow().state(), state);
  }

  @Test
  void whatCannotBeSavedIsRefusedByName() {
    CheckpointStore store = new CheckpointStore(directory);
    store.write(1, state(1));
    assertThatThrownBy(
            () ->
                store.write(2, State.builder().tensor("t", Nd4j.create(DataType.INT8, 3)).build()))
        .hasMessageContaining("The tensor 't' is of type BYTE");
    assertThatThrownBy(
            () ->
                store.write(2, State.builder().part("p", State.ofValues(Map.of("v", 'x'))).build()))
        .hasMessageContaining("The value 'p/v' of the state is a java.lang.Character");
    State sameName =
        State.builder()
            .tensor("a/b", Nd4j.scalar(1f))
            .part("a", State.builder().tensor("b", Nd4j.scalar(2f)).build())
            .build();
    assertThatThrownBy(() -> store.write(2, sameName)).hasMessageContaining("are called 'a/b'");
    assertThat(store.latest().orElseThrow().tasksDone()).isEqualTo(1);
  }

  @Test
  void theLastTwoAreKept() throws IOException {
    CheckpointStore store = new CheckpointStore(directory);
    for (int task = 1; task <= 4; task++) {
      store.write(task, state(task));
    }
    assertThat(names()).containsExactly("task-0003", "task-0004");
    // Gone back to an earlier one, what was newer no longer follows from it.
    store.write(2, state(2));
    assertThat(names()).containsExactly("task-0002");
    store.write(2, state(5));
    assertSame(store.latest().orElseThrow().state(), state(5));
  }

  @Test
  void anInterruptedWriteLeavesTheOneBefore() throws IOException {
    CheckpointStore store = new CheckpointStore(directory);
    store.write(1, state(1));
    Path interrupted = Files.createDirectory(directory.resolve(".new"));
    Files.writeString(interrupted.resolve("state.json"), "{\"val");
    assertThat(store.latest().orElseThrow().tasksDone()).isEqualTo(1);
    store.write(2, state(2));
    assertThat(names()).containsExactly("task-0001", "task-0002");
  }

  @Test
  void aChangedBitOrAShorterFileIsNeverLoadedSilently() throws IOException {
    CheckpointStore store = new CheckpointStore(directory);
    store.write(1, state(1));
    store.write(2, state(2));
    RandomSource random = new RandomSource(1);
    int harmless = 0;
    for (String name : List.of("tensors.safetensors", "state.json", "manifest.json")) {
      Path file = directory.resolve("task-0002").resolve(name);
      byte[] good = Files.readAllBytes(file);
      for (int attempt = 0; attempt < 100; attempt++) {
        byte[] bad = good.clone();
        if (attempt % 4 == 0) {
          bad = Arrays.copyOf(good, random.nextInt(good.length));
        } else {
          bad[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, bad);
        Checkpoint found = store.latest().orElseThrow();
        assertSame(found.state(), state(found.tasksDone()));
        if (found.tasksDone() == 2) {
          assertThat(name).isEqualTo("manifest.json");
          harmless++;
        } else {
          assertThat(found.damaged()).hasSize(1).first().asString().contains("task-0002");
        }
      }
      Files.write(file, good);
    }
    assertThat(harmless).isLessThan(10);
    assertThat(store.latest().orElseThrow().damaged()).isEmpty();
  }

  @Test
  void swappedAndMissingFilesAreFound() throws IOException {
    CheckpointStore store = new CheckpointStore(directory);
    store.write(1, state(1));
    store.write(2, state(2));
    Path one = directory.resolve("task-0001");
    Path two = directory.resolve("task-0002");
    Files.copy(
        one.resolve("state.json"), two.resolve("state.json"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(store.latest().orElseThrow().damaged().get(0))
        .contains("state.json: not the file that was written");
    Files.delete(two.resolve("manifest.json"));
    assertThat(store.latest().orElseThrow().damaged().get(0))
        .contains("manifest.json: there is no");
    Files.move(one, directory.resolve("task-0003"));
    assertThatThrownBy(store::latest)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tasksDone: 1, but 3 was expected")
        .hasMessageContaining("No intact checkpoint is left in");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static State state(int seed) {
    Map<String, Object> nested = new LinkedHashMap<>();
    nested.put("$bits", "a key of the user's");
    nested.put("$", Double.NEGATIVE_INFINITY);
    nested.put("list", List.of(1L, 2.0, List.of(true, "x"), Double.NaN));
    State strategy =
        State.builder()
            .tensor("fisher", Nd4j.createFromArray(new float[][] {{1, 2, seed}, {4, 5, 6}}))
            .value("nested", nested)
            .build();
    return State.builder()
        .tensor("odd", Nd4j.createFromArray(Float.NaN, -0f, Float.MIN_VALUE, seed / 3f))
        .tensor("doubles", Nd4j.createFromArray(Math.PI, Double.NEGATIVE_INFINITY, -0.0))
        .tensor("longs", Nd4j.createFromArray(Long.MIN_VALUE, Long.MAX_VALUE, 0L))
        .value("text", "ä \u0000 \ud83d\ude00 \"quoted\"")
        .value("long", Long.MAX_VALUE - seed)
        .value("double", 0.1 + 0.2)
        .value("whole double", 5.0)
        .value("tiny", Double.MIN_VALUE)
        .value("huge", Double.MAX_VALUE)
        .value("minus zero", -0.0)
        .value("payload", Double.longBitsToDouble(0x7ff8000000001234L))
        .value("truth", false)
        .part("strategies", State.builder().part("0", strategy).build())
        .part("random", new RandomSource(seed).save())
        .part("none", State.EMPTY)
        .build();
  }

  private static void assertSame(State actual, State expected) {
    assertThat(actual.values().toString()).isEqualTo(expected.values().toString());
    expected
        .values()
        .forEach(
            (name, value) -> assertThat(bits(actual.values().get(name))).isEqualTo(bits(value)));
    assertThat(actual.tensors().keySet()).containsExactlyElementsOf(expected.tensors().keySet());
    expected
        .tensors()
        .forEach(
            (name, tensor) -> {
              INDArray read = actual.tensor(name);
              assertThat(read.dataType()).isEqualTo(tensor.dataType());
              assertThat(read.shape()).isEqualTo(tensor.shape());
              for (long i = 0; i < tensor.length(); i++) {
                assertThat(Double.doubleToRawLongBits(read.dup('c').data().getDouble(i)))
                    .isEqualTo(Double.doubleToRawLongBits(tensor.dup('c').data().getDouble(i)));
                assertThat(read.dup('c').data().getLong(i))
                    .isEqualTo(tensor.dup('c').data().getLong(i));
              }
            });
    assertThat(actual.parts().keySet()).containsExactlyElementsOf(expected.parts().keySet());
    expected.parts().forEach((name, part) -> assertSame(actual.part(name), part));
  }

  private static Object bits(@Nullable Object value) {
    Objects.requireNonNull(value);
    return value instanceof Double number ? Double.doubleToRawLongBits(number) : value;
  }
}
