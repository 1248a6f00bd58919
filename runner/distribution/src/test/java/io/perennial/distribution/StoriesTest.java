package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A memory network learns three tasks of stories that bring new words and new answers. */
class StoriesTest {
  private static final List<String> PEOPLE = List.of("Ada", "Bob", "Cleo");
  private static final List<List<String>> PLACES =
      List.of(List.of("attic", "barn"), List.of("cellar", "den"), List.of("attic", "tower"));

  @TempDir Path directory;

  /** Who went where; the answer is where the one who is asked for went last. */
  @BeforeEach
  void write() throws IOException {
    for (int task = 0; task < PLACES.size(); task++) {
      StringBuilder text = new StringBuilder();
      for (int story = 0; story < 30; story++) {
        String person = PEOPLE.get(story % 3);
        String other = PEOPLE.get((story + 1) % 3);
        String place = PLACES.get(task).get(story / 3 % 2);
        String elsewhere = PLACES.get(task).get(story / 6 % 2);
        text.append("1 ").append(other).append(" went to the ").append(elsewhere).append(".\n");
        text.append("2 ").append(person).append(" went to the ").append(place).append(".\n");
        text.append("3 Where is ").append(person).append("?\t").append(place).append("\t2\n");
      }
      for (String part : List.of("train", "test")) {
        Files.writeString(directory.resolve("qa%d_places_%s.txt".formatted(task + 1, part)), text);
      }
    }
  }

  private String yaml(String pipeline, String setting, String strategy) {
    return """
        name: stories
        pipeline: %s
        scenario: {type: babi, stories: {path: "%s", tasks: [1, 2, 3]}, setting: %s}
        model: {type: memory-network, dimension: 8, hops: 2}
        training: {iterations: 60, batchSize: 10, optimizer: {type: adam, learningRate: 0.03}}
        strategies: [%s]
        """
        .formatted(pipeline, directory, setting, strategy);
  }

  private RunResult run(Perennial perennial, String yaml, String out) {
    RunResult result =
        perennial.run(perennial.parse(yaml), RunOptions.into(directory.resolve(out))).runs().get(0);
    assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
    return result;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: naive}|0.3|0.6",
        "{type: ewc, lambda: 10}|0.3|1",
        "{type: ewc, fisher: exact, online: true}|0.3|1",
        "{type: joint}|0.9|1",
        "{type: experience-replay, memory: 60, mass: 2}|0.9|1",
        "{type: experience-replay, memory: 60, fill: every-step, selection: class-balanced}|0.7|1",
      })
  void wordsAndAnswersGrowWithTheTasks(String strategy, double least, double most) {
    try (Perennial perennial = Perennial.start(1)) {
      RunResult result =
          run(perennial, yaml("knowledge-retention", "class-incremental", strategy), "out");
      // Three tables of 8 numbers a word, an answer is one row: 2 new words and answers, then 1.
      List<Long> parameters = new ArrayList<>(result.parameters());
      assertThat(parameters.get(1) - parameters.get(0)).isEqualTo((3 * 2 + 2) * 8);
      assertThat(parameters.get(2) - parameters.get(1)).isEqualTo((3 + 1) * 8);
      assertThat(result.accuracy().at(2, 2)).isGreaterThan(0.9);
      double average = 0;
      for (int task = 0; task < 3; task++) {
        average += result.accuracy().at(2, task) / 3;
      }
      assertThat(average).isBetween(least, most);
    }
  }

  @Test
  void oneNetworkATaskGrowsToo() {
    try (Perennial perennial = Perennial.start(1)) {
      RunResult result =
          run(
              perennial,
              yaml("model-expansion", "task-incremental", "{type: independent}"),
              "independent");
      for (int task = 0; task < 3; task++) {
        assertThat(result.accuracy().at(2, task)).isGreaterThan(0.9);
      }
    }
  }

  @Test
  void threadsShowInNoBit() {
    String yaml =
        yaml("knowledge-retention", "class-incremental", "{type: experience-replay, memory: 40}");
    List<String> hashes = new ArrayList<>();
    for (int threads = 1; threads <= 2; threads++) {
      try (Perennial perennial = Perennial.start(threads)) {
        hashes.add(run(perennial, yaml, "threads-" + threads).parametersSha256());
      }
    }
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "knowledge-retention|{type: generative-replay}|numbers of words, which have no values",
        "model-expansion|{type: expert-gate}|numbers of words, which say nothing by their size",
        "model-expansion|{type: net2net}|this model cannot be made wider",
        "model-expansion|{type: progressive-network}|this model is a MemoryNetwork",
      })
  void whatCannotWorkOnWordsIsRefused(String pipeline, String strategy, String reason) {
    try (Perennial perennial = Perennial.start(1)) {
      Path out = directory.resolve("refused");
      assertThatThrownBy(
              () ->
                  perennial.run(
                      perennial.parse(yaml(pipeline, "task-incremental", strategy)),
                      RunOptions.into(out)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(reason);
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void picturesAreNoStories() {
    String yaml =
        """
        name: no-stories
        pipeline: knowledge-retention
        scenario: {type: split, dataset: {type: digits}, tasks: 2}
        model: {type: memory-network}
        """;
    try (Perennial perennial = Perennial.start(1)) {
      assertThatThrownBy(() -> perennial.check(perennial.parse(yaml)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("[1, 8, 8]");
    }
  }

  /** Texts of a CSV file, split by class: a network without a story to look at. */
  @Test
  void labelledTextsAreLearned() throws IOException {
    StringBuilder csv = new StringBuilder("label,text\n");
    List<String> subjects = List.of("sea", "wood", "town", "hill");
    for (int row = 0; row < 48; row++) {
      String subject = subjects.get(row % 4);
      csv.append(subject).append(",\"We saw the ").append(subject).append(", day ").append(row);
      csv.append("\"\n");
    }
    Path file = Files.writeString(directory.resolve("texts.csv"), csv);
    String yaml =
        """
        name: texts
        pipeline: knowledge-retention
        scenario:
          type: split
          dataset: {type: text, path: "%s", test: "%s"}
          tasks: 2
          setting: class-incremental
        model: {type: memory-network, dimension: 8}
        training: {iterations: 60, batchSize: 8, optimizer: {type: adam, learningRate: 0.03}}
        strategies: [{type: experience-replay, memory: 20}]
        """
            .formatted(file, file);
    try (Perennial perennial = Perennial.start(1)) {
      RunResult result = run(perennial, yaml, "texts");
      assertThat(result.accuracy().at(1, 0)).isGreaterThan(0.9);
      assertThat(result.accuracy().at(1, 1)).isGreaterThan(0.9);
    }
  }
}
