package io.perennial.runner;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.perennial.api.State;
import io.perennial.models.NativeSetup;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.History;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run's bits follow from beside its settings, as each checkpoint remembers it: the seed, the
 * data of the tasks so far, the plugins, ND4J and the BLAS kernel.
 */
final class Origin {
  private static final String PART = "origin";
  private static final String TASKS = "tasks";
  private static final String SEED = "seed";
  private static final String DATA = "data.sha256";
  private static final String SETTINGS = "settings.sha256";
  private static final String PLUGIN = "plugin ";

  /** What is lost when one goes on all the same. */
  private static final Map<String, String> CONSEQUENCES =
      Map.of(
          SEED,
          "what is drawn from now on is another run's",
          SETTINGS,
          "what was learned so far was learned with other settings",
          DATA,
          "what was learned so far was learned from other examples",
          "nd4j",
          "another version may round differently",
          "blas",
          "another kernel adds up in another order");

  /** Tasks that were learned at an earlier time, whose data may be gone. */
  private final int earlier;

  /** Of the first of the others, of the first two, ... */
  private final List<String> data;

  private final Map<String, String> constant = new LinkedHashMap<>();

  Origin(Assembly assembly, RunConfiguration configuration) {
    data = assembly.data();
    earlier = assembly.plan().stream().size() - data.size();
    NativeSetup.Report report = NativeSetup.ensure();
    constant.put(SEED, Long.toString(assembly.seed()));
    constant.put(SETTINGS, ofSettings(configuration, assembly.seed()));
    constant.put("nd4j", report.nd4jVersion());
    constant.put("blas", report.blas());
    assembly.plugins().forEach((name, identity) -> constant.put(PLUGIN + name, identity));
  }

  /** A fingerprint of the settings; those of checkpoints do not matter. */
  static String ofSettings(RunConfiguration configuration, long seed) {
    StringBuilder text = new StringBuilder();
    new ConfigurationWriter()
        .flat(configuration.withSeed(seed))
        .forEach(
            (path, value) -> {
              if (!path.startsWith("checkpoint.")) {
                text.append(path).append('=').append(value).append('\n');
              }
            });
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.toString().getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /**
   * Whether a saved state is of the run that a history tells of: of its seed and settings, and of
   * its data where the history has a sum of as many tasks.
   */
  static boolean fits(State saved, int tasksDone, History history) {
    State origin = saved.parts().get(PART);
    if (origin == null || !origin.text(SEED).equals(Long.toString(history.seed()))) {
      return false;
    }
    String settings = history.ofTask((int) origin.integer(TASKS)).settingsSha256();
    if (!settings.equals(origin.text(SETTINGS))) {
      return false;
    }
    History learned = history.upTo(tasksDone);
    return learned.tasks().size() != tasksDone
        || origin.integer(TASKS) != tasksDone
        || learned.latest().dataSha256().equals(origin.text(DATA));
  }

  /**
   * A state with this in it.
   *
   * @param tasks how many it has to do with: those that are done, and one that is under way
   */
  State addTo(State state, int tasks) {
    State.Builder all = State.builder();
    state.values().forEach(all::value);
    state.tensors().forEach(all::tensor);
    state.parts().forEach(all::part);
    Map<String, Object> values = new LinkedHashMap<>(constant);
    values.put(TASKS, (long) tasks);
    values.put(DATA, data.get(tasks - earlier - 1));
    return all.part(PART, State.ofValues(values)).build();
  }

  /**
   * How a saved state's differs, and what that means; empty if it does not, or if it is of an
   * earlier time: further tasks may be taught elsewhere and with newer plugins.
   */
  List<String> differences(State saved) {
    State origin = saved.parts().get(PART);
    if (origin == null) {
      return List.of("the checkpoint does not tell what it was made from: that cannot be compared");
    }
    int tasks = Math.toIntExact(origin.integer(TASKS));
    if (tasks <= earlier) {
      return List.of();
    }
    List<String> differences = new ArrayList<>();
    constant.forEach((name, now) -> compare(name, origin.values().get(name), now, differences));
    for (String name : origin.values().keySet()) {
      if (name.startsWith(PLUGIN) && !constant.containsKey(name)) {
        compare(name, origin.values().get(name), null, differences);
      }
    }
    int own = tasks - earlier;
    if (own <= data.size() && !data.get(own - 1).equals(origin.text(DATA))) {
      differences.add(
          "the data of the first %d tasks has changed, its sums are %s and %s: %s"
              .formatted(own, origin.text(DATA), data.get(own - 1), CONSEQUENCES.get(DATA)));
    }
    return differences;
  }

  private static void compare(
      String name, @Nullable Object before, @Nullable String now, List<String> differences) {
    if (now == null || !now.equals(before)) {
      differences.add(
          "%s was %s, now it is %s: %s"
              .formatted(
                  name,
                  before == null ? "not there" : before,
                  now == null ? "not there" : now,
                  CONSEQUENCES.getOrDefault(name, "its steps may be other ones")));
    }
  }
}
