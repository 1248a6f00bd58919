package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The contents of a file of unsigned bytes in the IDX format: two zero bytes, a type code, the
 * number of dimensions, the dimensions as big-endian integers, the values.
 *
 * @param header what it says about itself
 * @param values all items, one after the other
 */
record IdxFile(IdxHeader header, byte[] values) {
  /** Deflate makes at most this many bytes of one. */
  private static final long LARGEST_GZIP_RATIO = 1032;

  private static final int BUFFER = 1 << 16;

  /**
   * Reads a file, as gzip if its name ends in {@code .gz}. Allocates nothing before the header has
   * proved possible for a file of that size, and reads no further than the header announces.
   *
   * @param dimensions how many there must be
   * @param content what should be in it, for messages
   * @throws InputException if anything is wrong with it
   */
  static IdxFile read(Path file, int dimensions, String content) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s: not a regular file. Put an IDX file of %s there.".formatted(file, content));
    }
    boolean zipped = file.toString().endsWith(".gz");
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = zipped ? new GZIPInputStream(raw, BUFFER) : raw) {
      byte[] start = in.readNBytes(IdxHeader.size(dimensions));
      IdxHeader header = IdxHeader.parse(start, file, dimensions, content);
      long size = Files.size(file);
      if (zipped && size < header.length() / LARGEST_GZIP_RATIO) {
        throw truncated(file, header, "the whole file, zipped, has %d".formatted(size));
      }
      if (!zipped && size - start.length < header.length()) {
        throw truncated(file, header, "%d follow".formatted(size - start.length));
      }
      byte[] values = new byte[allowed(header, file)];
      int found = fill(values, in);
      if (found < values.length) {
        throw truncated(file, header, "%d follow".formatted(found));
      }
      if (in.read() >= 0) {
        throw new InputException(
            "%s: goes on after the %d bytes of %s that its header announces. The file is damaged; fetch it again."
                .formatted(file, values.length, content));
      }
      return new IdxFile(header, values);
    } catch (EOFException e) {
      throw new InputException(
          "%s: truncated: its gzip stream has no end. Fetch it again.".formatted(file), e);
    } catch (ZipException e) {
      throw new InputException(
          "%s: its name ends in .gz, but it is no intact gzip file (%s). Fetch it again, or drop .gz from its name if it is unpacked."
              .formatted(file, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s). Check its permissions and its disk.".formatted(file, e), e);
    }
  }

  /** How many items there are. */
  int count() {
    return header.count();
  }

  /** In pieces, because the JDK makes a native buffer as large as what is asked for at once. */
  private static int fill(byte[] values, InputStream in) throws IOException {
    int found = 0;
    while (found < values.length) {
      int read = in.read(values, found, Math.min(BUFFER, values.length - found));
      if (read < 0) {
        break;
      }
      found += read;
    }
    return found;
  }

  private static int allowed(IdxHeader header, Path file) {
    long memory = Runtime.getRuntime().maxMemory();
    if (header.length() > Math.min(memory, Integer.MAX_VALUE - 8)) {
      throw new InputException(
          "%s: announces %d bytes, but one file may have 2 GiB at most, and the heap is limited to %d bytes. Use fewer items, or a larger heap (-Xmx)."
              .formatted(file, header.length(), memory));
    }
    return (int) header.length();
  }

  private static InputException truncated(Path file, IdxHeader header, String found) {
    return new InputException(
        "%s: truncated: the header announces %d bytes, but %s. Fetch it again."
            .formatted(file, header.length(), found));
  }
}
