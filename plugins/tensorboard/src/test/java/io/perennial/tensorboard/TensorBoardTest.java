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
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/** The files are read with TensorFlow's own messages, and their checksums with Guava's. */
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
    Path out = directory.resolve("run");
    try (Perennial perennial = Perennial.start(1)) {
      return perennial
          .run(perennial.parse(YAML), new RunOptions(out, Files.exists(out), List.of(others)))
          .runs()
          .get(0);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("run/tensorboard"))) {
      return files.sorted().toList();
    }
  }

  private static List<Event> read(Path file) throws IOException {
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(data);
      assertThat(bytes.getInt()).isEqualTo(masked(data));
      events.add(Event.parseFrom(data));
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
        .flatMap(event -> event.getSummary().getValueList().stream())
        .filter(value -> value.getTag().equals(tag))
        .toList();
  }

  @Test
  void aReaderOfTensorFlowsMessagesFindsEveryScalar() throws IOException {
    RunResult result = run();
    List<Event> events = read(files().get(0));
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(0).getWallTime()).isGreaterThan(1e9);
    assertThat(events).allMatch(event -> event.getUnknownFields().asMap().isEmpty());
    assertThat(
            events.stream()
                .filter(event -> event.getSummary().getValueCount() > 0)
                .filter(event -> event.getSummary().getValue(0).getTag().equals("loss"))
                .map(Event::getStep))
        .containsExactly(2L, 4L, 6L, 8L, 10L, 12L);
    List<Summary.Value> first = values(events, "accuracy/1 " + result.accuracy().tasks().get(0));
    assertThat(first.get(1).getSimpleValue()).isEqualTo((float) result.accuracy().at(1, 0));
    Metric.Value average = Objects.requireNonNull(result.metrics().get("averageAccuracy"));
    assertThat(values(events, "metrics/averageAccuracy").get(0).getSimpleValue())
        .isEqualTo((float) average.number(), within(0f));
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
    assertThat(later.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(later.get(1).getStep()).isEqualTo(7);
    assertThat(later.get(2).getStep()).isEqualTo(8);
  }
}
