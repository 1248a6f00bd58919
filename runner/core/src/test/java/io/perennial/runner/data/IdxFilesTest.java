package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFilesTest {
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir Path directory;

  @BeforeEach
  void writeGoodFiles() throws IOException {
    write(IMAGES, idx(0x803, new int[] {3, 2, 2}, 0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8));
    write(LABELS, idx(0x801, new int[] {3}, 0, 1, 1));
    write(TEST_IMAGES, gzip(idx(0x803, new int[] {1, 2, 2}, 9, 9, 9, 9)));
    write(TEST_LABELS, gzip(idx(0x801, new int[] {1}, 1)));
  }

  @Test
  void readsPlainAndZippedFiles() {
    DataSet data = load();
    assertThat(data.shape()).containsExactly(1, 2, 2);
    assertThat(data.classes()).containsExactly("0", "1");
    assertThat(Fixtures.labels(data.training())).containsExactly(0, 1, 1);
    assertThat(Fixtures.read(data.training(), 0, 4)).containsExactly(0f, 0.2f, 0.4f, 1f);
    assertThat(Fixtures.read(data.training(), 2, 4))
        .containsExactly(5 / 255f, 6 / 255f, 7 / 255f, 8 / 255f);
    assertThat(Fixtures.read(data.test(), 0, 4)).containsOnly(9 / 255f);
  }

  @Test
  void missingDirectory() {
    assertThatThrownBy(() -> Fixtures.idx(directory.resolve("none")).load())
        .isInstanceOf(InputException.class)
        .hasMessage(
            "scenario.dataset.path: %s does not exist. Give the directory that holds the four IDX files."
                .formatted(directory.resolve("none")));
    assertThatThrownBy(() -> Fixtures.idx(directory.resolve(IMAGES)).load())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not a directory");
  }

  @Test
  void missingFilesAreAllNamed() throws IOException {
    Files.delete(directory.resolve(LABELS));
    Files.delete(directory.resolve(TEST_IMAGES + ".gz"));
    refused(LABELS)
        .hasMessageContaining("neither " + LABELS + " nor " + LABELS + ".gz is there")
        .hasMessageContaining("neither " + TEST_IMAGES + " nor");
  }

  @Test
  void aDirectoryInPlaceOfAFile() throws IOException {
    Files.delete(directory.resolve(LABELS));
    Files.createDirectory(directory.resolve(LABELS));
    refused(LABELS).hasMessageContaining("not a regular file");
  }

  @Test
  void emptyAndTruncatedFiles() throws IOException {
    byte[] whole = idx(0x803, new int[] {3, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    for (int length = 0; length < whole.length; length++) {
      write(IMAGES, Arrays.copyOf(whole, length));
      refused(IMAGES).hasMessageMatching("(?s).*(too short|truncated).*Fetch it again.*");
    }
    // One byte too few; with the header's own 16 the file has more than the 12 announced.
    write(IMAGES, Arrays.copyOf(whole, whole.length - 1));
    refused(IMAGES).hasMessageContaining("the header announces 12 bytes, but 11 follow");
  }

  @Test
  void truncatedGzip() throws IOException {
    byte[] whole = gzip(idx(0x801, new int[] {1}, 1));
    for (int length = 0; length < whole.length; length++) {
      write(TEST_LABELS, Arrays.copyOf(whole, length));
      refused(TEST_LABELS).hasMessageMatching("(?s).*(gzip|truncated).*");
    }
    write(TEST_LABELS, gzip(idx(0x801, new int[] {2}, 1)));
    refused(TEST_LABELS).hasMessageContaining("announces 2 bytes, but 1 follow");
  }

  @Test
  void longerThanAnnounced() throws IOException {
    write(LABELS, idx(0x801, new int[] {3}, 0, 1, 1, 1));
    refused(LABELS).hasMessageContaining("goes on after the 3 bytes of labels");
    write(TEST_LABELS, gzip(idx(0x801, new int[] {1}, 1, 1)));
    write(LABELS, idx(0x801, new int[] {3}, 0, 1, 1));
    refused(TEST_LABELS).hasMessageContaining("goes on after the 1 bytes of labels");
  }

  @Test
  void wrongMagic() throws IOException {
    write(IMAGES, "PK\3\4 this is some other file".getBytes(StandardCharsets.UTF_8));
    refused(IMAGES)
        .hasMessageContaining("the magic number, which says the type of the values")
        .hasMessageContaining("504B0304, not 00000803")
        .hasMessageContaining("an IDX file starts with two zero bytes");
  }

  @Test
  void wrongTypeAndDimensions() throws IOException {
    write(IMAGES, idx(0xD03, new int[] {3, 2, 2}, 1));
    refused(IMAGES).hasMessageContaining("its third byte says that the values are floats (0D)");
    write(IMAGES, idx(0x801, new int[] {3}, 1, 2, 3));
    refused(IMAGES).hasMessageContaining("its fourth byte says 1 dimensions, not the 3 of images");
  }

  @Test
  void zippedWithoutGzAndGzWithoutZip() throws IOException {
    write(LABELS, gzip(idx(0x801, new int[] {3}, 0, 1, 1)));
    refused(LABELS).hasMessageContaining("the file is gzipped; add .gz to its name");
    write(LABELS, idx(0x801, new int[] {3}, 0, 1, 1));
    Files.write(directory.resolve(TEST_LABELS + ".gz"), idx(0x801, new int[] {1}, 1));
    refused(TEST_LABELS)
        .hasMessageContaining("its name ends in .gz, but it is no intact gzip file");
  }

  @Test
  void impossibleHeadersAllocateNothing() throws IOException {
    write(IMAGES, idx(0x803, new int[] {-1, 28, 28}, 1));
    refused(IMAGES).hasMessageContaining("announces 4294967295 x 28 x 28 images");
    write(
        IMAGES, idx(0x803, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}, 1));
    refused(IMAGES).hasMessageContaining("impossible");
    write(IMAGES, idx(0x803, new int[] {2_000_000, 28, 28}, 1));
    refused(IMAGES).hasMessageContaining("announces 1568000000 bytes, but 1 follow");
    Files.delete(directory.resolve(IMAGES));
    Files.write(
        directory.resolve(IMAGES + ".gz"), gzip(idx(0x803, new int[] {2_000_000, 28, 28}, 1)));
    refused(IMAGES)
        .hasMessageContaining("announces 1568000000 bytes, but the whole file, zipped, has");
  }

  @Test
  void aBombIsNotUnpacked() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(idx(0x801, new int[] {1}, 1));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 500; i++) {
        out.write(zeros);
      }
    }
    write(TEST_LABELS, bytes.toByteArray());
    long start = Fixtures.cpuNanos();
    refused(TEST_LABELS).hasMessageContaining("goes on after");
    assertThat(Fixtures.cpuNanos() - start).isLessThan(200_000_000);
  }

  @Test
  void nothingInIt() throws IOException {
    write(LABELS, idx(0x801, new int[] {0}));
    refused(LABELS).hasMessageContaining("holds no labels (the header says 0)");
    write(IMAGES, idx(0x803, new int[] {3, 0, 2}));
    refused(IMAGES).hasMessageContaining("holds no images (the header says 3 x 0 x 2)");
  }

  @Test
  void filesThatDoNotBelongTogether() throws IOException {
    write(LABELS, idx(0x801, new int[] {4}, 0, 1, 1, 1));
    refused(LABELS).hasMessageContaining("4 labels, but " + IMAGES + " has 3 images");
    write(LABELS, idx(0x801, new int[] {3}, 0, 0, 0));
    refused(TEST_LABELS).hasMessageContaining("label 1, but the largest in " + LABELS + " is 0");
    write(LABELS, idx(0x801, new int[] {3}, 0, 1, 1));
    write(TEST_IMAGES, gzip(idx(0x803, new int[] {1, 1, 4}, 1, 2, 3, 4)));
    refused(TEST_IMAGES).hasMessageContaining("images of 1 x 4 pixels, but those of " + IMAGES);
  }

  @Test
  void emnistsNamesAndItsExchangedRowsAndColumns() throws IOException {
    byte[] images = idx(0x803, new int[] {1, 2, 3}, 0, 51, 102, 153, 204, 255);
    byte[] labels = idx(0x801, new int[] {1}, 0);
    for (String part : List.of("train", "test")) {
      Files.write(directory.resolve("emnist-letters-" + part + "-images-idx3-ubyte"), images);
      Files.write(directory.resolve("emnist-letters-" + part + "-labels-idx1-ubyte"), labels);
    }
    IdxFiles.Settings settings = new IdxFiles.Settings(directory, "emnist-letters", true);
    DataSet data = new IdxFiles(settings, mapping()).load();
    assertThat(data.shape()).containsExactly(1, 3, 2);
    assertThat(Fixtures.read(data.training(), 0, 6))
        .containsExactly(0f, 0.6f, 0.2f, 0.8f, 0.4f, 1f);
    Files.delete(directory.resolve("emnist-letters-test-labels-idx1-ubyte"));
    assertThatThrownBy(() -> new IdxFiles(settings, mapping()).load())
        .hasMessageContaining("neither emnist-letters-test-labels-idx1-ubyte nor");
  }

  @Test
  void filesThatSayTheyBecomeTooLarge() {
    DerivedData narrow = new DerivedData(directory.resolve("cache"), 3, -1);
    assertThatThrownBy(
            () -> new IdxFiles(new IdxFiles.Settings(directory, "", false), narrow).load())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(TEST_IMAGES + ".gz: has 4 bytes when unpacked, but derived data may")
        .hasMessageContaining("PERENNIAL_CACHE_GB");
    assertThat(directory.resolve("cache")).doesNotExist();
  }

  @Test
  void itemsThatAreTooLarge() throws IOException {
    write(IMAGES, idx(0x803, new int[] {3, 40_000, 40_000}, 1));
    refused(IMAGES).hasMessageContaining("announces images of 1600000000 bytes each");
  }

  /** In memory and mapped, which must make no difference. */
  private DataSet load() {
    IdxFiles.Settings settings = new IdxFiles.Settings(directory, "", false);
    DataSet mapped = new IdxFiles(settings, mapping()).load();
    DataSet data = Fixtures.idx(directory).load();
    for (int i = 0; i < data.training().size(); i++) {
      assertThat(Fixtures.read(mapped.training(), i, 4))
          .isEqualTo(Fixtures.read(data.training(), i, 4));
    }
    assertThat(Fixtures.read(mapped.test(), 0, 4)).isEqualTo(Fixtures.read(data.test(), 0, 4));
    assertThat(Fixtures.labels(mapped.training())).isEqualTo(Fixtures.labels(data.training()));
    return data;
  }

  /** Takes no file into memory. */
  private DerivedData mapping() {
    return new DerivedData(directory.resolve("cache"), 1L << 40, -1);
  }

  private AbstractThrowableAssert<?, ?> refused(String file) {
    Throwable mapped =
        catchThrowable(
            () -> new IdxFiles(new IdxFiles.Settings(directory, "", false), mapping()).load());
    return assertThatThrownBy(() -> Fixtures.idx(directory).load())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory.resolve(file).toString())
        .hasMessage(mapped.getMessage());
  }

  private void write(String name, byte[] content) throws IOException {
    boolean zipped = name.startsWith("t10k");
    Files.write(directory.resolve(zipped ? name + ".gz" : name), content);
  }

  private static byte[] idx(int magic, int[] shape, int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + values.length);
    buffer.putInt(magic);
    Arrays.stream(shape).forEach(buffer::putInt);
    Arrays.stream(values).forEach(value -> buffer.put((byte) value));
    return buffer.array();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
