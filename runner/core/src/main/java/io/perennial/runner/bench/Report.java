package io.perennial.runner.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came out.
 *
 * @param environment the machine and the versions, as in a run's results
 * @param data what the runs were made on
 * @param sections the measurements
 * @param warnings what keeps this machine from its best, with remedies
 */
public record Report(
    Map<String, Object> environment, String data, List<Section> sections, List<String> warnings) {

  /** For JSON: maps, lists, text and numbers; null for a number that is missing. */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("environment", environment);
    json.put("data", data);
    json.put("warnings", warnings);
    List<Map<String, @Nullable Object>> measurements = new ArrayList<>();
    for (Section section : sections) {
      for (Measurement measurement : section.measurements()) {
        measurements.add(entry(section.title(), measurement));
      }
    }
    json.put("measurements", measurements);
    return json;
  }

  private static Map<String, @Nullable Object> entry(String section, Measurement measurement) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("section", section);
    json.put("name", measurement.name());
    json.put("unit", measurement.unit());
    json.put("median", finite(measurement.median()));
    json.put("least", finite(measurement.least()));
    json.put("most", finite(measurement.most()));
    json.put("values", measurement.values());
    if (!measurement.reason().isEmpty()) {
      json.put("reason", measurement.reason());
    }
    return json;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
