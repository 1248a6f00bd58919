package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import jakarta.inject.Inject;

/** A data set that the program around the run handed over. */
@Description("a data set that a Java program handed over with Perennial.provide")
public final class HandedArrays implements DataSource {
  private final Settings settings;
  private final HandedData data;

  /**
   * The settings.
   *
   * @param name of the data set
   */
  public record Settings(@Description("the name it was handed over under") String name) {}

  @Inject
  HandedArrays(Settings settings, HandedData data) {
    this.settings = settings;
    this.data = data;
  }

  @Override
  public DataSet load() {
    return data.get(settings.name());
  }
}
