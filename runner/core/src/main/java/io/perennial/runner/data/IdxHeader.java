package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The start of a file in the IDX format.
 *
 * @param count the first dimension
 * @param itemShape the other dimensions
 * @param length of what follows, in bytes
 */
record IdxHeader(int count, int[] itemShape, long length) {
  private static final int UNSIGNED_BYTE = 0x08;

  /** The bytes of a header with this many dimensions. */
  static int size(int dimensions) {
    return 4 + 4 * dimensions;
  }

  /**
   * Reads and checks a header.
   *
   * @param bytes the file's first {@link #size} bytes, or all if it is shorter
   * @param content what the file should hold, for messages
   */
  static IdxHeader parse(byte[] bytes, Path file, int dimensions, String content) {
    if (bytes.length < 4) {
      throw new InputException(
          "%s: %d bytes, too short for the header of an IDX file of %s. Fetch it again."
              .formatted(file, bytes.length, content));
    }
    checkMagic(bytes, file, dimensions, content);
    if (bytes.length < size(dimensions)) {
      throw new InputException(
          "%s: truncated: %d bytes, but the header alone has %d. Fetch it again."
              .formatted(file, bytes.length, size(dimensions)));
    }
    int[] shape = new int[dimensions];
    ByteBuffer.wrap(bytes, 4, 4 * dimensions).asIntBuffer().get(shape);
    long length = 1;
    for (int size : shape) {
      if (size < 0 || (size > 0 && length > Long.MAX_VALUE / size)) {
        throw new InputException(
            "%s: the header announces %s %s, which is impossible. The file is damaged; fetch it again."
                .formatted(file, dimensions(shape), content));
      }
      length *= size;
    }
    if (length == 0) {
      throw new InputException(
          "%s: holds no %s (the header says %s). At least one is needed."
              .formatted(file, content, dimensions(shape)));
    }
    return new IdxHeader(shape[0], Arrays.copyOfRange(shape, 1, dimensions), length);
  }

  private static void checkMagic(byte[] bytes, Path file, int dimensions, String content) {
    int magic = ByteBuffer.wrap(bytes).getInt();
    int expected = UNSIGNED_BYTE << 8 | dimensions;
    if (magic == expected) {
      return;
    }
    int type = bytes[2] & 0xFF;
    int found = bytes[3] & 0xFF;
    String reason;
    if (bytes[0] == 0x1F && bytes[1] == (byte) 0x8B) {
      reason = "the file is gzipped; add .gz to its name";
    } else if (magic >>> 16 != 0) {
      reason = "an IDX file starts with two zero bytes, so this is none";
    } else if (type != UNSIGNED_BYTE) {
      reason =
          "its third byte says that the values are %s, not unsigned bytes (08)"
              .formatted(name(type));
    } else {
      reason =
          "its fourth byte says %d dimensions, not the %d of %s"
              .formatted(found, dimensions, content);
    }
    throw new InputException(
        "%s: its first four bytes (the magic number, which says the type of the values and how many dimensions they have) are %08X, not %08X: %s. Put an IDX file of %s there."
            .formatted(file, magic, expected, reason, content));
  }

  private static String name(int type) {
    return switch (type) {
      case 0x09 -> "signed bytes (09)";
      case 0x0B -> "shorts (0B)";
      case 0x0C -> "ints (0C)";
      case 0x0D -> "floats (0D)";
      case 0x0E -> "doubles (0E)";
      default -> "of an unknown type (%02X)".formatted(type);
    };
  }

  private static String dimensions(int[] shape) {
    StringBuilder text = new StringBuilder();
    for (int size : shape) {
      text.append(text.isEmpty() ? "" : " x ").append(Integer.toUnsignedString(size));
    }
    return text.toString();
  }
}
