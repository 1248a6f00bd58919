package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
    assumeFalse(
        System.getProperty("user.name").equals("root"), "Skipped: root may write everywhere.");
    Path closed = Files.createDirectory(root.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    refused(closed, "cannot be written");
    refused(closed.resolve("below"), "cannot be created");
  }

  @Test
  void aNewDirectoryThatCannotBeLockedIsRemovedAgain() throws IOException {
    // No directory can be created where the kernel keeps its own.
    Path kernel = Path.of("/proc/self/perennial/run");
    assumeFalse(!Files.isDirectory(Path.of("/proc/self")), "Skipped: there is no /proc here.");
    refused(kernel, "cannot be created");
  }

  @Test
  void oneRunAtATime() {
    Path directory = root.resolve("run");
    try (OutputDirectory first = OutputDirectory.claim(directory)) {
      refused(directory, "Another run is writing into " + first.path());
      new ResultsWriter(directory).writeConfiguration("name: x\n");
      assertThatThrownBy(() -> OutputDirectory.reopen(directory, "name: x\n"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Another run is writing into");
    }
    OutputDirectory.reopen(directory, "name: x\n").close();
  }

  @Test
  void goesOnOnlyWhereTheSameRunWas() {
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There is no run to go on with in " + root);
    new ResultsWriter(root).writeConfiguration("name: x\nseed: 1\n");
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\nseed: 2\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("its line 2 was 'seed: 1', now it is 'seed: 2'");
    assertThatThrownBy(() -> OutputDirectory.reopen(root, "name: x\n"))
        .hasMessageContaining("now it is 'nothing'");
    OutputDirectory.reopen(root, "name: x\nseed: 1\n").close();
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
