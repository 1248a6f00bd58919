package io.perennial.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.hash.Hashing;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.tensorflow.framework.Summary;

/**
 * The files are read with protocol buffers' own reader and TensorFlow's own message of scalars,
 * both as ND4J brings them, and their checksums with Guava's.
 */
class TensorBoardTest {
  private static final String YAML =
      """
      name: watched
      pipeline: knowledge-retention
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
      model: {type: mlp, hidden: [4]}
      training: {iterations: 6, batchSize: 16}
      firstTasks: 2
      listeners: [{type: tensorboard, every: 2}]
      """;

  @TempDir Path directory;

  private RunResult run(RunListener... others) {
    return run(YAML, directory.resolve("run"), others);
  }

  private static RunResult run(String yaml, Path out, RunListener... others) {
    try (Perennial perennial = Perennial.start(1)) {
      return perennial
          .run(perennial.parse(yaml), new RunOptions(out, Files.exists(out), List.of(others)))
          .runs()
          .get(0);
    }
  }

  private List<Path> files() throws IOException {
    return files(directory.resolve("run"));
  }

  private static List<Path> files(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  /** The fields of TensorFlow's event.proto that are written. */
  private record Event(
      double wallTime, long step, String fileVersion, Summary summary, long sessionStatus) {
    static Event of(UnknownFieldSet fields) throws IOException {
      assertThat(fields.asMap().keySet()).isSubsetOf(1, 2, 3, 5, 7);
      Summary summary = Summary.getDefaultInstance();
      if (fields.hasField(5)) {
        summary = Summary.parseFrom(fields.getField(5).getLengthDelimitedList().get(0));
        assertThat(summary.getUnknownFields().asMap()).isEmpty();
      }
      long status = 0;
      if (fields.hasField(7)) {
        status =
            UnknownFieldSet.parseFrom(fields.getField(7).getLengthDelimitedList().get(0))
                .getField(1)
                .getVarintList()
                .get(0);
      }
      return new Event(
          Double.longBitsToDouble(fields.getField(1).getFixed64List().get(0)),
          fields.getField(2).getVarintList().get(0),
          fields.hasField(3)
              ? fields.getField(3).getLengthDelimitedList().get(0).toStringUtf8()
              : "",
          summary,
          status);
    }
  }

  private static List<Event> read(Path file) throws IOException {
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    // A killed process may leave the last one unfinished; readers wait for the rest of it.
    while (bytes.remaining() >= 12 && bytes.remaining() >= 16 + bytes.getLong(bytes.position())) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(data);
      assertThat(bytes.getInt()).isEqualTo(masked(data));
      events.add(Event.of(UnknownFieldSet.parseFrom(data)));
    }
    return events;
  }

  /** As TensorFlow's record_writer.cc documents it. */
  private static int masked(byte[] data) {
    int crc = Hashing.crc32c().hashBytes(data).asInt();
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }

  private static List<Summary.Value> values(List<Event> events, String tag) {
    return events.stream()
        .flatMap(event -> event.summary().getValueList().stream())
        .filter(value -> value.getTag().equals(tag))
        .toList();
  }

  @Test
  void aReaderOfTensorFlowsMessagesFindsEveryScalar() throws IOException {
    RunResult result = run();
    List<Event> events = read(files().get(0));
    assertThat(events.get(0).fileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(0).wallTime()).isGreaterThan(1e9);
    assertThat(
            events.stream()
                .filter(event -> event.summary().getValueCount() > 0)
                .filter(event -> event.summary().getValue(0).getTag().equals("loss"))
                .map(Event::step))
        .containsExactly(2L, 4L, 6L, 8L, 10L, 12L);
    List<Summary.Value> first = values(events, "accuracy/1 " + result.accuracy().tasks().get(0));
    assertThat(first.get(1).getSimpleValue()).isEqualTo((float) result.accuracy().at(1, 0));
    Metric.Value average = Objects.requireNonNull(result.metrics().get("averageAccuracy"));
    assertThat(values(events, "metrics/averageAccuracy").get(0).getSimpleValue())
        .isEqualTo((float) average.number(), within(0f));
  }

  /** As TensorBoard reads a directory: a start makes it forget what has its step or a later one. */
  private static List<String> seen(Path run) throws IOException {
    List<Event> seen = new ArrayList<>();
    for (Path file : files(run)) {
      for (Event event : read(file)) {
        if (event.sessionStatus() == 1) {
          seen.removeIf(earlier -> earlier.step() >= event.step());
        } else if (event.fileVersion().isEmpty()) {
          seen.add(event);
        }
      }
    }
    return seen.stream()
        .map(event -> event.step() + " " + event.summary().getValue(0).toString())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 5, 9, 11})
  void afterAKillInTheMiddleOfATaskThereIsNeitherHoleNorDouble(long step) throws IOException {
    String yaml = YAML + "checkpoint: {everySteps: 4}\n";
    Path killed = directory.resolve("killed");
    RunListener kill =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            if (learner.step() == step) {
              copyAsItIs(directory.resolve("run"), killed);
            }
          }
        };
    run(yaml, directory.resolve("run"), kill);
    List<String> whole = seen(directory.resolve("run"));
    assertThat(whole).hasSizeGreaterThan(12);
    run(yaml, killed);
    assertThat(seen(killed)).isEqualTo(whole);
  }

  /** What is on the disk at this moment is what a killed process leaves. */
  private static void copyAsItIs(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatComesAgainAfterAnInterruptionReplacesWhatWasThere() throws IOException {
    RunListener interrupting =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            if (learner.task().index() == 1) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> run(interrupting)).isInstanceOf(RunFailedException.class);
    run();
    assertThat(files()).hasSize(2);
    List<Event> later = read(files().get(1));
    // SessionStatus.START
    assertThat(later.get(1).sessionStatus()).isEqualTo(1);
    assertThat(later.get(1).step()).isEqualTo(7);
    assertThat(later.get(2).step()).isEqualTo(8);
  }
}
