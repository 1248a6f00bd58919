package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
  private static final int PIXELS = 3072;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    for (int batch = 1; batch <= 5; batch++) {
      write("data_batch_" + batch + ".bin", record(batch, batch), record(0, 0));
    }
    write("test_batch.bin", record(9, 255));
    write("train.bin", record(19, 99, 7), record(3, 42, 8));
    write("test.bin", record(3, 42, 51));
  }

  @Test
  void readsTheBatchesOneAfterTheOther() {
    DataSet data = ten();
    assertThat(data.shape()).containsExactly(3, 32, 32);
    assertThat(Fixtures.labels(data.training())).containsExactly(1, 0, 2, 0, 3, 0, 4, 0, 5, 0);
    assertThat(Fixtures.read(data.training(), 4, PIXELS)).containsOnly(3 / 255f);
    assertThat(Fixtures.labels(data.test())).containsExactly(9);
    assertThat(Fixtures.read(data.test(), 0, PIXELS)).containsOnly(1f);
    assertThat(data.classes()).hasSize(10).startsWith("0");
  }

  @Test
  void keepsTheOrderOfPixels() throws IOException {
    byte[] record = record(1, 0);
    record[1] = 51;
    record[1 + 1024] = 102;
    record[PIXELS] = (byte) 255;
    write("test_batch.bin", record);
    float[] pixels = Fixtures.read(ten().test(), 0, PIXELS);
    assertThat(pixels[0]).isEqualTo(0.2f);
    assertThat(pixels[1024]).isEqualTo(0.4f);
    assertThat(pixels[PIXELS - 1]).isEqualTo(1);
  }

  @Test
  void fineAndCoarseLabels() throws IOException {
    DataSet fine = hundred(Cifar100.Grain.FINE);
    assertThat(Fixtures.labels(fine.training())).containsExactly(99, 42);
    assertThat(Fixtures.read(fine.training(), 1, PIXELS)).containsOnly(8 / 255f);
    assertThat(fine.classes()).hasSize(100);
    Files.write(
        directory.resolve("coarse_label_names.txt"), Collections.nCopies(20, "some animals"));
    DataSet coarse = hundred(Cifar100.Grain.COARSE);
    assertThat(Fixtures.labels(coarse.training())).containsExactly(19, 3);
    assertThat(coarse.classes()).hasSize(20).containsOnly("some animals");
  }

  @Test
  void namesOfTheClasses() throws IOException {
    Path names = directory.resolve("batches.meta.txt");
    Files.writeString(names, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    assertThat(ten().classes()).startsWith("a", "b").hasSize(10);
    Files.writeString(names, "a\nb\n");
    assertThatThrownBy(this::ten).hasMessageContaining(names + ": 2 names, but there are 10");
    Files.write(names, new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
    assertThatThrownBy(this::ten).hasMessageContaining(names + ": cannot be read as text");
  }

  @Test
  void everyMissingOrTruncatedFileIsNamed() throws IOException {
    Files.delete(directory.resolve("data_batch_2.bin"));
    Files.write(directory.resolve("data_batch_4.bin"), new byte[0]);
    Files.write(directory.resolve("test_batch.bin"), Arrays.copyOf(record(1, 1), PIXELS));
    assertThatThrownBy(this::ten)
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory.resolve("data_batch_2.bin") + ": not there. Unpack")
        .hasMessageContaining(directory.resolve("data_batch_4.bin") + ": 0 bytes, not a multiple")
        .hasMessageContaining("test_batch.bin: 3072 bytes, not a multiple of the 3073");
  }

  @Test
  void labelsOutsideTheRange() throws IOException {
    write("data_batch_3.bin", record(1, 0), record(10, 0));
    write("test_batch.bin", record(255, 0));
    assertThatThrownBy(this::ten)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("data_batch_3.bin, image 2: label 10, but the labels of")
        .hasMessageContaining("test_batch.bin, image 1: label 255");
    write("test.bin", record(3, 100, 1));
    assertThatThrownBy(() -> hundred(Cifar100.Grain.FINE))
        .hasMessageContaining("test.bin, image 1: label 100");
  }

  private DataSet ten() {
    return new Cifar10(new Cifar10.Settings(directory)).load();
  }

  private DataSet hundred(Cifar100.Grain grain) {
    return new Cifar100(new Cifar100.Settings(directory, grain)).load();
  }

  private void write(String name, byte[]... records) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] record : records) {
      bytes.writeBytes(record);
    }
    Files.write(directory.resolve(name), bytes.toByteArray());
  }

  private static byte[] record(int label, int pixels) {
    byte[] record = new byte[1 + PIXELS];
    Arrays.fill(record, (byte) pixels);
    record[0] = (byte) label;
    return record;
  }

  private static byte[] record(int coarse, int fine, int pixels) {
    byte[] record = new byte[2 + PIXELS];
    Arrays.fill(record, (byte) pixels);
    record[0] = (byte) coarse;
    record[1] = (byte) fine;
    return record;
  }
}
