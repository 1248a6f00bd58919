package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** run, predict, continue and export, one after the other, as at a prompt. */
class ServingCommandsTest {
  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(Object... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Main.commandLine(new Main());
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return command.execute(texts);
  }

  private static byte[] idx(int magic, int[] sizes, byte[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + values.length).putInt(magic);
    for (int size : sizes) {
      bytes.putInt(size);
    }
    return bytes.put(values).array();
  }

  /** Two classes of images, bright above or below; of labels from {@code first} on. */
  private Path data(String name, int first) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(name));
    int count = 64;
    byte[] pixels = new byte[count * 4 * 3];
    byte[] labels = new byte[count];
    for (int n = 0; n < count; n++) {
      labels[n] = (byte) (first + n % 2);
      for (int i = 0; i < 6; i++) {
        pixels[n * 12 + (n % 2) * 6 + i] = (byte) (200 + (n + i) % 50);
      }
    }
    for (String part : List.of("train", "t10k")) {
      Files.write(
          folder.resolve(part + "-images-idx3-ubyte"), idx(0x803, new int[] {count, 4, 3}, pixels));
      Files.write(
          folder.resolve(part + "-labels-idx1-ubyte"), idx(0x801, new int[] {count}, labels));
    }
    return folder;
  }

  private String yaml(Path data, String setting) {
    return """
        name: bright
        pipeline: knowledge-retention
        scenario: {type: split, dataset: {type: idx, path: '%s'}, tasks: 1, setting: %s}
        model: {type: mlp, hidden: [8]}
        training: {epochs: 15, batchSize: 8, optimizer: {type: sgd, learningRate: 0.3}}
        """
        .formatted(data.toAbsolutePath(), setting);
  }

  private static Writer fullDisk() {
    return new Writer() {
      @Override
      public void write(char[] text, int from, int length) throws IOException {
        throw new IOException("No space left on device");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void aModelsLife() throws IOException {
    Path data = data("first", 0);
    Path config = directory.resolve("config.yaml");
    Files.writeString(config, yaml(data, "class-incremental"));
    Path run = directory.resolve("run");
    assertThat(execute("run", config, "--out", run, "-q", "--threads", 1)).isZero();
    Path images = data.resolve("t10k-images-idx3-ubyte");

    assertThat(execute("predict", run, images)).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(65);
    assertThat(lines.get(0)).isEqualTo("label,p(0),p(1)");
    assertThat(lines.get(1)).matches("0,0\\.9\\d{5},0\\.0\\d{5}");
    assertThat(lines.get(2)).matches("1,0\\.0\\d{5},0\\.9\\d{5}");

    // Another pair of classes: the network has four outputs, and knows all of them.
    Path tasks = directory.resolve("tasks.yaml");
    Path second = data("second", 2);
    Files.writeString(
        tasks,
        "scenario: {type: split, dataset: {type: idx, path: second}, tasks: 1, setting: class-incremental}\ntraining: {epochs: 1}\n");
    assertThat(execute("continue", run, tasks, "-q")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("Test accuracy")
        .contains("2/3")
        .contains("Results: " + run);
    assertThat(run.resolve("MODEL.md"))
        .content()
        .contains("# bright", "taught 2 tasks", "| 2/3 | 2, 3 | 64 |", "`continued-1.yaml`")
        .contains("perennial predict . DATA\n");

    Path answers = directory.resolve("answers.jsonl");
    assertThat(execute("predict", run, images, "--as", "jsonl", "--out", answers)).isZero();
    assertThat(Files.readAllLines(answers)).hasSize(64);
    assertThat(Files.readAllLines(answers).get(0))
        .matches("\\{\"label\":\"\\d\",\"probabilities\":\\{\"0\":\"?0\\.\\d{6}\"?,.*\\}\\}");

    assertThat(execute("export", run)).isZero();
    assertThat(run.resolve("model.onnx")).isNotEmptyFile();
    assertThat(execute("export", run)).isEqualTo(2);
    assertThat(err.toString()).contains("is there already");
    assertThat(execute("export", run, "--format", "safetensors")).isZero();
    assertThat(run.resolve("model.safetensors")).isNotEmptyFile();

    // An output that fails without saying so.
    CommandLine full = Main.commandLine(new Main());
    full.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(fullDisk()));
    assertThat(full.execute("predict", run.toString(), images.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("The answers could not be written: the output is closed or its disk is full");

    // What is no file of images leaves nothing behind.
    Path bad = directory.resolve("bad.idx");
    byte[] whole = Files.readAllBytes(images);
    Files.write(bad, Arrays.copyOf(whole, whole.length - 5));
    Path none = directory.resolve("none.csv");
    assertThat(execute("predict", run, bad, "--out", none)).isEqualTo(2);
    assertThat(err.toString()).contains("truncated: 64 images are announced");
    assertThat(none).doesNotExist();
    assertThat(execute("predict", run, second)).isEqualTo(2);
    assertThat(err.toString()).contains("is a directory");
    assertThat(execute("predict", directory, images)).isEqualTo(2);
    assertThat(err.toString()).contains("there is no history.json");
  }

  @Test
  void aTaskIsAskedForWhereItMustBeKnown() throws IOException {
    Path data = data("first", 0);
    Path config = directory.resolve("config.yaml");
    Files.writeString(config, yaml(data, "task-incremental"));
    Path run = directory.resolve("run");
    assertThat(execute("run", config, "--out", run, "-q", "--threads", 1)).isZero();
    Path images = data.resolve("t10k-images-idx3-ubyte");
    assertThat(execute("predict", run, images)).isEqualTo(2);
    assertThat(err.toString()).contains("--task").contains("1 '0/1'");
    assertThat(execute("predict", run, images, "--task", "0/1")).isZero();
    assertThat(execute("predict", run, images, "--task", 2)).isEqualTo(2);
    assertThat(err.toString()).contains("There is no task '2'; those learned are: 0/1");
    assertThat(execute("export", run)).isEqualTo(2);
    assertThat(execute("export", run, "--task", 1)).isZero();
  }

  @Test
  void aRunThatWouldNotFitIsRefusedWithTheEstimate() throws IOException {
    Path config = directory.resolve("config.yaml");
    Files.writeString(config, yaml(data("first", 0), "class-incremental"));
    Path run = directory.resolve("run");
    assertThat(execute("run", config, "--out", run, "-q", "--memory", "1m")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--memory: about")
        .contains("1.0 MiB are allowed")
        .contains("for batches in the network")
        .contains("for what strategies keep");
    assertThat(run).doesNotExist();
    assertThat(execute("run", config, "--out", run, "--memory", "lots")).isEqualTo(2);
    assertThat(err.toString()).contains("'lots' is no size");
    assertThat(execute("run", config, "--out", run, "-q", "--memory", "64g")).isZero();
    String history = Files.readString(run.resolve("history.json"));
    Path second = data("second", 2);
    Path images = second.resolve("t10k-images-idx3-ubyte");
    assertThat(execute("continue", run, second, "-q", "--memory", "2m")).isEqualTo(2);
    assertThat(err.toString()).contains("2.0 MiB are allowed");
    assertThat(run.resolve("history.json")).content().isEqualTo(history);
    assertThat(execute("predict", run, images, "--memory", "2m")).isEqualTo(2);
    assertThat(err.toString()).contains("2.0 MiB are allowed");
    assertThat(execute("predict", run, images, "--memory", "64g")).isZero();
    assertThat(execute("continue", run, second, "-q", "--memory", "64g")).isZero();
  }
}
