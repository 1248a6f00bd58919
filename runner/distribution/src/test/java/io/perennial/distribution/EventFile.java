package io.perennial.distribution;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.tensorflow.framework.Summary;

/**
 * Reads TensorBoard's files: records as TensorFlow's record_writer.cc documents them, with Guava's
 * checksums; events with protocol buffers' own reader and TensorFlow's message of scalars.
 */
final class EventFile {
  private static final int STEP = 2;
  private static final int SUMMARY = 5;

  private EventFile() {}

  /** One number of an event. */
  record Scalar(long step, String tag, float value) {}

  static List<Scalar> scalars(Path file) throws IOException {
    List<Scalar> scalars = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      byte[] length = checked(bytes, Long.BYTES);
      long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      UnknownFieldSet event = UnknownFieldSet.parseFrom(checked(bytes, Math.toIntExact(size)));
      if (event.hasField(SUMMARY)) {
        long step = event.getField(STEP).getVarintList().get(0);
        Summary.parseFrom(event.getField(SUMMARY).getLengthDelimitedList().get(0))
            .getValueList()
            .forEach(
                value -> scalars.add(new Scalar(step, value.getTag(), value.getSimpleValue())));
      }
    }
    return scalars;
  }

  /** Bytes with the checksum that follows them. */
  private static byte[] checked(ByteBuffer bytes, int size) throws IOException {
    byte[] data = new byte[size];
    bytes.get(data);
    int crc = Hashing.crc32c().hashBytes(data).asInt();
    if (bytes.getInt() != ((crc >>> 15) | (crc << 17)) + 0xa282ead8) {
      throw new IOException("wrong checksum before byte " + bytes.position());
    }
    return data;
  }
}
