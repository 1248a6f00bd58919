package io.perennial.runner;

import io.perennial.api.State;
import io.perennial.models.NativeSetup;
import java.util.ArrayList;
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
  private static final String DATA = "data.sha256";
  private static final String PLUGIN = "plugin ";

  /** What is lost when one goes on all the same. */
  private static final Map<String, String> CONSEQUENCES =
      Map.of(
          "seed",
          "what is drawn from now on is another run's",
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

  Origin(Assembly assembly) {
    data = assembly.data();
    earlier = assembly.plan().stream().size() - data.size();
    NativeSetup.Report report = NativeSetup.ensure();
    constant.put("seed", Long.toString(assembly.seed()));
    constant.put("nd4j", report.nd4jVersion());
    constant.put("blas", report.actualKernel());
    assembly.plugins().forEach((name, identity) -> constant.put(PLUGIN + name, identity));
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
