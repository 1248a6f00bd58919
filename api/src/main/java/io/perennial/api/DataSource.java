package io.perennial.api;

/** Extension point: where a data set comes from ({@code dataset: {type: …}}). */
public interface DataSource {
  /**
   * Loads it; called once a run.
   *
   * @throws InputException if it is missing, truncated or malformed, naming the file and the place
   */
  DataSet load();
}
