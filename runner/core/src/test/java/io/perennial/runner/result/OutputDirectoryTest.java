package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  @TempDir Path root;

  @Test
  void createsWhatIsMissingAndTakesWhatIsEmpty() throws IOException {
    try (OutputDirectory output = OutputDirectory.claim(root.resolve("a/b/c"))) {
      assertThat(output.path()).isDirectory().isEqualTo(root.resolve("a/b/c"));
    }
    Files.createDirectory(root.resolve("empty"));
    OutputDirectory.claim(root.resolve("empty")).close();
    // Only the lock of the run before, which left nothing, is in it.
    OutputDirectory.claim(root.resolve("empty")).close();
  }

  @Test
  void refusesWhatIsNotEmpty() throws IOException {
    for (int i = 0; i < 5; i++) {
      Files.writeString(root.resolve("file" + i), "mine");
    }
    refused(root, "is not empty (it holds file0, file1, file2); results are never overwritten");
  }

  @Test
  void refusesFilesAndWhatLiesBelowThem() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "mine");
    refused(file, "is not a directory");
    refused(file.resolve("below/it"), "cannot be created");
    Files.createSymbolicLink(root.resolve("dangling"), root.resolve("nowhere"));
    refused(root.resolve("dangling"), "is not a directory");
  }

  @Test
  void refusesWhatCannotBeWritten() throws IOException {
    Path closed = Files.createDirectories(root.resolve("closed"));
    // Holds for root as well, whom permissions do not stop.
    Files.createDirectory(closed.resolve(".lock"));
    refused(closed, "cannot be written");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void refusesWhatCannotBeCreated() {
    refused(Path.of("/proc/self/perennial/run"), "cannot be created");
  }

  @Test
  void oneRunAtATime() {
    Path directory = root.resolve("run");
    try (OutputDirectory first = OutputDirectory.claim(directory)) {
      refused(directory, "Another run is writing into " + first.path());
      new ResultsWriter(directory).writeConfiguration("name: x\n");
      assertThatThrownBy(() -> OutputDirectory.reopen(directory, "name: x\n", false))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Another run is writing into");
    }
    OutputDirectory.reopen(directory, "name: x\n", false).close();
  }

  @Test
  void goesOnOnlyWhereTheSameRunWas() {
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\n", false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There is no run to go on with in " + root);
    new ResultsWriter(root).writeConfiguration("name: x\nseed: 1\n");
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\nseed: 2\n", false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("its line 2 was 'seed: 1', now it is 'seed: 2'");
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\n", false))
        .hasMessageContaining("now it is 'nothing'");
    OutputDirectory.reopen(root, "name: x\nseed: 1\n", false).close();
    // Unless it is forced to, or nothing follows from the difference.
    OutputDirectory.reopen(root, "name: x\nseed: 2\n", true).close();
    OutputDirectory.reopen(root, "name: x\ncheckpoint:\n  keep: 3\nseed: 1\n", false).close();
    assertThatThrownBy(
            () -> OutputDirectory.reopen(root, "name: x\ncheckpoint:\n  keep: 3\nseed: 2\n", false))
        .hasMessageContaining("was 'seed: 1', now it is 'seed: 2'");
  }

  @Test
  void goingOnDeletesWhatAKilledProcessLeftUnfinished() throws IOException {
    new ResultsWriter(root).writeConfiguration("name: x\n");
    Path seed = Files.createDirectory(root.resolve("seed-1"));
    Path unfinished = Files.writeString(root.resolve(".perennial-1.tmp"), "half");
    Path below = Files.writeString(seed.resolve(".perennial-2.tmp"), "half");
    Path mine = Files.writeString(root.resolve(".mine.tmp"), "mine");
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: y\n", false))
        .isInstanceOf(InputException.class);
    assertThat(unfinished).exists();
    OutputDirectory.reopen(root, "name: x\n", false).close();
    assertThat(unfinished).doesNotExist();
    assertThat(below).doesNotExist();
    assertThat(mine).exists();
  }

  @Test
  void aProcessThatWasKilledBeforeItWroteAnythingLeavesAnEmptyDirectory() throws IOException {
    Path unfinished = Files.writeString(root.resolve(".perennial-1.tmp"), "half");
    OutputDirectory.claim(root).close();
    assertThat(unfinished).doesNotExist();
  }

  private void refused(Path directory, String reason) {
    List<Path> before = everything();
    assertThatThrownBy(() -> OutputDirectory.claim(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(reason);
    assertThat(everything()).isEqualTo(before);
  }

  private List<Path> everything() {
    try (Stream<Path> all = Files.walk(root)) {
      return all.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
