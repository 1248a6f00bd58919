package io.perennial.runner.result;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tensors by name in the safetensors format: the header's length as an unsigned 64-bit number, a
 * JSON header with type, shape and place of each tensor, the data in C order. All numbers are
 * little-endian, as is every platform that ND4J has binaries for, so that data is copied unchanged.
 */
public final class SafeTensors {
  private static final int ALIGNMENT = 8;

  private SafeTensors() {}

  /**
   * Writes a new file and waits until it is on the disk.
   *
   * @throws IllegalArgumentException if a tensor is neither float, double, int nor long
   */
  public static void write(Path file, Map<String, INDArray> tensors) throws IOException {
    write(file, tensors, Map.of());
  }

  /**
   * Writes a new file that says something of itself, and waits until it is on the disk.
   *
   * @throws IllegalArgumentException if a tensor is neither float, double, int nor long
   */
  public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer start =
          ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
      write(channel, start.putLong(header.length).put(header).flip());
      for (INDArray tensor : tensors.values()) {
        if (!tensor.isEmpty()) {
          // A copy in C order: the tensor may be a view, or in Fortran order.
          INDArray copy = tensor.dup('c');
          write(channel, copy.data().asNio());
          copy.close();
        }
      }
      channel.force(true);
    }
  }

  /**
   * Reads what a file says of itself.
   *
   * @throws InputException if it is malformed
   */
  public static Map<String, String> metadata(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return SafeTensorsHeader.read(channel, file).metadata();
    }
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is malformed
   */
  public static Map<String, INDArray> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      SafeTensorsHeader header = SafeTensorsHeader.read(channel, file);
      Map<String, INDArray> tensors = new LinkedHashMap<>();
      for (SafeTensorsHeader.Entry entry : header.entries()) {
        INDArray tensor = allocate(entry);
        if (!tensor.isEmpty()) {
          ByteBuffer data = tensor.data().asNio();
          long position = header.dataStart() + entry.begin();
          while (data.hasRemaining()) {
            int read = channel.read(data, position);
            if (read < 0) {
              throw new InputException("%s: it became shorter while it was read.".formatted(file));
            }
            position += read;
          }
        }
        tensors.put(entry.name(), tensor);
      }
      return tensors;
    }
  }

  private static INDArray allocate(SafeTensorsHeader.Entry entry) {
    if (entry.shape().length == 0) {
      return Nd4j.scalar(entry.type(), 0);
    }
    return entry.begin() == entry.end()
        ? Nd4j.create(entry.type(), entry.shape())
        : Nd4j.createUninitialized(entry.type(), entry.shape(), 'c');
  }

  private static byte[] header(Map<String, INDArray> tensors, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(SafeTensorsHeader.METADATA, metadata);
    }
    long offset = 0;
    for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
      INDArray tensor = entry.getValue();
      long end = offset + tensor.length() * size(tensor.dataType(), entry.getKey());
      if (end - offset > Integer.MAX_VALUE || entry.getKey().equals(SafeTensorsHeader.METADATA)) {
        throw new IllegalArgumentException(
            "The tensor '%s' cannot be saved: 2 GiB at most, and not under the reserved name __metadata__"
                .formatted(entry.getKey()));
      }
      Map<String, Object> description = new LinkedHashMap<>();
      description.put("dtype", SafeTensorsHeader.TYPES.get(tensor.dataType()));
      description.put("shape", shape(tensor));
      description.put("data_offsets", List.of(offset, end));
      header.put(entry.getKey(), description);
      offset = end;
    }
    byte[] json = JsonMapper.shared().writeValueAsBytes(header);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] bytes = Arrays.copyOf(json, padded);
    Arrays.fill(bytes, json.length, padded, (byte) ' ');
    return bytes;
  }

  /** ND4J's array without elements may have no dimensions either, which here means one element. */
  private static long[] shape(INDArray tensor) {
    return tensor.isEmpty() && tensor.rank() == 0 ? new long[] {0} : tensor.shape();
  }

  private static int size(DataType type, String name) {
    if (!SafeTensorsHeader.TYPES.containsKey(type)) {
      throw new IllegalArgumentException(
          "The tensor '%s' is of type %s; only %s can be saved"
              .formatted(name, type, SafeTensorsHeader.TYPES.keySet()));
    }
    return type.width();
  }

  private static void write(FileChannel channel, ByteBuffer data) throws IOException {
    while (data.hasRemaining()) {
      channel.write(data);
    }
  }
}
