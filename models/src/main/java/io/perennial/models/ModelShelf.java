package io.perennial.models;

import io.perennial.api.Model;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Networks of which the newest is live and the others never change. Up to a limit they are kept in
 * memory, those that were used lately first; beyond it their arrays rest in files.
 */
final class ModelShelf implements AutoCloseable {
  private final int limit;
  private final List<Long> sizes = new ArrayList<>();
  private final List<Integer> classes = new ArrayList<>();
  private final List<RestingState> resting = new ArrayList<>();
  private final Map<Integer, Model> loaded = new LinkedHashMap<>(16, 0.75f, true);
  private Model live;

  /**
   * @param limit how many networks are in memory at most, the live one among them; at least 2
   */
  ModelShelf(Model first, int limit) {
    if (limit < 2) {
      throw new IllegalArgumentException(
          "At least 2 networks must fit into memory, the live one and another, not " + limit);
    }
    this.live = first;
    this.limit = limit;
  }

  int size() {
    return sizes.size() + 1;
  }

  int limit() {
    return limit;
  }

  Model live() {
    return live;
  }

  /** A network, valid until others are asked for. */
  Model get(int index) {
    if (index == sizes.size()) {
      return live;
    }
    Model known = loaded.get(index);
    if (known == null) {
      Model room = loaded.size() + 1 < limit ? live.copy() : removeEldest();
      State state = resting.get(index).read();
      room.restore(state);
      RestingState.free(state);
      known = room;
      loaded.put(index, known);
    }
    return known;
  }

  boolean isLoaded(int index) {
    return index == sizes.size() || loaded.containsKey(index);
  }

  int classes(int index) {
    return index == sizes.size() ? live.classes() : classes.get(index);
  }

  long parameterCount() {
    return live.parameterCount() + sizes.stream().mapToLong(Long::longValue).sum();
  }

  /** The live network never changes again; the given one takes its place. */
  void add(Model next) {
    int index = sizes.size();
    if (limit < Integer.MAX_VALUE) {
      resting.add(RestingState.write(live.save()));
    }
    sizes.add(live.parameterCount());
    classes.add(live.classes());
    while (loaded.size() + 1 >= limit) {
      removeEldest().close();
    }
    loaded.put(index, live);
    live = next;
  }

  /** The state of a network; its tensors are the network's, or new if it rests. */
  State save(int index) {
    Model known = index == sizes.size() ? live : loaded.get(index);
    return known == null ? resting.get(index).read() : known.save();
  }

  private Model removeEldest() {
    Iterator<Model> models = loaded.values().iterator();
    Model eldest = models.next();
    models.remove();
    return eldest;
  }

  @Override
  public void close() {
    live.close();
    loaded.values().forEach(Model::close);
    loaded.clear();
    resting.clear();
  }
}
