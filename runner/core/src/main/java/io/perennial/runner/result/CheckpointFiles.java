package io.perennial.runner.result;

import io.perennial.api.InputException;
import io.perennial.api.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import tools.jackson.databind.json.JsonMapper;

/** The three files of one checkpoint: tensors, everything else, and the sums that guard both. */
final class CheckpointFiles {
  private static final int VERSION = 2;
  private static final String TENSORS = "tensors.safetensors";
  private static final String STATE = "state.json";
  private static final String MANIFEST = "manifest.json";
  private static final long LARGEST_MANIFEST = 1 << 16;

  private CheckpointFiles() {}

  /** Writes them into an empty directory; when this returns they are on the disk. */
  static void write(Path directory, int tasksDone, long step, State state) throws IOException {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    Map<String, Object> json = StateJson.encode(state, "", tensors);
    SafeTensors.write(directory.resolve(TENSORS), tensors);
    AtomicFile.writeForced(directory.resolve(STATE), JsonMapper.shared().writeValueAsBytes(json));
    Map<String, Object> files = new LinkedHashMap<>();
    for (String file : List.of(TENSORS, STATE)) {
      files.put(file, sha256(directory.resolve(file)));
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("version", VERSION);
    manifest.put("tasksDone", tasksDone);
    manifest.put("step", step);
    manifest.put("sha256", files);
    AtomicFile.writeForced(
        directory.resolve(MANIFEST), JsonMapper.shared().writeValueAsBytes(manifest));
    AtomicFile.forceDirectory(directory);
  }

  /**
   * Reads them, after their sums have proved right.
   *
   * @throws InputException if anything about them is wrong
   */
  static State read(Path directory, int tasksDone, long step) {
    try {
      Path manifestFile = directory.resolve(MANIFEST);
      if (Files.isRegularFile(manifestFile) && Files.size(manifestFile) > LARGEST_MANIFEST) {
        throw new InputException("%s: too large to be a manifest.".formatted(manifestFile));
      }
      JsonFile manifest = JsonFile.read(manifestFile);
      requireVersion(manifest, manifestFile);
      require(manifest, "tasksDone", tasksDone);
      require(manifest, "step", step);
      Map<String, String> sums = manifest.texts("sha256");
      for (String file : List.of(TENSORS, STATE)) {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path) || !sha256(path).equals(sums.get(file))) {
          throw new InputException("%s: not the file that was written.".formatted(path));
        }
      }
      Map<String, INDArray> tensors = SafeTensors.read(directory.resolve(TENSORS));
      return decode(Files.readAllBytes(directory.resolve(STATE)), tensors);
    } catch (IOException | RuntimeException e) {
      if (e instanceof InputException problem) {
        throw problem;
      }
      throw new InputException("%s: cannot be read (%s).".formatted(directory, e), e);
    }
  }

  /**
   * The state of a file's bytes.
   *
   * @throws RuntimeException if they are no state, or lack a tensor
   */
  static State decode(byte[] json, Map<String, INDArray> tensors) {
    Map<?, ?> values = JsonMapper.shared().readValue(json, Map.class);
    return StateJson.decode(values, "", tensors);
  }

  private static void requireVersion(JsonFile manifest, Path file) {
    long found = manifest.integer("version");
    if (found != VERSION) {
      throw new InputException(
          "%s: a checkpoint of format %d, and this version of Perennial reads format %d."
              .formatted(file, found, VERSION));
    }
  }

  private static void require(JsonFile manifest, String key, long expected) {
    long found = manifest.integer(key);
    if (found != expected) {
      throw manifest.wrong(key, "%d, but %d was expected".formatted(found, expected));
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
