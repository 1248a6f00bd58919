package io.perennial.runner.data;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The bAbI tasks of a directory with one vocabulary and one list of answers, both in the order of
 * the tasks and learned from training files alone. An answer that only test questions have is a
 * class all the same: nobody can learn it, and it is counted as wrong.
 *
 * @param shape of an example, {@code [1 + sentences, words]}
 * @param answers the classes' names
 * @param tasks in the order asked for
 */
record BabiStories(long[] shape, List<String> answers, List<BabiTask> tasks) {
  /**
   * One task.
   *
   * @param name the files' name without what says training or test
   * @param classes of its answers, ascending
   */
  record BabiTask(String name, int[] classes, Examples training, Examples test) {}

  private record Pair(String name, Path training, Path test) {}

  private record Parsed(String name, BabiFile training, BabiFile test) {}

  /**
   * Reads the files.
   *
   * @throws InputException with everything that is wrong with any of them
   */
  static BabiStories read(Babi.Settings selection, Preparation preparation) {
    Faults faults = new Faults();
    List<Parsed> parsed = new ArrayList<>();
    for (Pair pair : find(selection)) {
      parsed.add(
          new Parsed(
              pair.name(),
              BabiFile.read(pair.training(), faults),
              BabiFile.read(pair.test(), faults)));
    }
    faults.refuse();
    return of(parsed, selection.sentences(), preparation);
  }

  private static BabiStories of(List<Parsed> files, int most, Preparation preparation) {
    Optional<TextPreparation> known = preparation.givenText();
    Vocabulary vocabulary =
        new Vocabulary(known.map(TextPreparation::vocabulary).orElse(List.of()));
    Map<String, Integer> answers = new LinkedHashMap<>();
    int memories = 0;
    int words = 1;
    for (Parsed task : files) {
      task.training().sentences().forEach(vocabulary::learn);
      for (BabiFile.Question question : task.training().questions()) {
        vocabulary.learn(question.words());
      }
      for (BabiFile file : List.of(task.training(), task.test())) {
        for (BabiFile.Question question : file.questions()) {
          answers.putIfAbsent(question.answer(), answers.size());
          memories = Math.max(memories, Math.min(most, question.to() - question.from()));
          words = Math.max(words, question.words().size());
        }
        for (List<String> sentence : file.sentences()) {
          words = Math.max(words, sentence.size());
        }
      }
    }
    memories = known.map(TextPreparation::memories).orElse(memories);
    words = known.map(TextPreparation::words).orElse(words);
    preparation.learn(files, new TextPreparation(vocabulary.words(), memories, words));
    List<BabiTask> tasks = new ArrayList<>();
    for (Parsed task : files) {
      TokenExamples training = examples(task.training(), vocabulary, answers, memories, words);
      TokenExamples test = examples(task.test(), vocabulary, answers, memories, words);
      TreeSet<Integer> classes = new TreeSet<>();
      training.examples().forEach(example -> classes.add(example.label()));
      test.examples().forEach(example -> classes.add(example.label()));
      int[] ascending = classes.stream().mapToInt(Integer::intValue).toArray();
      tasks.add(new BabiTask(task.name(), ascending, training, test));
    }
    return new BabiStories(
        new long[] {1 + memories, words}, List.copyOf(answers.keySet()), List.copyOf(tasks));
  }

  private static TokenExamples examples(
      BabiFile file, Vocabulary vocabulary, Map<String, Integer> answers, int memories, int words) {
    List<int[]> sentences = file.sentences().stream().map(vocabulary::numbers).toList();
    List<TokenExamples.Example> examples =
        file.questions().stream()
            .map(
                question ->
                    new TokenExamples.Example(
                        question.from(),
                        question.to(),
                        vocabulary.numbers(question.words()),
                        answers.getOrDefault(question.answer(), -1)))
            .toList();
    return new TokenExamples(sentences, examples, memories, words);
  }

  private static List<Pair> find(Babi.Settings selection) {
    Path directory = selection.path();
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "scenario path: %s %s. Give the directory that holds the bAbI tasks, such as tasks_1-20_v1-2/en."
              .formatted(
                  directory.toAbsolutePath().normalize(),
                  Files.exists(directory) ? "is not a directory" : "does not exist"));
    }
    try (Stream<Path> listed = Files.list(directory)) {
      List<Path> files = listed.sorted().toList();
      Path root = directory.toRealPath();
      Faults faults = new Faults();
      List<Pair> pairs = new ArrayList<>();
      for (int task : selection.tasks()) {
        Path training = find(files, root, directory, task, "_train.txt", faults);
        Path test = find(files, root, directory, task, "_test.txt", faults);
        String name = String.valueOf(training.getFileName()).replaceFirst("_train\\.txt$", "");
        pairs.add(new Pair(name.replaceFirst("_", " "), training, test));
      }
      faults.refuse();
      return pairs;
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be listed: %s. Check that it is readable.".formatted(directory, e), e);
    }
  }

  private static Path find(
      List<Path> files, Path root, Path directory, int task, String end, Faults faults)
      throws IOException {
    List<Path> fitting =
        files.stream()
            .filter(file -> name(file).startsWith("qa" + task + "_") && name(file).endsWith(end))
            .toList();
    Path found = directory.resolve("qa" + task + "_*" + end);
    if (fitting.size() != 1) {
      faults.add(
          "%s: %s. Put the task's file there, one of that name."
              .formatted(found, fitting.isEmpty() ? "is not there" : fitting + " all fit"));
      return found;
    }
    if (!fitting.get(0).toRealPath().startsWith(root)) {
      faults.add(
          "%s: is a link to %s, outside of the directory. Put the file itself there."
              .formatted(fitting.get(0), fitting.get(0).toRealPath()));
    }
    return fitting.get(0);
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
