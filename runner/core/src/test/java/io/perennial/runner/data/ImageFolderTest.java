package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void write() throws IOException {
    root = temporary.resolve("pets");
    save(root.resolve("train/cat/1.png"), colours(2, 2, 0xFF0000, 0x00FF00, 0x0000FF, 0x336699));
    save(root.resolve("train/dog/1.PNG"), greys(2, 2, 0, 51, 102, 255));
    save(root.resolve("test/dog/9.png"), greys(2, 2, 255, 255, 0, 0));
  }

  @Test
  void keepsColoursAndGreysExactly() throws IOException {
    Files.writeString(root.resolve("train/cat/.hidden"), "passed over");
    DataSet data = load(2, 2, true);
    assertThat(data.name()).isEqualTo("pets");
    assertThat(data.shape()).containsExactly(3, 2, 2);
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(Fixtures.labels(data.training())).containsExactly(0, 1);
    assertThat(Fixtures.labels(data.test())).containsExactly(1);
    assertThat(Fixtures.read(data.training(), 0, 12))
        .containsExactly(1f, 0, 0, 0.2f, 0, 1f, 0, 0.4f, 0, 0, 1f, 0.6f);
    assertThat(Fixtures.read(data.training(), 1, 12))
        .containsExactly(0, 0.2f, 0.4f, 1, 0, 0.2f, 0.4f, 1, 0, 0.2f, 0.4f, 1);
  }

  @Test
  void makesGreyByTheWeightsOfTheEye() {
    DataSet data = load(2, 2, false);
    assertThat(data.shape()).containsExactly(1, 2, 2);
    assertThat(Fixtures.read(data.training(), 0, 4))
        .containsExactly(
            76 / 255f,
            150 / 255f,
            29 / 255f,
            Math.round(0.299 * 51 + 0.587 * 102 + 0.114 * 153) / 255f);
    assertThat(Fixtures.read(data.training(), 1, 4)).containsExactly(0, 0.2f, 0.4f, 1);
  }

  @Test
  void resizesByMeansOfAreas() throws IOException {
    save(root.resolve("train/dog/1.PNG"), greys(4, 2, 0, 100, 200, 40, 20, 80, 200, 240));
    DataSet smaller = load(1, 2, false);
    assertThat(Fixtures.read(smaller.training(), 1, 2)).containsExactly(50 / 255f, 170 / 255f);
    DataSet larger = load(4, 8, false);
    float[] image = Fixtures.read(larger.training(), 1, 32);
    assertThat(Arrays.copyOf(image, 8))
        .containsExactly(
            0, 0, 100 / 255f, 100 / 255f, 200 / 255f, 200 / 255f, 40 / 255f, 40 / 255f);
    // Brightness is kept by any size.
    for (int[] size : new int[][] {{1, 1}, {3, 5}, {7, 2}}) {
      DataSet data = load(size[0], size[1], false);
      double sum = 0;
      for (float value : Fixtures.read(data.training(), 1, size[0] * size[1])) {
        sum += value;
      }
      assertThat(sum / size[0] / size[1]).isCloseTo(110 / 255.0, Offset.offset(0.5 / 255));
    }
  }

  @Test
  void allKindsOfPixels() throws IOException {
    BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    transparent.setRGB(0, 0, 0x80FF0000);
    save(root.resolve("train/cat/a.png"), transparent);
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x3333);
    save(root.resolve("train/cat/b.png"), deep);
    BufferedImage indexed = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.setRGB(0, 0, 0x00FF00);
    save(root.resolve("train/cat/c.png"), indexed);
    BufferedImage binary = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_BINARY);
    binary.setRGB(0, 0, 0xFFFFFF);
    save(root.resolve("train/cat/d.png"), binary);
    DataSet data = load(1, 1, true);
    assertThat(Fixtures.read(data.training(), 1, 3)).containsExactly(128 / 255f, 0, 0);
    assertThat(Fixtures.read(data.training(), 2, 3)).containsExactly(0.2f, 0.2f, 0.2f);
    assertThat(Fixtures.read(data.training(), 3, 3)).containsExactly(0, 1, 0);
    assertThat(Fixtures.read(data.training(), 4, 3)).containsExactly(1, 1, 1);
  }

  @Test
  void readsJpeg() throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0xC86432);
    }
    save(root.resolve("train/cat/1.jpeg"), image);
    float[] pixel = Fixtures.read(load(1, 1, true).training(), 0, 3);
    // 1.jpeg comes before 1.png.
    assertThat(pixel[0]).isCloseTo(200 / 255f, Offset.offset(0.02f));
    assertThat(pixel[1]).isCloseTo(100 / 255f, Offset.offset(0.02f));
    assertThat(pixel[2]).isCloseTo(50 / 255f, Offset.offset(0.02f));
  }

  @Test
  void holdsOutAShareWithoutATestDirectory() throws IOException {
    for (int i = 0; i < 10; i++) {
      save(temporary.resolve("flat/a/" + i + ".png"), greys(1, 1, i));
      save(temporary.resolve("flat/b/" + i + ".png"), greys(1, 1, 100 + i));
    }
    root = temporary.resolve("flat");
    DataSet data = load(1, 1, false);
    assertThat(data.training().size()).isEqualTo(16);
    assertThat(Fixtures.labels(data.test())).containsExactly(0, 0, 1, 1);
  }

  @Test
  void filesThatAreNoImages() throws IOException {
    Files.writeString(root.resolve("train/cat/2.png"), "this is text");
    Files.createFile(root.resolve("train/cat/3.jpg"));
    byte[] png = Files.readAllBytes(root.resolve("test/dog/9.png"));
    Files.write(root.resolve("train/dog/4.png"), Arrays.copyOf(png, 45));
    save(root.resolve("train/dog/5.bmp"), greys(1, 1, 1));
    Files.move(root.resolve("train/dog/5.bmp"), root.resolve("train/dog/5.png"));
    Files.write(root.resolve("train/dog/6.png"), bomb());
    assertThatThrownBy(() -> load(2, 2, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(root.resolve("train/cat/2.png") + ": is no image. Replace it")
        .hasMessageContaining(root.resolve("train/cat/3.jpg") + ": is no image")
        .hasMessageContaining(root.resolve("train/dog/4.png").toString())
        .hasMessageContaining(root.resolve("train/dog/5.png") + ": is a bmp image. Convert it")
        .hasMessageContaining("6.png: 100000 x 100000 pixels; an image may have 50000000 at most");
  }

  @Test
  void everyTruncationOfAnImageIsNoticed() throws IOException {
    BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 1600; i++) {
      image.setRGB(i % 40, i / 40, i * 7919);
    }
    for (String name : List.of("x.png", "x.jpg")) {
      Path file = root.resolve("train/cat").resolve(name);
      save(file, image);
      byte[] whole = Files.readAllBytes(file);
      assertThat(load(4, 4, true).training().size()).isEqualTo(3);
      for (int length = 0; length < whole.length - 20; length += 97) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> load(4, 4, true))
            .as("%s cut to %d of %d", name, length, whole.length)
            .isInstanceOf(InputException.class)
            .hasMessageContaining(file.toString());
      }
      Files.delete(file);
    }
  }

  @Test
  void whatDoesNotBelongThere() throws IOException {
    Files.writeString(root.resolve("train/notes.txt"), "x");
    Files.writeString(root.resolve("train/cat/notes.txt"), "x");
    Files.createDirectories(root.resolve("train/cat/inner"));
    Files.createDirectories(root.resolve("train/empty"));
    save(root.resolve("test/fox/1.png"), greys(1, 1, 0));
    assertThatThrownBy(() -> load(2, 2, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(root.resolve("train/notes.txt") + ": a file beside the classes'")
        .hasMessageContaining(root.resolve("train/cat/notes.txt") + ": no PNG or JPEG file")
        .hasMessageContaining(root.resolve("train/cat/inner") + ": no PNG or JPEG file")
        .hasMessageContaining(root.resolve("train/empty") + ": holds no images")
        .hasMessageContaining(root.resolve("test/fox") + ": a class that");
  }

  @Test
  void directoriesThatDoNotFit() throws IOException {
    root = temporary.resolve("none");
    assertThatThrownBy(() -> load(2, 2, true)).hasMessageContaining(root + " does not exist");
    Files.createDirectories(root);
    assertThatThrownBy(() -> load(2, 2, true)).hasMessageContaining(root + ": has no directories");
    Files.createDirectories(root.resolve("train"));
    assertThatThrownBy(() -> load(2, 2, true)).hasMessageContaining("has 'train' but no 'test'");
  }

  @Test
  void linksThatLeaveTheDirectory() throws IOException {
    Path outside = temporary.resolve("outside.png");
    save(outside, greys(2, 2, 1, 2, 3, 4));
    Files.createSymbolicLink(root.resolve("train/cat/2.png"), root.resolve("train/cat/1.png"));
    assertThat(load(2, 2, true).training().size()).isEqualTo(3);
    Files.createSymbolicLink(root.resolve("train/cat/3.png"), outside);
    Files.createSymbolicLink(root.resolve("train/far"), temporary);
    Files.createSymbolicLink(root.resolve("train/cat/4.png"), Path.of("nowhere.png"));
    assertThatThrownBy(() -> load(2, 2, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(root.resolve("train/cat/3.png") + ": a link to " + outside)
        .hasMessageContaining(root.resolve("train/far") + ": a link to ")
        .hasMessageContaining(root.resolve("train/cat/4.png") + ": a link that leads nowhere");
  }

  private DataSet load(int height, int width, boolean colour) {
    return new ImageFolder(
            new ImageFolder.Settings(root, List.of(height, width), colour, 0.2),
            new RandomSource(1),
            new DerivedData(temporary.resolve("cache"), 1 << 20, -1))
        .load();
  }

  /** A PNG of a few bytes that says it has 10^10 pixels. */
  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII));
    header.putInt(100_000).putInt(100_000).put(new byte[] {8, 0, 0, 0, 0});
    CRC32 checksum = new CRC32();
    checksum.update(header.array());
    ByteBuffer chunk = ByteBuffer.allocate(25);
    chunk.putInt(13).put(header.array()).putInt((int) checksum.getValue());
    bytes.write(chunk.array());
    return bytes.toByteArray();
  }

  private static BufferedImage colours(int width, int height, int... pixels) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    return image;
  }

  private static BufferedImage greys(int width, int height, int... pixels) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, width, height, pixels);
    return image;
  }

  private static void save(Path file, BufferedImage image) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    String format = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
  }
}
