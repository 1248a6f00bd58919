package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.Task;
import io.perennial.runner.config.RunConfiguration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tasks in the order they are learned, with classes renumbered in the order they appear, so
 * that the classes seen so far are always the first columns of the logits.
 */
public final class TaskStream {
  private static final int NONE = -1;

  private final List<Task> tasks;
  private final int[] classesAfter;

  private TaskStream(List<Task> tasks) {
    this.tasks = List.copyOf(tasks);
    this.classesAfter = new int[tasks.size()];
    int classes = 0;
    for (int t = 0; t < classesAfter.length; t++) {
      for (int label : tasks.get(t).classes()) {
        classes = Math.max(classes, label + 1);
      }
      classesAfter[t] = classes;
    }
  }

  /**
   * Arranges a scenario's tasks.
   *
   * @param order a permutation of the tasks' indices
   * @throws IllegalArgumentException if it is none: a mistake of the {@code TaskOrder}
   */
  public static TaskStream of(List<Task> tasks, int[] order) {
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    boolean permutation = sorted.length == tasks.size();
    for (int i = 0; permutation && i < sorted.length; i++) {
      permutation = sorted[i] == i;
    }
    if (!permutation) {
      throw new IllegalArgumentException(
          "The task order must name each of the "
              + tasks.size()
              + " tasks once, but it answered "
              + Arrays.toString(order));
    }
    Map<Integer, Integer> columns = new LinkedHashMap<>();
    List<Task> arranged = new ArrayList<>();
    for (int position : order) {
      Task task = tasks.get(position);
      for (int label : task.classes()) {
        columns.putIfAbsent(label, columns.size());
      }
      arranged.add(renumber(task, arranged.size(), columns));
    }
    return new TaskStream(arranged);
  }

  /**
   * The beginning of the stream.
   *
   * @param count how many tasks; 0 for all
   * @throws InputException if there are not so many
   */
  public TaskStream first(int count) {
    if (count > tasks.size()) {
      throw new InputException(
          "firstTasks: %d of the stream's tasks cannot be learned, it has %d. Give at most that, or 0 for all."
              .formatted(count, tasks.size()));
    }
    return count == 0 ? this : new TaskStream(tasks.subList(0, count));
  }

  /**
   * The stream with what accuracies are measured on as its test examples.
   *
   * @throws InputException if a task has no such examples
   */
  public TaskStream measuredOn(RunConfiguration.MeasureOn measureOn) {
    return switch (measureOn) {
      case TEST -> this;
      case VALIDATION ->
          new TaskStream(tasks.stream().map(TaskStream::testedByValidation).toList());
    };
  }

  private static Task testedByValidation(Task task) {
    if (task.validation().size() == 0) {
      throw new InputException(
          "measureOn: task '%s' has no validation examples to measure on. Hold some out with the scenario's 'validation', or measure on test."
              .formatted(task.name()));
    }
    return new Task(
        task.index(),
        task.name(),
        task.shape(),
        task.classes(),
        task.training(),
        task.validation(),
        task.validation());
  }

  /** The tasks, in the order they are learned; their indices are their positions. */
  public List<Task> tasks() {
    return tasks;
  }

  /** The number of tasks, T. */
  public int size() {
    return tasks.size();
  }

  /** The number of classes seen when task t has arrived. */
  public int classesAfter(int t) {
    return classesAfter[t];
  }

  private static Task renumber(Task task, int index, Map<Integer, Integer> columns) {
    int[] classes =
        Arrays.stream(task.classes()).map(label -> column(columns, label)).sorted().toArray();
    return new Task(
        index,
        task.name(),
        task.shape(),
        classes,
        renumber(task.training(), columns),
        renumber(task.validation(), columns),
        renumber(task.test(), columns));
  }

  private static Examples renumber(Examples examples, Map<Integer, Integer> columns) {
    int largest = columns.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
    int[] table = new int[largest + 1];
    Arrays.fill(table, NONE);
    columns.forEach((label, column) -> table[label] = column);
    return new Examples() {
      @Override
      public int size() {
        return examples.size();
      }

      @Override
      public int label(int index) {
        int label = examples.label(index);
        int column = label >= 0 && label < table.length ? table[label] : NONE;
        if (column == NONE) {
          throw new IllegalStateException(
              "Example "
                  + index
                  + " is of class "
                  + label
                  + ", which is among the classes of no task so far");
        }
        return column;
      }

      @Override
      public void read(int index, float[] destination, int offset) {
        examples.read(index, destination, offset);
      }
    };
  }

  private static int column(Map<Integer, Integer> columns, int label) {
    Integer column = columns.get(label);
    if (column == null) {
      throw new IllegalStateException("class " + label + " was not numbered");
    }
    return column;
  }
}
