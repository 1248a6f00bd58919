package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.List;

/**
 * A stretch of a list of examples that come from several places.
 *
 * @param sources where they come from
 * @param source of each example of the whole list, an index into {@code sources}
 * @param index of each example of the whole list within its source; as long as {@code source}
 * @param from where the stretch begins
 * @param size how long it is
 */
record MixedExamples(List<Examples> sources, int[] source, int[] index, int from, int size)
    implements Examples {
  @Override
  public int label(int example) {
    return sources.get(source[from + example]).label(index[from + example]);
  }

  @Override
  public int missing(int example) {
    return sources.get(source[from + example]).missing(index[from + example]);
  }

  @Override
  public void read(int example, float[] destination, int offset) {
    sources.get(source[from + example]).read(index[from + example], destination, offset);
  }

  @Override
  public void content(int example, int width, Content content) {
    int at = from + example;
    sources.get(source[at]).content(index[at], width, content);
  }
}
