package io.perennial.runner.result;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The header of a safetensors file, checked: every tensor lies within the data, has as many bytes
 * as its shape needs, and together they fill it without gaps or overlaps.
 *
 * @param entries in the order of their data
 * @param dataStart where in the file the data begins
 * @param metadata what the file says of itself; may be empty
 */
record SafeTensorsHeader(List<Entry> entries, long dataStart, Map<String, String> metadata) {
  /** Where the format has texts about the whole file. */
  static final String METADATA = "__metadata__";

  /** The types that can be written, and their names in the format. */
  static final Map<DataType, String> TYPES =
      new EnumMap<>(
          Map.of(
              DataType.FLOAT, "F32",
              DataType.DOUBLE, "F64",
              DataType.INT32, "I32",
              DataType.INT64, "I64"));

  /** What the reference implementation accepts. */
  private static final int LONGEST = 100_000_000;

  private static final int MOST_DIMENSIONS = 32;

  /**
   * A tensor.
   *
   * @param begin its first byte, counted from where the data begins
   * @param end after its last byte
   */
  record Entry(String name, DataType type, long[] shape, long begin, long end) {}

  static SafeTensorsHeader read(FileChannel channel, Path file) throws IOException {
    long available = channel.size() - Long.BYTES;
    long length = available < 0 ? -1 : bytes(channel, 0, Long.BYTES).getLong();
    if (length < 2 || length > Math.min(available, LONGEST)) {
      throw new InputException(
          "%s: not a safetensors file: a header of %s bytes is announced in a file of %d."
              .formatted(file, Long.toUnsignedString(length), channel.size()));
    }
    JsonFile json = JsonFile.parse(file, bytes(channel, Long.BYTES, (int) length).array());
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    if (json.has(METADATA)) {
      JsonFile about = json.child(METADATA);
      about.keys().forEach(key -> metadata.put(key, about.text(key)));
    }
    for (String name : json.keys()) {
      if (!name.equals(METADATA)) {
        entries.add(entry(name, json.child(name)));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long filled = 0;
    for (Entry entry : entries) {
      if (entry.begin() != filled) {
        throw json.wrong(
            entry.name(), "its data begins at %d, not at %d".formatted(entry.begin(), filled));
      }
      filled = entry.end();
    }
    if (filled != available - length) {
      throw new InputException(
          "%s: %d bytes of data, but the header describes %d."
              .formatted(file, available - length, filled));
    }
    return new SafeTensorsHeader(entries, Long.BYTES + length, metadata);
  }

  private static Entry entry(String name, JsonFile json) {
    DataType type =
        TYPES.entrySet().stream()
            .filter(e -> e.getValue().equals(json.text("dtype")))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(() -> json.wrong("dtype", "not one of " + TYPES.values()));
    List<Long> shape = json.integerList("shape");
    List<Long> offsets = json.integerList("data_offsets");
    long bytes = type.width();
    for (long size : shape) {
      if (size < 0
          || shape.size() > MOST_DIMENSIONS
          || bytes > Integer.MAX_VALUE / Math.max(size, 1)) {
        throw json.wrong("shape", shape + " is not possible");
      }
      bytes *= size;
    }
    if (offsets.size() != 2 || offsets.get(0) < 0 || offsets.get(1) - offsets.get(0) != bytes) {
      throw json.wrong("data_offsets", "%s do not enclose %d bytes".formatted(offsets, bytes));
    }
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    return new Entry(name, type, sizes, offsets.get(0), offsets.get(1));
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.flip();
  }
}
