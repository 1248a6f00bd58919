package io.perennial.runner.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes files that are complete or not there, also after a power cut. */
public final class AtomicFile {
  private static final String PREFIX = ".perennial-";
  private static final String SUFFIX = ".tmp";

  private AtomicFile() {}

  /** Puts a file in place of what was there; makes the directories it needs. */
  public static void write(Path file, byte[] content) {
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file");
    try {
      Files.createDirectories(directory);
      // Not createTempFile, whose files nobody but their owner may read.
      Path temporary = directory.resolve(PREFIX + UUID.randomUUID() + SUFFIX);
      try {
        writeForced(temporary, content);
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      forceDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ": " + reason(e), e);
    }
  }

  /** Deletes the unfinished files that a killed process left; nobody may be writing any. */
  static void deleteUnfinished(Path directory) throws IOException {
    List<Path> unfinished;
    try (Stream<Path> files = Files.walk(directory)) {
      unfinished = files.filter(AtomicFile::isUnfinished).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path file : unfinished) {
      Files.deleteIfExists(file);
    }
  }

  /** What the system says of a failure, without the path that the message has already. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException problem && problem.getReason() != null) {
      return problem.getReason();
    }
    String type = e.getClass().getSimpleName().replace("Exception", "");
    return (type + " " + e.getMessage()).replaceFirst("^IO ", "");
  }

  /** Whether a file is one that a killed process left. */
  static boolean isUnfinished(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX) && Files.isRegularFile(file);
  }

  /** Writes a file and waits until it is on the disk. */
  static void writeForced(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Waits until the directory's entries are on the disk. */
  static void forceDirectory(Path directory) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      // Windows opens no directories, and makes renames durable by itself.
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
