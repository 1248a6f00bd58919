package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SafeTensorsTest {
  @TempDir Path directory;

  @Test
  void theBytesAreThoseOfTheFormat() throws IOException {
    Path file = directory.resolve("t");
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    tensors.put("a", Nd4j.createFromArray(1f, -2f));
    tensors.put("b/c", Nd4j.createFromArray(new long[][] {{3L}}));
    SafeTensors.write(file, tensors);

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);
    assertThat(new String(header, StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b/c\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}");
    assertThat(bytes.position() % 8).isZero();
    assertThat(bytes.getFloat()).isEqualTo(1f);
    assertThat(bytes.getFloat()).isEqualTo(-2f);
    assertThat(bytes.getLong()).isEqualTo(3);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void filesOfOtherWritersAreRead() throws IOException {
    Path file =
        file(
            "{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"shape\":[1,2],\"data_offsets\":[0,8],\"dtype\":\"F32\"}}",
            8);
    assertThat(SafeTensors.read(file))
        .hasEntrySatisfying("w", w -> assertThat(w.shape()).containsExactly(1, 2));
    assertThat(SafeTensors.read(file("{}", 0))).isEmpty();
  }

  @Test
  void anEmptyTensorStaysEmpty() throws IOException {
    Path file = directory.resolve("t");
    SafeTensors.write(file, Map.of("none", Nd4j.empty(DataType.DOUBLE)));
    assertThat(SafeTensors.read(file))
        .hasEntrySatisfying("none", none -> assertThat(none.isEmpty()).isTrue());
  }

  @Test
  void impossibleHeadersAreRefused() throws IOException {
    refused(file(entry("F32", "[2]", "0,8"), 7), "7 bytes of data, but the header describes 8");
    refused(file(entry("F32", "[2]", "0,8"), 9), "9 bytes of data, but the header describes 8");
    refused(file(entry("F32", "[3]", "0,8"), 8), "do not enclose 12 bytes");
    refused(file(entry("F32", "[2]", "8,0"), 8), "do not enclose");
    refused(file(entry("F32", "[2]", "-8,0"), 8), "do not enclose");
    refused(file(entry("F32", "[2]", "4,12"), 12), "its data begins at 4, not at 0");
    refused(file(entry("F32", "[-2]", "0,8"), 8), "is not possible");
    refused(file(entry("F32", "[4294967296,4294967296]", "0,0"), 0), "is not possible");
    refused(file(entry("F32", "[99999999999999999999]", "0,8"), 8), "a whole number was expected");
    refused(file(entry("BF16", "[4]", "0,8"), 8), "not one of");
    refused(file("{\"w\":1}", 0), "w");
    refused(file("{\"w\":{}}", 0), "w.dtype: it is missing");
    refused(file("[]", 0), "a JSON object was expected");
    refused(
        file(
            "{"
                + entry("F32", "[1]", "0,4").replaceAll("^.|.$", "")
                + ","
                + entry("F32", "[1]", "0,4").replaceAll("^.|.$", "")
                + "}",
            4),
        "is not JSON");
    Files.write(directory.resolve("t"), new byte[] {1, 2, 3});
    refused(directory.resolve("t"), "not a safetensors file");
    ByteBuffer huge = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(-1);
    Files.write(directory.resolve("t"), huge.array());
    refused(directory.resolve("t"), "a header of 18446744073709551615 bytes is announced");
  }

  @Test
  void noiseNeverDoesAnythingElse() throws IOException {
    byte[] good = Files.readAllBytes(file(entry("F32", "[2]", "0,8"), 8));
    RandomSource random = new RandomSource(2);
    for (int attempt = 0; attempt < 2000; attempt++) {
      byte[] bad = good.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      Path file = Files.write(directory.resolve("t"), bad);
      try {
        assertThat(SafeTensors.read(file)).hasSizeLessThanOrEqualTo(1);
      } catch (InputException e) {
        assertThat(e).hasMessageStartingWith(file.toString());
      }
    }
  }

  private static String entry(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s]}}"
        .formatted(type, shape, offsets);
  }

  private Path file(String header, int data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    return Files.write(directory.resolve("t"), bytes.putLong(json.length).put(json).array());
  }

  private static void refused(Path file, String reason) {
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }
}
