package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SlugTest {
  @Property
  void anyNameBecomesAPlainFileName(@ForAll String name) {
    assertThat(Slug.of(name))
        .matches(Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*"))
        .hasSizeLessThanOrEqualTo(64);
  }

  @Test
  void readable() {
    assertThat(Slug.of("Split Digits: EWC (λ=100)")).isEqualTo("split-digits-ewc-100");
    assertThat(Slug.of("Größe/../é")).isEqualTo("gro-e-e");
    assertThat(Slug.of("…")).isEqualTo("unnamed");
  }
}
