package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was made of files (parsed, resized) and is worth keeping for the next run: a directory of
 * entries, each under the hash of the files' contents and of the settings it was made with. Entries
 * appear whole, by renaming, and never change, so any number of processes may use one directory;
 * two that make the same entry at the same time both succeed. A damaged entry is made again. The
 * least recently used ones go when there are more bytes than the limit.
 */
final class DerivedData {
  /** Names the directory; without it, it is the user's cache directory. */
  static final String DIRECTORY_VARIABLE = "PERENNIAL_CACHE";

  /** Limits the directory's size, in gigabytes. */
  static final String SIZE_VARIABLE = "PERENNIAL_CACHE_GB";

  private static final double DEFAULT_GIGABYTES = 20;
  private static final int BUFFER = 1 << 16;
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path directory;
  private final long limit;
  private final long inMemory;

  /**
   * Entries in a directory, which is made when it is needed.
   *
   * @param limit of the directory, in bytes
   * @param inMemory files up to this many bytes may be worked on in memory
   */
  DerivedData(Path directory, long limit, long inMemory) {
    this.directory = directory;
    this.limit = limit;
    this.inMemory = inMemory;
  }

  /**
   * The user's own, as the environment says.
   *
   * @throws InputException if the size is no number
   */
  static DerivedData ofUser() {
    Map<String, String> environment = System.getenv();
    return new DerivedData(
        directory(environment, System.getProperty("os.name"), System.getProperty("user.home")),
        limit(environment),
        // What is made of a file may need twice its bytes, and the network wants memory, too.
        Runtime.getRuntime().maxMemory() / 8);
  }

  /** {@code perennial} in the directory where the operating system wants such files. */
  static Path directory(Map<String, String> environment, String system, String home) {
    String own = environment.getOrDefault(DIRECTORY_VARIABLE, "");
    if (!own.isEmpty()) {
      return Path.of(own).toAbsolutePath();
    }
    String name = system.toLowerCase(Locale.ROOT);
    String given = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base;
    if (name.startsWith("windows")) {
      base = Path.of(environment.getOrDefault("LOCALAPPDATA", home));
    } else if (name.startsWith("mac")) {
      base = Path.of(home, "Library", "Caches");
    } else {
      base = given.isEmpty() ? Path.of(home, ".cache") : Path.of(given);
    }
    return base.resolve("perennial");
  }

  static long limit(Map<String, String> environment) {
    String text = environment.getOrDefault(SIZE_VARIABLE, Double.toString(DEFAULT_GIGABYTES));
    try {
      double gigabytes = Double.parseDouble(text);
      if (gigabytes > 0) {
        return (long) (gigabytes * 1e9);
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new InputException(
        "%s: must be a number of gigabytes above 0, such as 20, not '%s'."
            .formatted(SIZE_VARIABLE, text));
  }

  /** Whether files are small enough to be worked on in memory. */
  boolean fitsInMemory(long bytes) {
    return bytes <= inMemory;
  }

  /**
   * Refuses to unpack a file that says it becomes larger than all of this may be.
   *
   * @throws InputException if it does
   */
  void refuseTooLarge(Path file, long bytes) {
    if (bytes > limit) {
      throw new InputException(
          "%s: has %d bytes when unpacked, but derived data may have %d. Raise the environment variable %s if that is meant."
              .formatted(file, bytes, limit, SIZE_VARIABLE));
    }
  }

  /** Writes the contents of an entry. */
  interface Maker {
    /** Writes them all; the stream is buffered and closed by the caller. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * The entry for some files, made if it is not there; to be closed when it has been read.
   *
   * @param kind what it is, with the version of its form
   * @param settings everything it depends on beside the files' contents
   * @throws InputException if the directory cannot be written to
   */
  DerivedFile get(String kind, String settings, List<Path> files, Maker maker) {
    Fingerprint before = Fingerprint.of(files);
    Path entry = directory.resolve(key(kind, settings, files) + ".bin");
    try {
      DerivedFile found = DerivedFile.open(entry).orElse(null);
      if (found != null) {
        touch(entry);
        return found;
      }
      Files.createDirectories(directory);
      Path temporary = Files.createTempFile(directory, "making", ".tmp");
      try {
        DerivedFile.write(temporary, maker);
        if (!Fingerprint.of(files).equals(before)) {
          throw new InputException(
              "%s: changed while it was read. Start again when it is complete."
                  .formatted(before.changed(Fingerprint.of(files))));
        }
        // Opened before others can see it: they might need the room at once.
        DerivedFile made =
            DerivedFile.open(temporary)
                .orElseThrow(() -> new IOException("what was just written cannot be read back"));
        publish(temporary, entry);
        trim(entry);
        return made;
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "%s: derived data cannot be kept there (%s). Make room, or name another directory with the environment variable %s."
              .formatted(directory, e, DIRECTORY_VARIABLE),
          e);
    }
  }

  private static void publish(Path temporary, Path entry) throws IOException {
    try {
      Files.move(
          temporary, entry, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // Windows replaces no file that another process has mapped: then that process was faster.
      if (!Files.exists(entry)) {
        throw e;
      }
    }
  }

  private static void touch(Path entry) throws IOException {
    try {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    } catch (NoSuchFileException e) {
      // Another process needed the room; ours is open already.
    }
  }

  /** Deletes the least recently used entries above the limit, and what killed processes left. */
  private void trim(Path newest) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        boolean abandoned =
            file.toString().endsWith(".tmp")
                && modified(file).toInstant().isBefore(Instant.now().minus(ABANDONED));
        if (abandoned) {
          Files.deleteIfExists(file);
        } else if (file.toString().endsWith(".bin") && !file.equals(newest)) {
          entries.add(file);
        }
      }
    }
    entries.sort(Comparator.comparing(DerivedData::modified).reversed());
    long total = size(newest);
    for (Path file : entries) {
      total += size(file);
      if (total > limit) {
        delete(file);
      }
    }
  }

  /** Another process may delete what was listed; then it counts as old and empty. */
  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // In use on a system that deletes no open files; another time, then.
    }
  }

  private static String key(String kind, String settings, List<Path> files) {
    MessageDigest digest = sha256();
    digest.update(
        (kind + "\n" + settings + "\n" + files.size() + "\n").getBytes(StandardCharsets.UTF_8));
    byte[] buffer = new byte[BUFFER];
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        MessageDigest own = sha256();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          own.update(buffer, 0, read);
        }
        // Of each file apart, so that no byte can wander from one file to the next.
        digest.update(own.digest());
      } catch (IOException e) {
        throw new InputException(
            "%s: cannot be read (%s). Check its permissions and its disk.".formatted(file, e), e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  /** Sizes and times of files, by which a change is noticed. */
  private record Fingerprint(List<String> states, List<Path> files) {
    static Fingerprint of(List<Path> files) {
      return new Fingerprint(
          files.stream().map(file -> size(file) + " " + modified(file)).toList(), files);
    }

    Path changed(Fingerprint other) {
      for (int i = 0; i < files.size(); i++) {
        if (!states.get(i).equals(other.states().get(i))) {
          return files.get(i);
        }
      }
      return files.get(0);
    }
  }
}
