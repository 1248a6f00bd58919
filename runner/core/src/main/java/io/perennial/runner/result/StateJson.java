package io.perennial.runner.result;

import io.perennial.api.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link State} as maps and lists that JSON can hold, and back, to the bit. The tensors
 * themselves go elsewhere, under the names of their part and their own, joined by slashes.
 *
 * <p>JSON has no NaN and no infinities: they become {@code {"$bits": "7ff8000000000000"}}. A key of
 * a map that starts with {@code $} gets another one in front.
 */
final class StateJson {
  private static final String BITS = "$bits";

  private StateJson() {}

  /**
   * Writes a state.
   *
   * @param prefix of the names of its tensors
   * @param tensors receives them
   * @throws IllegalArgumentException if a value is of a type that a state cannot have, or two
   *     tensors would have the same name
   */
  static Map<String, Object> encode(State state, String prefix, Map<String, INDArray> tensors) {
    state
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (tensors.put(prefix + name, tensor) != null) {
                throw new IllegalArgumentException(
                    "Two tensors of the state are called '" + prefix + name + "'");
              }
            });
    Map<String, Object> parts = new LinkedHashMap<>();
    state
        .parts()
        .forEach((name, part) -> parts.put(name, encode(part, prefix + name + "/", tensors)));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("values", encodeMap(state.values(), prefix));
    json.put("tensors", List.copyOf(state.tensors().keySet()));
    json.put("parts", parts);
    return json;
  }

  /**
   * Reads a state.
   *
   * @throws IllegalArgumentException if it has not the form that {@link #encode} gives
   */
  static State decode(Map<?, ?> json, String prefix, Map<String, INDArray> tensors) {
    State.Builder builder = State.builder();
    decodeMap(map(json.get("values"), prefix)).forEach(builder::value);
    if (!(json.get("tensors") instanceof List<?> names)) {
      throw new IllegalArgumentException("'" + prefix + "' has no list of tensors");
    }
    for (Object name : names) {
      INDArray tensor = tensors.get(prefix + name);
      if (tensor == null) {
        throw new IllegalArgumentException("There is no tensor '" + prefix + name + "'");
      }
      builder.tensor(name.toString(), tensor);
    }
    map(json.get("parts"), prefix)
        .forEach(
            (name, part) ->
                builder.part(
                    name.toString(), decode(map(part, prefix), prefix + name + "/", tensors)));
    return builder.build();
  }

  private static Map<String, Object> encodeMap(Map<?, ?> map, String place) {
    Map<String, Object> json = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          json.put((name.startsWith("$") ? "$" : "") + name, encode(value, place + name));
        });
    return json;
  }

  private static Object encode(@Nullable Object value, String place) {
    if (value instanceof Map<?, ?> map) {
      return encodeMap(map, place + ".");
    }
    if (value instanceof List<?> list) {
      List<Object> json = new ArrayList<>(list.size());
      list.forEach(element -> json.add(encode(element, place)));
      return json;
    }
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      return Double.isFinite(number)
          ? number
          : Map.of(BITS, Long.toHexString(Double.doubleToRawLongBits(number)));
    }
    if (value instanceof Long || value instanceof Integer || value instanceof Short) {
      return ((Number) value).longValue();
    }
    if (value instanceof String || value instanceof Boolean) {
      return value;
    }
    throw new IllegalArgumentException(
        "The value '%s' of the state is a %s; only texts, numbers, truth values, lists and maps can be saved"
            .formatted(place, value == null ? "null" : value.getClass().getName()));
  }

  private static Map<String, Object> decodeMap(Map<?, ?> json) {
    Map<String, Object> map = new LinkedHashMap<>();
    json.forEach(
        (key, value) -> {
          String name = key.toString();
          map.put(name.startsWith("$") ? name.substring(1) : name, decode(value));
        });
    return map;
  }

  private static Object decode(Object json) {
    if (json instanceof Map<?, ?> map) {
      Object bits = map.get(BITS);
      return bits == null
          ? decodeMap(map)
          : Double.longBitsToDouble(Long.parseUnsignedLong(bits.toString(), 16));
    }
    if (json instanceof List<?> list) {
      return list.stream().map(StateJson::decode).toList();
    }
    return json instanceof Integer number ? Long.valueOf(number) : json;
  }

  private static Map<?, ?> map(@Nullable Object json, String place) {
    if (json instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("'" + place + "' is not an object where one is needed");
  }
}
