package io.perennial.testkit;

import java.util.List;
import java.util.stream.Stream;

/** All of them. */
final class Laws {
  static final List<Law> ALL =
      Stream.of(
              SettingsLaws.ALL,
              RunLaws.ALL,
              ResumingLaws.ALL,
              GradientLaws.ALL,
              GrowthLaws.ALL,
              ConductLaws.ALL)
          .flatMap(List::stream)
          .toList();

  private Laws() {}
}
