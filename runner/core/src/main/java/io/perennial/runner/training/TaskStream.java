package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.config.RunConfiguration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tasks in the order they are learned, with classes renumbered in the order they appear, so
 * that the classes seen so far are always the first columns of the logits.
 */
public final class TaskStream {
  private static final int NONE = -1;

  private final List<Task> tasks;
  private final int[] classesAfter;
  private final ClassNames names;
  private final BitSet ends;

  private TaskStream(List<Task> tasks, ClassNames names, BitSet ends) {
    this.tasks = List.copyOf(tasks);
    this.names = names;
    this.ends = ends;
    this.classesAfter = new int[tasks.size()];
    int classes = 0;
    for (int t = 0; t < classesAfter.length; t++) {
      for (int label : tasks.get(t).classes()) {
        classes = Math.max(classes, label + 1);
      }
      classesAfter[t] = classes;
    }
  }

  /** Arranges the tasks of a scenario whose classes have no names. */
  public static TaskStream of(List<Task> tasks, int[] order) {
    return of(tasks, order, List.of());
  }

  /**
   * A stream of tasks that were learned before.
   *
   * @param tasks in the order they were learned, their classes numbered as columns of the logits
   * @param classNames of the columns
   * @param last the positions of the tasks that ended what was learned at one time
   */
  public static TaskStream learned(List<Task> tasks, List<String> classNames, BitSet last) {
    return new TaskStream(tasks, new ClassNames(classNames, true), last);
  }

  /**
   * Arranges a scenario's tasks.
   *
   * @param labelNames the classes' names by label; empty if they have none but their numbers
   * @param order a permutation of the tasks' indices
   * @throws IllegalArgumentException if it is none: a mistake of the {@code TaskOrder}
   */
  public static TaskStream of(List<Task> tasks, int[] order, List<String> labelNames) {
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
    List<String> byColumn =
        columns.keySet().stream()
            .map(label -> label < labelNames.size() ? labelNames.get(label) : label.toString())
            .toList();
    return new TaskStream(arranged, new ClassNames(byColumn, !labelNames.isEmpty()), new BitSet());
  }

  /**
   * This stream with another one behind it, learned later. A class of a name that is known is the
   * known one. Classes without names are told apart by their numbers where all tasks share their
   * classes, and are new ones elsewhere.
   *
   * @throws InputException if its examples have another shape
   */
  public TaskStream then(TaskStream next, Setting setting) {
    boolean byName = next.names.given || setting == Setting.DOMAIN_INCREMENTAL;
    List<String> all = new ArrayList<>(names.names);
    Map<Integer, Integer> columns = new LinkedHashMap<>();
    for (int c = 0; c < next.names.names.size(); c++) {
      String name = next.names.names.get(c);
      int known = byName ? names.names.indexOf(name) : NONE;
      columns.put(c, known == NONE ? all.size() : known);
      if (known == NONE) {
        all.add(name);
      }
    }
    List<Task> joined = new ArrayList<>(tasks);
    Set<String> taken = new HashSet<>(tasks.stream().map(Task::name).toList());
    for (Task task : next.tasks) {
      if (!tasks.isEmpty() && !Arrays.equals(task.shape(), tasks.get(0).shape())) {
        throw new InputException(
            "task '%s': its examples have the shape %s, but the model was taught with %s. Bring them to that shape."
                .formatted(
                    task.name(),
                    Arrays.toString(task.shape()),
                    Arrays.toString(tasks.get(0).shape())));
      }
      joined.add(named(renumber(task, joined.size(), columns), untaken(task.name(), taken)));
    }
    BitSet breaks = (BitSet) ends.clone();
    if (!tasks.isEmpty()) {
      breaks.set(tasks.size() - 1);
    }
    return new TaskStream(joined, new ClassNames(all, true), breaks);
  }

  private static String untaken(String name, Set<String> taken) {
    String free = name;
    for (int again = 2; !taken.add(free); again++) {
      free = name + " (" + again + ")";
    }
    return free;
  }

  private static Task named(Task task, String name) {
    return new Task(
        task.index(),
        name,
        task.shape(),
        task.classes(),
        task.training(),
        task.validation(),
        task.test());
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
    if (count == 0) {
      return this;
    }
    ClassNames known = new ClassNames(names.names.subList(0, classesAfter(count - 1)), names.given);
    return new TaskStream(tasks.subList(0, count), known, ends.get(0, count));
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
          new TaskStream(tasks.stream().map(TaskStream::testedByValidation).toList(), names, ends);
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

  /** The names of the classes, by column of the logits; a number where there is no name. */
  public List<String> classNames() {
    return names.names;
  }

  /** Whether what was learned at one time ended with a task, and the next was learned later. */
  public boolean endsWith(int task) {
    return ends.get(task);
  }

  /** The number of classes seen when task t has arrived. */
  public int classesAfter(int t) {
    return classesAfter[t];
  }

  /**
   * Names by column.
   *
   * @param given whether they are the data's own, not made of numbers
   */
  private record ClassNames(List<String> names, boolean given) {
    ClassNames {
      names = List.copyOf(names);
    }
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

      @Override
      public void content(int index, int width, Content content) {
        examples.content(index, width, content);
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
