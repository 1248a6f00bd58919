package io.perennial.runner.result;

import io.perennial.api.InputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model was taught, and is being taught: all tasks in their order, what they were made from
 * and with which settings. It is written into {@code history.json} before the first task of a
 * generation is learned; how many of the tasks have been learned, the checkpoint tells. With the
 * checkpoint it is all that is needed to use the model or to go on.
 *
 * @param seed of everything random in it
 * @param generations the first run, then each continuation
 */
public record History(long seed, List<Generation> generations) {
  /** The file in the run's directory. */
  public static final String FILE = "history.json";

  private static final int VERSION = 1;

  /** Keeps an unmodifiable copy. */
  public History {
    generations = List.copyOf(generations);
  }

  /**
   * What was taught at one time.
   *
   * @param configuration the file with the settings, in the same directory; empty if a program
   *     handed the tasks over
   * @param shape of an example
   * @param order in which the scenario's tasks were taken, as positions
   * @param tasks those that are learned, in their order
   * @param classNames the classes' names by column of the logits, those of earlier generations
   *     included
   * @param dataSha256 a fingerprint of the tasks' data
   * @param settingsSha256 a fingerprint of the settings, but for those of checkpoints
   * @param preparation how data becomes examples; empty if that is not learned from data
   */
  public record Generation(
      String configuration,
      long[] shape,
      int[] order,
      List<TaskEntry> tasks,
      List<String> classNames,
      String dataSha256,
      String settingsSha256,
      Map<String, Object> preparation) {
    /** Keeps unmodifiable copies. */
    public Generation {
      tasks = List.copyOf(tasks);
      classNames = List.copyOf(classNames);
    }
  }

  /**
   * A task.
   *
   * @param name for people
   * @param classes as columns of the logits, ascending
   * @param training how many examples
   * @param validation how many examples
   * @param test how many examples
   */
  public record TaskEntry(String name, int[] classes, int training, int validation, int test) {}

  /** With another generation. */
  public History then(Generation next) {
    List<Generation> all = new ArrayList<>(generations);
    all.add(next);
    return new History(seed, all);
  }

  /** The first generations, as many as have all their tasks among the first ones. */
  public History upTo(int tasksDone) {
    int tasks = 0;
    int count = 0;
    while (count < generations.size()
        && tasks + generations.get(count).tasks().size() <= tasksDone) {
      tasks += generations.get(count++).tasks().size();
    }
    return new History(seed, generations.subList(0, count));
  }

  /**
   * The generation that taught a task, the first of all being number 1; the last for later ones.
   */
  public Generation ofTask(int number) {
    int tasks = 0;
    for (Generation generation : generations) {
      tasks += generation.tasks().size();
      if (number <= tasks) {
        return generation;
      }
    }
    return latest();
  }

  /** The latest generation; there must be one. */
  public Generation latest() {
    return generations.get(generations.size() - 1);
  }

  /** All tasks, in the order they are learned. */
  public List<TaskEntry> tasks() {
    return generations.stream().flatMap(generation -> generation.tasks().stream()).toList();
  }

  /** Writes it into a run's directory. */
  public void write(Path directory) {
    List<Map<String, Object>> all = generations.stream().map(History::json).toList();
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", VERSION);
    json.put("seed", seed);
    json.put("sha256", sha256(all));
    json.put("generations", all);
    AtomicFile.write(directory.resolve(FILE), mapper.writeValueAsBytes(json));
  }

  /**
   * Reads it.
   *
   * @throws InputException if there is none, or it is damaged
   */
  public static History read(Path directory) {
    Path path = directory.resolve(FILE);
    if (!Files.isRegularFile(path)) {
      throw new InputException(
          "%s: there is no %s, so it is not known what was learned there. Give the directory that one run wrote into (of several seeds: that of one, such as %s)."
              .formatted(directory, FILE, directory.resolve("seed-1")));
    }
    JsonFile file = JsonFile.read(path);
    if (file.integer("version") != VERSION) {
      throw file.wrong("version", "%d, but %d is read".formatted(file.integer("version"), VERSION));
    }
    List<Generation> generations =
        file.children("generations").stream().map(History::generation).toList();
    if (!sha256(generations.stream().map(History::json).toList()).equals(file.text("sha256"))) {
      throw file.wrong("sha256", "it is not that of what stands there");
    }
    return new History(file.integer("seed"), generations);
  }

  private static Map<String, Object> json(Generation generation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("configuration", generation.configuration());
    json.put("dataSha256", generation.dataSha256());
    json.put("settingsSha256", generation.settingsSha256());
    json.put("shape", Arrays.stream(generation.shape()).boxed().toList());
    json.put("order", Arrays.stream(generation.order()).boxed().toList());
    json.put("classNames", generation.classNames());
    json.put("tasks", generation.tasks().stream().map(History::json).toList());
    json.put("preparation", generation.preparation());
    return json;
  }

  private static Map<String, Object> json(TaskEntry task) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", task.name());
    json.put("classes", Arrays.stream(task.classes()).boxed().toList());
    json.put("training", task.training());
    json.put("validation", task.validation());
    json.put("test", task.test());
    return json;
  }

  private static Generation generation(JsonFile file) {
    return new Generation(
        file.text("configuration"),
        file.integerList("shape").stream().mapToLong(Long::longValue).toArray(),
        integers(file, "order"),
        file.children("tasks").stream().map(History::task).toList(),
        file.textList("classNames"),
        file.text("dataSha256"),
        file.text("settingsSha256"),
        file.map("preparation"));
  }

  private static TaskEntry task(JsonFile file) {
    return new TaskEntry(
        file.text("name"),
        integers(file, "classes"),
        Math.toIntExact(file.integer("training")),
        Math.toIntExact(file.integer("validation")),
        Math.toIntExact(file.integer("test")));
  }

  private static int[] integers(JsonFile file, String key) {
    return file.integerList(key).stream().mapToInt(Math::toIntExact).toArray();
  }

  private static String sha256(List<Map<String, Object>> generations) {
    try {
      byte[] bytes =
          JsonMapper.shared().writeValueAsString(generations).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
