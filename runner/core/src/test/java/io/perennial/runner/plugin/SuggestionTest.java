package io.perennial.runner.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> NAMES =
      List.of("batchSize", "ewc", "joint", "naive", "net2net", "progressive-network", "sgd");

  @Test
  void nearWords() {
    assertThat(Suggestion.of("ewv", NAMES)).contains("ewc");
    assertThat(Suggestion.of("wec", NAMES)).contains("ewc");
    assertThat(Suggestion.of("jiont", NAMES)).contains("joint");
    assertThat(Suggestion.of("Naive", NAMES)).contains("naive");
    assertThat(Suggestion.of("batch_size", NAMES)).contains("batchSize");
    assertThat(Suggestion.of("batch", NAMES)).contains("batchSize");
    assertThat(Suggestion.of("progressive-networks", NAMES)).contains("progressive-network");
    assertThat(Suggestion.sentence("sdg", NAMES)).isEqualTo(" Did you mean 'sgd'?");
  }

  @Test
  void wordsThatAreNotNear() {
    assertThat(Suggestion.of("momentum", NAMES)).isEmpty();
    assertThat(Suggestion.of("x", NAMES)).isEmpty();
    assertThat(Suggestion.of("abc", NAMES)).isEmpty();
    assertThat(Suggestion.sentence("", NAMES)).isEmpty();
  }
}
