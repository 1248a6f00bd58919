package io.perennial.runner.config;

import io.perennial.api.Configured;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/** The blocks inside a block: a scenario's data set, an expert's strategies. */
public final class Blocks {
  private Blocks() {}

  /** All of them, at any depth; each before what is inside it. */
  public static List<Configured<?>> inside(Configured<?> block) {
    List<Configured<?>> found = new ArrayList<>();
    collect(block.settings(), found);
    return found;
  }

  private static void collect(Object value, List<Configured<?>> found) {
    if (value instanceof Configured<?> inner) {
      found.add(inner);
      collect(inner.settings(), found);
    } else if (value instanceof List<?> list) {
      list.forEach(element -> collect(element, found));
    } else if (value instanceof Record settings) {
      for (RecordComponent component : settings.getClass().getRecordComponents()) {
        collect(Records.read(settings, component), found);
      }
    }
  }
}
