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
      assertThatThrownBy(() -> OutputDirectory.reopen(directory))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Another run is writing into");
    }
    OutputDirectory.reopen(directory).close();
  }

  @Test
  void goesOnOnlyWhereARunWas() throws IOException {
    assertThatThrownBy(() -> OutputDirectory.reopen(root.resolve("none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("to go on from");
    Files.writeString(root.resolve("results.json"), "{}");
    OutputDirectory.reopen(root).close();
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
