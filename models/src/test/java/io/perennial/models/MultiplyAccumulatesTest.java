package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What a prediction costs, counted by hand. */
class MultiplyAccumulatesTest {
  private static final Workers WORKERS = new Workers(1);

  private static Mlp mlp() {
    return new Mlp(
        new long[] {5},
        List.of(4, 3),
        2,
        Activation.RELU,
        DataType.FLOAT,
        new RandomSource(1),
        WORKERS);
  }

  /** One image of 4 x 6; two filters of 3 x 3, pooled by 2; five units; three classes. */
  private static ConvolutionalNetwork convolutional() {
    return new ConvolutionalNetwork(
        new long[] {1, 4, 6},
        new ConvolutionalNetworkFactory.Settings(
            List.of(2), 3, 2, List.of(5), 0, Initialization.SCALED),
        3,
        DataType.FLOAT,
        new RandomSource(1),
        WORKERS);
  }

  private static void assertCost(Model model, long expected) {
    try (model) {
      assertThat(model.multiplyAccumulates()).isEqualTo(OptionalLong.of(expected));
    }
  }

  @Test
  void everyWeightOfADenseLayerOnce() {
    assertCost(mlp(), 5 * 4 + 4 * 3 + 3 * 2);
  }

  @Test
  void everyFilterAtEachPosition() {
    assertCost(convolutional(), 2 * 9 * 24 + 12 * 5 + 5 * 3);
  }

  @Test
  void aRowGoesThroughOneOfSeveralNetworks() {
    TaskModels models = new TaskModels(mlp());
    models.add(new RandomSource(2));
    assertCost(models, 5 * 4 + 4 * 3 + 3 * 2);
  }

  /** Two sentences and a question of four words each; dimension 3, two hops, five answers. */
  private static MemoryNetwork memory(Tying tying, boolean positions) {
    return new MemoryNetwork(
        new long[] {3, 4},
        new MemoryNetworkFactory.Settings(3, 2, tying, positions, true, 0.1, true),
        5,
        DataType.FLOAT,
        new RandomSource(1),
        WORKERS);
  }

  @Test
  void aHopLooksAtEverySentenceTwice() {
    int hops = 2 * (2 * 2 * 3);
    int answer = 5 * 3;
    assertCost(memory(Tying.ADJACENT, false), hops + answer);
    // A question once, and each sentence once a table: A, then C of each hop.
    assertCost(memory(Tying.ADJACENT, true), (1 + 2 * 3) * 4 * 3 + hops + answer);
    assertCost(memory(Tying.LAYER_WISE, true), (1 + 2 * 2) * 4 * 3 + hops + 2 * 9 + answer);
  }

  @Test
  void aColumnReadsTheHiddenLayersBeforeIt() {
    ProgressiveColumns columns = new ProgressiveColumns(mlp(), 2);
    columns.add(new RandomSource(2));
    int hidden = 5 * 4 + 4 * 3;
    int own = hidden + 3 * 2;
    // α and V over 4 and 3 activations, to 2 each; U from these 2 to 3 units and 2 classes.
    int adapters = (4 + 2 * 4 + 2 * 3) + (3 + 2 * 3 + 2 * 2);
    assertCost(columns, hidden + own + adapters);
  }
}
