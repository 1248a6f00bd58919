package io.perennial.tensorboard;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** One file of events; its readers follow it while it grows. */
final class EventFile implements AutoCloseable {
  private static final int MASK_DELTA = 0xa282ead8;

  private final Path path;
  private final OutputStream out;

  private EventFile(Path path, OutputStream out) {
    this.path = path;
    this.out = out;
  }

  /**
   * Begins a new file, whose name comes after those of earlier ones.
   *
   * @param directory is created when needed
   * @param seconds since 1970, at the earliest
   */
  static EventFile create(Path directory, long seconds) {
    try {
      Files.createDirectories(directory);
      // An earlier part of the same run may have begun in the same second.
      long second = seconds;
      while (Files.exists(path(directory, second))) {
        second++;
      }
      Path path = path(directory, second);
      OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW);
      return new EventFile(path, new BufferedOutputStream(out));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write event files into " + directory, e);
    }
  }

  private static Path path(Path directory, long second) {
    return directory.resolve("events.out.tfevents.%010d.perennial".formatted(second));
  }

  void write(Message event) {
    byte[] data = event.toBytes();
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length);
    record.putInt(masked(record.array(), Long.BYTES)).put(data).putInt(masked(data, data.length));
    try {
      out.write(record.array());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path, e);
    }
  }

  /** A checksum that may stand in data of which checksums are made. */
  private static int masked(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    int value = (int) crc.getValue();
    return Integer.rotateRight(value, 15) + MASK_DELTA;
  }

  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path, e);
    }
  }
}
