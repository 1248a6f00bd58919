package io.perennial.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a component saves: named tensors, JSON values and the states of its parts. Immutable in its
 * names; the tensors are not copied. Whoever is done with a state may close it, which frees what
 * was made for it alone.
 *
 * <p>JSON values are {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code List}
 * and {@code Map<String, ?>} of these. Numbers are written so that they are read back to the bit.
 */
public final class State implements AutoCloseable {
  /** The state of something that has none. */
  public static final State EMPTY = builder().build();

  private final Map<String, INDArray> tensors;
  private final Map<String, Object> values;
  private final Map<String, State> parts;
  private final List<INDArray> own;

  private State(Builder builder) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(builder.tensors));
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(builder.values));
    this.parts = Collections.unmodifiableMap(new LinkedHashMap<>(builder.parts));
    this.own = List.copyOf(builder.own);
  }

  /** An empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** A state of JSON values alone. */
  public static State ofValues(Map<String, ?> values) {
    Builder builder = builder();
    values.forEach(builder::value);
    return builder.build();
  }

  /** The tensors by name, in the order they were added. */
  public Map<String, INDArray> tensors() {
    return tensors;
  }

  /** The JSON values by name, in the order they were added. */
  public Map<String, Object> values() {
    return values;
  }

  /** The states of parts by name, in the order they were added. */
  public Map<String, State> parts() {
    return parts;
  }

  /** Whether there is nothing in it. */
  public boolean isEmpty() {
    return tensors.isEmpty() && values.isEmpty() && parts.isEmpty();
  }

  /**
   * A tensor.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public INDArray tensor(String name) {
    return require(tensors, "tensor", name);
  }

  /**
   * The state of a part.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public State part(String name) {
    return require(parts, "part", name);
  }

  /**
   * A text value.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public String text(String name) {
    return require(values, "value", name).toString();
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException if there is none of that name, or it is no number
   */
  public double number(String name) {
    return numeric(name).doubleValue();
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException if there is none of that name, or it is no number
   */
  public long integer(String name) {
    return numeric(name).longValue();
  }

  /**
   * A list of whole numbers.
   *
   * @throws IllegalArgumentException if there is none of that name, or it is no such list
   */
  public int[] integers(String name) {
    if (require(values, "value", name) instanceof List<?> list
        && list.stream().allMatch(Number.class::isInstance)) {
      return list.stream().mapToInt(n -> ((Number) n).intValue()).toArray();
    }
    throw new IllegalArgumentException("The saved value '" + name + "' is no list of numbers");
  }

  private Number numeric(String name) {
    if (require(values, "value", name) instanceof Number number) {
      return number;
    }
    throw new IllegalArgumentException("The saved value '" + name + "' is no number");
  }

  private static <V> V require(Map<String, V> map, String what, String name) {
    V value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "The saved state has no " + what + " '" + name + "'; it has " + map.keySet());
    }
    return value;
  }

  /** Frees the tensors that were made for this state and its parts; the others are live. */
  @Override
  public void close() {
    own.stream().filter(tensor -> !tensor.wasClosed()).forEach(INDArray::close);
    parts.values().forEach(State::close);
  }

  /** Collects a state. */
  public static final class Builder {
    private final Map<String, INDArray> tensors = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, State> parts = new LinkedHashMap<>();
    private final List<INDArray> own = new ArrayList<>();

    private Builder() {}

    /** Adds a tensor, without copying it. */
    public Builder tensor(String name, INDArray tensor) {
      tensors.put(name, tensor);
      return this;
    }

    /** Adds a tensor that was made for this state alone and that {@link State#close} frees. */
    public Builder ownTensor(String name, INDArray tensor) {
      own.add(tensor);
      return tensor(name, tensor);
    }

    /** Adds a JSON value. */
    public Builder value(String name, Object value) {
      values.put(name, value);
      return this;
    }

    /** Adds the state of a part. */
    public Builder part(String name, State state) {
      parts.put(name, state);
      return this;
    }

    /** The finished state. */
    public State build() {
      return new State(this);
    }
  }
}
