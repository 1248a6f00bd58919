package io.perennial.runner.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * One entry of {@link DerivedData}: a header with the length and the checksum of what follows. It
 * stays open until it is closed, so that nobody can take it away before it is mapped; what is
 * mapped outlives it.
 *
 * @param channel the open file
 * @param length of the contents
 */
record DerivedFile(FileChannel channel, long length) implements AutoCloseable {
  private static final long MAGIC = 0x504552454E4E3031L;
  private static final int HEADER = 32;
  private static final int BUFFER = 1 << 18;

  /** Opens an entry; empty if there is none, or if it is not what was once written. */
  static Optional<DerivedFile> open(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    DerivedFile entry = new DerivedFile(channel, channel.size() - HEADER);
    if (entry.isIntact()) {
      return Optional.of(entry);
    }
    channel.close();
    return Optional.empty();
  }

  private boolean isIntact() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    // A file that is shorter leaves zeros, and those are no magic.
    channel.read(header, 0);
    header.rewind();
    return length >= 0
        && header.getLong() == MAGIC
        && header.getLong() == length
        && header.getLong() == checksum();
  }

  private long checksum() throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    channel.position(HEADER);
    while (channel.read(buffer) >= 0) {
      checksum.update(buffer.flip());
      buffer.clear();
    }
    return checksum.getValue();
  }

  /** Writes a file and waits until it is on the disk; its header last. */
  static void write(Path file, DerivedData.Maker maker) throws IOException {
    CRC32C checksum = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.position(HEADER);
      OutputStream out =
          new BufferedOutputStream(
              new CheckedOutputStream(Channels.newOutputStream(channel), checksum), BUFFER);
      maker.write(out);
      out.flush();
      ByteBuffer header = ByteBuffer.allocate(HEADER);
      header.putLong(MAGIC).putLong(channel.position() - HEADER).putLong(checksum.getValue());
      channel.write(header.rewind(), 0);
      channel.force(true);
    }
  }

  /** The contents from a position on; valid until the next call, and not to be closed. */
  InputStream from(long position) throws IOException {
    return new BufferedInputStream(
        Channels.newInputStream(channel.position(HEADER + position)), BUFFER);
  }

  /** Records at the start of the contents, mapped. */
  Segments records(int recordBytes, long count) throws IOException {
    return Segments.map(channel, HEADER, recordBytes, count);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
