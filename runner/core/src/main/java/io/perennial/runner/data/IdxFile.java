package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The contents of a file of unsigned bytes in the IDX format: two zero bytes, a type code, the
 * number of dimensions, the dimensions as big-endian integers, the values.
 *
 * @param header what it says about itself
 * @param items one record each
 */
record IdxFile(IdxHeader header, Segments items) {
  /** Deflate makes at most this many bytes of one. */
  private static final long LARGEST_GZIP_RATIO = 1032;

  private static final int LARGEST_ITEM = 1 << 30;
  private static final int BUFFER = 1 << 16;

  /**
   * Reads a file, as gzip if its name ends in {@code .gz}. Allocates nothing before the header has
   * proved possible for a file of that size, and reads no further than the header announces. What
   * is too large for the memory is mapped: the file itself, or what was unpacked of it.
   *
   * @param dimensions how many there must be
   * @param content what should be in it, for messages
   * @param derived where large files are unpacked
   * @throws InputException if anything is wrong with it
   */
  static IdxFile read(Path file, int dimensions, String content, DerivedData derived) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s: not a regular file. Put an IDX file of %s there.".formatted(file, content));
    }
    boolean zipped = file.toString().endsWith(".gz");
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = zipped ? new GZIPInputStream(raw, BUFFER) : raw) {
      byte[] start = in.readNBytes(IdxHeader.size(dimensions));
      IdxHeader header = IdxHeader.parse(start, file, dimensions, content);
      checkSize(header, file, content, zipped, Files.size(file));
      int item = (int) (header.length() / header.count());
      if (derived.fitsInMemory(header.length())) {
        InMemory values = new InMemory((int) header.length());
        copy(in, values, header, file, content);
        return new IdxFile(header, Segments.of(values.bytes(), item));
      } else if (!zipped) {
        return new IdxFile(header, Segments.map(file, start.length, item, header.count()));
      }
      derived.refuseTooLarge(file, header.length());
      try (DerivedFile unpacked =
          derived.get(
              "unpacked 1", content, List.of(file), out -> copy(in, out, header, file, content))) {
        return new IdxFile(header, unpacked.records(item, header.count()));
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InputException unreadable(Path file, IOException e) {
    if (e instanceof EOFException) {
      return new InputException(
          "%s: truncated: its gzip stream has no end. Fetch it again.".formatted(file), e);
    } else if (e instanceof ZipException) {
      return new InputException(
          "%s: its name ends in .gz, but it is no intact gzip file (%s). Fetch it again, or drop .gz from its name if it is unpacked."
              .formatted(file, e.getMessage()),
          e);
    }
    return new InputException(
        "%s: cannot be read (%s). Check its permissions and its disk.".formatted(file, e), e);
  }

  /** How many items there are. */
  int count() {
    return header.count();
  }

  private static void checkSize(
      IdxHeader header, Path file, String content, boolean zipped, long size) {
    if (header.length() / header.count() > LARGEST_ITEM) {
      throw new InputException(
          "%s: announces %s of %d bytes each; one may have %d at most. The file is damaged; fetch it again."
              .formatted(file, content, header.length() / header.count(), LARGEST_ITEM));
    }
    if (zipped && size < header.length() / LARGEST_GZIP_RATIO) {
      throw truncated(file, header, "the whole file, zipped, has %d".formatted(size));
    }
    long follow = size - IdxHeader.size(header.itemShape().length + 1);
    if (!zipped && follow < header.length()) {
      throw truncated(file, header, "%d follow".formatted(follow));
    }
    if (!zipped && follow > header.length()) {
      throw goesOn(file, header, content);
    }
  }

  /** In pieces, because the JDK makes a native buffer as large as what is asked for at once. */
  private static void copy(
      InputStream in, OutputStream out, IdxHeader header, Path file, String content)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long found = 0;
    while (found < header.length()) {
      int read = read(in, buffer, (int) Math.min(BUFFER, header.length() - found), file);
      if (read < 0) {
        throw truncated(file, header, "%d follow".formatted(found));
      }
      out.write(buffer, 0, read);
      found += read;
    }
    if (read(in, buffer, 1, file) >= 0) {
      throw goesOn(file, header, content);
    }
  }

  private static int read(InputStream in, byte[] buffer, int most, Path file) {
    try {
      return in.read(buffer, 0, most);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InputException goesOn(Path file, IdxHeader header, String content) {
    return new InputException(
        "%s: goes on after the %d bytes of %s that its header announces. The file is damaged; fetch it again."
            .formatted(file, header.length(), content));
  }

  private static InputException truncated(Path file, IdxHeader header, String found) {
    return new InputException(
        "%s: truncated: the header announces %d bytes, but %s. Fetch it again."
            .formatted(file, header.length(), found));
  }

  /** Exactly as many bytes as were announced; handing them out copies nothing. */
  private static final class InMemory extends ByteArrayOutputStream {
    InMemory(int length) {
      super(length);
    }

    byte[] bytes() {
      return buf;
    }
  }
}
