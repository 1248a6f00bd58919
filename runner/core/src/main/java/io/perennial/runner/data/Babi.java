package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Questions of some bAbI tasks together, as one data set; the scenario of the same name has the
 * tasks one after the other.
 */
@Description(
    value = "questions about short stories, of some of the twenty bAbI tasks together",
    paper = "arXiv 1502.05698")
final class Babi implements DataSource {
  private static final int TASKS = 20;

  private final Settings settings;
  private final Preparation preparation;

  /**
   * Which stories.
   *
   * @param path the directory
   * @param tasks their numbers; empty for all
   * @param sentences the most that a story keeps
   */
  record Settings(
      @Description(
              "directory with qa1_single-supporting-fact_train.txt, qa1_…_test.txt and so on, such"
                  + " as tasks_1-20_v1-2/en")
          Path path,
      @Description(
              value = "numbers of the tasks, in the order wanted; empty for all twenty",
              byDefault = "[]",
              min = 1,
              max = TASKS)
          List<Integer> tasks,
      @Description(
              value = "the most sentences of a story that a question is asked about: the latest",
              byDefault = "50",
              min = 1,
              max = 10_000,
              paper = "arXiv 1503.08895, section 4.2")
          int sentences) {
    /** Refuses a task that is named twice. */
    Settings {
      if (tasks.stream().distinct().count() < tasks.size()) {
        throw new IllegalArgumentException("tasks must name each task once, not " + tasks);
      }
      tasks =
          tasks.isEmpty() ? IntStream.rangeClosed(1, TASKS).boxed().toList() : List.copyOf(tasks);
    }
  }

  @Inject
  Babi(Settings settings, Preparation preparation) {
    this.settings = settings;
    this.preparation = preparation;
  }

  @Override
  public DataSet load() {
    BabiStories stories = BabiStories.read(settings, preparation);
    return new DataSet(
        "bAbI",
        stories.shape(),
        stories.answers(),
        together(stories, BabiStories.BabiTask::training),
        together(stories, BabiStories.BabiTask::test));
  }

  private static Examples together(
      BabiStories stories, Function<BabiStories.BabiTask, Examples> part) {
    List<Examples> parts = stories.tasks().stream().map(part).toList();
    int[] partOf =
        IntStream.range(0, parts.size())
            .flatMap(p -> IntStream.range(0, parts.get(p).size()).map(i -> p))
            .toArray();
    int[] indices =
        parts.stream().flatMapToInt(examples -> IntStream.range(0, examples.size())).toArray();
    return new Examples() {
      @Override
      public int size() {
        return indices.length;
      }

      @Override
      public int label(int index) {
        return parts.get(partOf[index]).label(indices[index]);
      }

      @Override
      public void read(int index, float[] destination, int offset) {
        parts.get(partOf[index]).read(indices[index], destination, offset);
      }

      @Override
      public void content(int index, int width, Content content) {
        parts.get(partOf[index]).content(indices[index], width, content);
      }
    };
  }
}
