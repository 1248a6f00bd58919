package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whichever operation on files fails, however, what was there before is there still, or what was to
 * be written is there as a whole; and the next write succeeds.
 */
class FaultyDiskTest {
  private static final int NEVER = Integer.MAX_VALUE;

  @TempDir Path directory;

  /** What goes wrong at some operation. */
  enum Kind {
    FULL("No space left on device", false),
    BROKEN("Input/output error", false),
    /** As when the process is killed: nothing is done any more, nothing is cleaned up. */
    DEAD("dead", true);

    private final String reason;
    private final boolean forGood;

    Kind(String reason, boolean forGood) {
      this.reason = reason;
      this.forGood = forGood;
    }
  }

  /** Fails at the n-th operation, or from it on; writes take a few bytes at a time. */
  private static final class Fault implements FaultyFiles.Faults {
    private final Kind kind;
    private final int at;
    private final Set<FaultyFiles.Operation> failing = EnumSet.noneOf(FaultyFiles.Operation.class);
    private int operations;

    Fault(Kind kind, int at) {
      this.kind = kind;
      this.at = at;
    }

    @Override
    public void before(FaultyFiles.Operation operation) throws IOException {
      operations++;
      if (operations == at || (kind.forGood && operations > at)) {
        failing.add(operation);
        throw new FileSystemException("somewhere", null, kind.reason);
      }
    }

    @Override
    public int taken(int bytes) {
      return Math.min(bytes, 100);
    }
  }

  private static State state(int number) {
    float[] values = new float[100];
    values[number] = number;
    return State.builder()
        .tensor("parameters", Nd4j.createFromArray(values))
        .value("number", (long) number)
        .build();
  }

  private static void assertIs(Checkpoint found, int number) {
    assertThat(found.tasksDone()).isEqualTo(number);
    assertThat(found.state().integer("number")).isEqualTo(number);
    assertThat(Vectors.sha256(found.state().tensor("parameters")))
        .isEqualTo(Vectors.sha256(state(number).tensor("parameters")));
  }

  /** Writes the third checkpoint with a fault; answers whether that was told. */
  private static boolean fails(Path checkpoints, Fault fault) {
    try {
      new CheckpointStore(FaultyFiles.path(checkpoints, fault)).write(3, state(3));
      return false;
    } catch (UncheckedIOException e) {
      assertThat(e)
          .hasMessageContaining("Cannot write a checkpoint into")
          .hasMessageContaining(fault.kind.reason)
          .hasMessageContaining("go on with --resume");
      if (!fault.kind.forGood) {
        assertThat(e).hasMessageContaining("The latest one is kept: task-000");
      }
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource
  void noFaultLosesACheckpoint(Kind kind) {
    Set<FaultyFiles.Operation> failed = EnumSet.noneOf(FaultyFiles.Operation.class);
    int operations = NEVER;
    for (int at = 1; at <= operations; at++) {
      Path checkpoints = directory.resolve(kind + "-" + at).resolve("checkpoint");
      CheckpointStore store = store(checkpoints);
      Fault fault = new Fault(kind, at);
      boolean told = fails(checkpoints, fault);
      Checkpoint latest = store.latest().orElseThrow();
      assertThat(latest.damaged()).isEmpty();
      if (told && latest.tasksDone() == 2) {
        assertIs(latest, 2);
      } else {
        // After the rename only cleaning up can fail.
        assertIs(latest, 3);
      }
      store.write(4, state(4));
      assertIs(store.latest().orElseThrow(), 4);
      failed.addAll(fault.failing);
      if (fault.failing.isEmpty()) {
        operations = 0; // There are not so many.
        assertThat(told).isFalse();
      }
    }
    assertThat(failed).containsExactlyInAnyOrder(FaultyFiles.Operation.values());
  }

  private static CheckpointStore store(Path checkpoints) {
    try {
      Files.createDirectories(checkpoints);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CheckpointStore store = new CheckpointStore(checkpoints);
    store.write(1, state(1));
    store.write(2, state(2));
    return store;
  }

  @ParameterizedTest
  @EnumSource
  void noFaultLosesAResult(Kind kind) throws IOException {
    byte[] old = "old\n".repeat(200).getBytes(StandardCharsets.UTF_8);
    byte[] fresh = "fresh\n".repeat(300).getBytes(StandardCharsets.UTF_8);
    int operations = NEVER;
    for (int at = 1; at <= operations; at++) {
      Path file = directory.resolve(kind + "-" + at).resolve("results.json");
      AtomicFile.write(file, old);
      Fault fault = new Fault(kind, at);
      byte[] expected = fresh;
      try {
        AtomicFile.write(FaultyFiles.path(file, fault), fresh);
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining("Cannot write").hasMessageContaining(kind.reason);
        expected = Files.size(file) == fresh.length ? fresh : old;
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(expected);
      if (fault.failing.isEmpty()) {
        operations = 0;
      }
    }
  }

  /** Whichever operation of reading fails: it is told, and nothing else is taken for it. */
  @Test
  void aReadThatFailsIsToldAndLeavesEverythingAsItWas() {
    Path checkpoints = directory.resolve("run").resolve("checkpoint");
    CheckpointStore store = store(checkpoints);
    boolean older = false;
    int operations = NEVER;
    for (int at = 1; at <= operations; at++) {
      Fault fault = new Fault(Kind.BROKEN, at);
      try {
        Checkpoint found =
            new CheckpointStore(FaultyFiles.path(checkpoints, fault)).latest().orElseThrow();
        assertIs(found, found.tasksDone());
        if (found.tasksDone() == 2) {
          assertThat(found.damaged()).isEmpty();
          // Of an operation that failed unseen nothing may depend.
          assertThat(fault.failing).isEmpty();
          operations = 0;
        } else {
          older = true;
          assertThat(found.damaged().get(0)).contains("task-0002");
        }
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining("Cannot look for checkpoints in");
      }
      assertIs(store.latest().orElseThrow(), 2);
    }
    assertThat(older).isTrue();
  }

  private static History history(long seed) {
    return new History(
        seed,
        List.of(
            new History.Generation(
                "config.yaml",
                new long[] {4},
                new int[] {0},
                List.of(new History.TaskEntry("a", new int[] {0, 1}, 3, 0, 2)),
                List.of("no", "yes"),
                "ab".repeat(32),
                "cd".repeat(32),
                Map.of())));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  /** What a run writes beside checkpoints, in its order. */
  private static void writeRun(Path run, long seed) {
    ResultsWriter writer = new ResultsWriter(run);
    writer.writeConfiguration("name: run\nseed: %d\n".formatted(seed));
    history(seed).write(run);
    writer.write(
        Fixtures.with(
            Fixtures.complete(seed, 0.5),
            Map.of(
                "ewc",
                List.of(
                    new Artefact.Matrix(
                        "m", "a matrix", List.of("r"), List.of("c"), new double[][] {{seed}})))));
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL", "DEAD"})
  void noFaultLosesWhatElseARunWrites(Kind kind) throws IOException {
    Path before = directory.resolve("before");
    writeRun(before, 1);
    int operations = NEVER;
    for (int at = 1; at <= operations; at++) {
      Path run = directory.resolve(kind + "-" + at);
      copy(before, run);
      Fault fault = new Fault(kind, at);
      try {
        writeRun(FaultyFiles.path(run, fault), 2);
      } catch (UncheckedIOException | InputException e) {
        assertThat(e).hasMessageContaining(kind.reason);
      }
      // Each file is the one before or the new one, and whole.
      assertThat(History.read(run).seed()).isIn(1L, 2L);
      assertThat(new ResultsReader().read(run).seed()).isIn(1L, 2L);
      assertThat(run.resolve("config.yaml")).content().matches("name: run\nseed: [12]\n");
      assertThat(run.resolve("accuracy.csv")).isNotEmptyFile();
      if (kind == Kind.FULL) {
        writeRun(run, 3);
        assertThat(History.read(run).seed()).isEqualTo(3);
        assertThat(new ResultsReader().read(run).seed()).isEqualTo(3);
      }
      if (fault.failing.isEmpty()) {
        operations = 0;
      }
    }
  }

  @Test
  void aDirectoryThatIsGoneIsNotMadeAgain() throws IOException {
    Path checkpoints = directory.resolve("run").resolve("checkpoint");
    CheckpointStore store = store(checkpoints);
    Files.move(directory.resolve("run"), directory.resolve("elsewhere"));
    try {
      store.write(3, state(3));
    } catch (UncheckedIOException e) {
      assertThat(e).hasMessageContaining("run is no longer there");
    }
    assertThat(directory.resolve("run")).doesNotExist();
    assertIs(
        new CheckpointStore(directory.resolve("elsewhere/checkpoint")).latest().orElseThrow(), 2);
  }
}
