package io.perennial.runner.result;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An object in a JSON file whose values are asked for by name and type; what is missing or of
 * another type is an {@link InputException} that names the file and the place.
 */
final class JsonFile {
  private final Path file;
  private final String place;
  private final JsonNode node;

  private JsonFile(Path file, String place, JsonNode node) {
    this.file = file;
    this.place = place;
    this.node = node;
  }

  static JsonFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s: there is no such file. Give the directory that a run wrote into.".formatted(file));
    }
    try {
      return parse(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InputException("%s: cannot be read (%s).".formatted(file, e), e);
    }
  }

  static JsonFile parse(Path file, byte[] content) {
    JsonMapper mapper =
        JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try {
      JsonNode node = mapper.readTree(content);
      JsonFile json = new JsonFile(file, "", node);
      if (!node.isObject()) {
        throw json.wrong("", "a JSON object was expected");
      }
      return json;
    } catch (JacksonException e) {
      throw new InputException("%s: is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  List<String> keys() {
    return List.copyOf(node.propertyNames());
  }

  String text(String key) {
    return text(get(key), key);
  }

  long integer(String key) {
    return integer(get(key), key);
  }

  <E extends Enum<E>> E constant(String key, E[] constants) {
    String word = text(key);
    for (E constant : constants) {
      if (ResultsJson.word(constant).equals(word)) {
        return constant;
      }
    }
    throw wrong(
        key,
        "'%s' is not one of %s"
            .formatted(word, List.of(constants).stream().map(ResultsJson::word).toList()));
  }

  List<String> textList(String key) {
    return list(get(key), key, element -> text(element, key));
  }

  List<Long> integerList(String key) {
    return list(get(key), key, element -> integer(element, key));
  }

  List<JsonFile> children(String key) {
    return list(get(key), key, element -> new JsonFile(file, place + key + ".", element));
  }

  JsonFile child(String key) {
    return new JsonFile(file, place + key + ".", object(key));
  }

  Map<String, String> texts(String key) {
    Map<String, String> map = new LinkedHashMap<>();
    object(key).properties().forEach(e -> map.put(e.getKey(), text(e.getValue(), key)));
    return map;
  }

  /** Numbers, NaN for null. */
  Map<String, Double> numbers(String key) {
    Map<String, Double> map = new LinkedHashMap<>();
    object(key).properties().forEach(e -> map.put(e.getKey(), number(e.getValue(), key)));
    return map;
  }

  /** Texts, whole and other numbers, truth values; what is neither is left out. */
  Map<String, Object> scalars(String key) {
    Map<String, Object> map = new LinkedHashMap<>();
    object(key)
        .properties()
        .forEach(
            e -> {
              JsonNode value = e.getValue();
              if (value.isString()) {
                map.put(e.getKey(), value.stringValue());
              } else if (value.isBoolean()) {
                map.put(e.getKey(), value.booleanValue());
              } else if (value.isIntegralNumber()) {
                map.put(e.getKey(), integer(value, key));
              } else if (value.isNumber()) {
                map.put(e.getKey(), value.doubleValue());
              }
            });
    return map;
  }

  /** An object of anything. */
  Map<String, Object> map(String key) {
    Map<String, Object> map = new LinkedHashMap<>();
    object(key)
        .properties()
        .forEach(
            e -> map.put(e.getKey(), JsonMapper.shared().treeToValue(e.getValue(), Object.class)));
    return map;
  }

  double[] row(String key, int length) {
    return row(get(key), key, length);
  }

  double[][] matrix(String key, int size) {
    return rows(key, size, "tasks", size);
  }

  /** A number in each of so many rows for each task, NaN for null. */
  double[][] rows(String key, int count, String counted, int tasks) {
    List<double[]> rows = list(get(key), key, element -> row(element, key, tasks));
    if (rows.size() != count) {
      throw wrong(key, "%d rows, but there are %d %s".formatted(rows.size(), count, counted));
    }
    return rows.toArray(double[][]::new);
  }

  InputException wrong(String key, String problem) {
    return new InputException(
        "%s: %s: %s. The file is damaged or was edited by hand."
            .formatted(file, place + key, problem));
  }

  private double[] row(JsonNode element, String key, int length) {
    List<Double> row = list(element, key, cell -> number(cell, key));
    if (row.size() != length) {
      throw wrong(key, "%d columns, but there are %d tasks".formatted(row.size(), length));
    }
    return row.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private JsonNode get(String key) {
    JsonNode value = node.get(key);
    if (value == null) {
      throw wrong(key, "it is missing");
    }
    return value;
  }

  private JsonNode object(String key) {
    JsonNode value = get(key);
    if (!value.isObject()) {
      throw wrong(key, "an object was expected");
    }
    return value;
  }

  private String text(JsonNode value, String key) {
    if (!value.isString()) {
      throw wrong(key, "a text was expected");
    }
    return value.stringValue();
  }

  private long integer(JsonNode value, String key) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, "a whole number was expected");
    }
    return value.longValue();
  }

  private double number(JsonNode value, String key) {
    if (value.isNull()) {
      return Double.NaN;
    }
    if (!value.isNumber()) {
      throw wrong(key, "a number was expected");
    }
    return value.doubleValue();
  }

  private <T> List<T> list(JsonNode value, String key, Function<JsonNode, T> element) {
    if (!value.isArray()) {
      throw wrong(key, "a list was expected");
    }
    List<T> list = new ArrayList<>();
    value.forEach(e -> list.add(element.apply(e)));
    return list;
  }
}
