package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A directory in the binary version of CIFAR-10 or CIFAR-100 (A. Krizhevsky, Learning Multiple
 * Layers of Features from Tiny Images, 2009): each record has its labels, one byte each, and then
 * 32 × 32 pixels, all red ones first, then the green, then the blue.
 *
 * @param directory with the files
 * @param archive where they come from, for messages
 * @param labelBytes how many labels a record has
 * @param labelByte which of them counts
 * @param classes how many there are
 * @param names the file with their names, which may be missing
 */
record Cifar(
    Path directory, String archive, int labelBytes, int labelByte, int classes, String names) {
  private static final long[] SHAPE = {3, 32, 32};
  private static final int PIXELS = 3 * 32 * 32;

  /**
   * Reads the training files one after the other, and the test file.
   *
   * @throws InputException with everything that is wrong with them
   */
  DataSet load(String name, List<String> training, String test) {
    Faults faults = new Faults();
    List<String> all = new ArrayList<>(training);
    all.add(test);
    for (String file : all) {
      check(directory.resolve(file), faults);
    }
    faults.refuse();
    Examples trained = read(training, faults);
    Examples tested = read(List.of(test), faults);
    faults.refuse();
    return new DataSet(name, SHAPE, classNames(), trained, tested);
  }

  private int recordBytes() {
    return labelBytes + PIXELS;
  }

  private void check(Path file, Faults faults) {
    if (!Files.isRegularFile(file)) {
      faults.add(
          "%s: not there. Unpack %s (the binary version) and give the directory with its .bin files."
              .formatted(file, archive));
      return;
    }
    long size = file.toFile().length();
    if (size == 0 || size % recordBytes() != 0) {
      faults.add(
          "%s: %d bytes, not a multiple of the %d that each image has. It is truncated or no file of %s; unpack it again."
              .formatted(file, size, recordBytes(), archive));
    }
  }

  private Examples read(List<String> files, Faults faults) {
    long size = 0;
    for (String file : files) {
      size += directory.resolve(file).toFile().length();
    }
    if (size > Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory())) {
      throw new InputException(
          "%s: %d bytes in %s, more than can be kept in memory. Use fewer images, or a larger heap (-Xmx)."
              .formatted(directory, size, String.join(", ", files)));
    }
    ByteBuffer records = ByteBuffer.allocate((int) size);
    for (String file : files) {
      append(directory.resolve(file), records, faults);
    }
    int[] labels =
        IntStream.range(0, records.position() / recordBytes())
            .map(record -> records.get(record * recordBytes() + labelByte) & 0xFF)
            .toArray();
    return ByteExamples.of(Segments.of(records.array(), recordBytes()), labelBytes, labels, 255);
  }

  private void append(Path file, ByteBuffer records, Faults faults) {
    int first = records.position();
    int end = first;
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      end = first + (int) channel.size();
      // In pieces, because the JDK makes a native buffer as large as what is asked for at once.
      int read = 0;
      while (read >= 0 && records.position() < end) {
        read = channel.read(records.limit(Math.min(end, records.position() + (1 << 16))));
      }
    } catch (IOException e) {
      faults.add("%s: cannot be read (%s). Check its permissions and its disk.".formatted(file, e));
      return;
    }
    for (int at = first; at < end; at += recordBytes()) {
      int label = records.get(at + labelByte) & 0xFF;
      if (label >= classes) {
        faults.add(
            "%s, image %d: label %d, but the labels of %s are 0 to %d. The file is damaged; unpack it again."
                .formatted(file, (at - first) / recordBytes() + 1, label, archive, classes - 1));
      }
    }
  }

  /** Those in the file, or numbers where there is none. */
  private List<String> classNames() {
    Path file = directory.resolve(names);
    if (!Files.exists(file)) {
      return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }
    List<String> found;
    try {
      found = Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read as text (%s). Unpack it again, or delete it: the classes are then called by their numbers."
              .formatted(file, e),
          e);
    }
    if (found.size() != classes) {
      throw new InputException(
          "%s: %d names, but there are %d classes. Unpack it again, or delete it: the classes are then called by their numbers."
              .formatted(file, found.size(), classes));
    }
    return found;
  }
}
