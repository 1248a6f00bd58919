package io.perennial.runner.result;

import io.perennial.api.InputException;
import io.perennial.api.State;
import io.perennial.models.NativeSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Any bytes as a checkpoint's state, with the right sums, and as its manifest. */
public final class CheckpointFuzz {
  private CheckpointFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    NativeSetup.ensure();
    Path directory = Files.createTempDirectory("perennial-fuzz");
    try {
      CheckpointFiles.write(directory, 1, 5, State.EMPTY);
      Path manifest = directory.resolve("manifest.json");
      Path state = directory.resolve("state.json");
      String sum = sha256(Files.readAllBytes(state));
      Files.write(state, data);
      Files.writeString(manifest, Files.readString(manifest).replace(sum, sha256(data)));
      read(directory);
      Files.write(manifest, data);
      read(directory);
    } finally {
      delete(directory);
    }
  }

  private static void read(Path directory) {
    State read;
    try {
      read = CheckpointFiles.read(directory, 1, 5);
    } catch (InputException e) {
      return;
    }
    // There is no tensor in the file, so there can be none in a state.
    if (!read.tensors().isEmpty()) {
      throw new IllegalStateException("tensors from nowhere: " + read.tensors().keySet());
    }
  }

  private static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }
}
