package io.perennial.runner;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A stream of one task, made of data that a program holds.
 *
 * @param name of the task
 * @param data its examples and its classes
 * @param setting of the model that is to learn it
 */
record HandedTask(String name, DataSet data, Setting setting) implements Scenario {
  @Override
  public List<Task> tasks() {
    Examples none = data.training().select(new int[0]);
    return List.of(
        new Task(
            0,
            name,
            data.shape(),
            IntStream.range(0, data.classes().size()).toArray(),
            data.training(),
            none,
            data.test()));
  }

  @Override
  public List<String> classNames() {
    return data.classes();
  }
}
