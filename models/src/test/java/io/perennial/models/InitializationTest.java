package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class InitializationTest {
  private final Workers workers = new Workers(1);

  @AfterEach
  void stop() {
    workers.close();
  }

  private Mlp mlp(Initialization initialization) {
    MlpFactory.Settings settings =
        new MlpFactory.Settings(List.of(150), Activation.RELU, 0, initialization);
    return new Mlp(new long[] {200}, settings, 50, DataType.DOUBLE, new RandomSource(1), workers);
  }

  /** The largest absolute value of a tensor; of so many uniform ones it is close to the bound. */
  private static double largest(Model model, String tensor) {
    double[] all = Tensors.values(model.parameters());
    Model.Slice slice =
        model.layout().stream().filter(s -> s.name().equals(tensor)).findFirst().orElseThrow();
    return Arrays.stream(all, (int) slice.offset(), (int) (slice.offset() + slice.length()))
        .map(Math::abs)
        .max()
        .orElseThrow();
  }

  private static void assertBound(Model model, String tensor, double bound) {
    assertThat(largest(model, tensor)).as(tensor).isBetween(0.9 * bound, bound);
  }

  @Test
  void scaledFollowsTheActivationAndLeavesBiasesAtZero() {
    try (Mlp model = mlp(Initialization.SCALED)) {
      assertBound(model, "layer0.weight", Math.sqrt(6.0 / 200));
      assertBound(model, "output.weight", Math.sqrt(6.0 / (150 + 50)));
      assertThat(largest(model, "layer0.bias")).isZero();
      assertThat(largest(model, "output.bias")).isZero();
    }
  }

  @Test
  void fanInDrawsWeightsAndBiasesAlike() {
    try (Mlp model = mlp(Initialization.FAN_IN)) {
      assertBound(model, "layer0.weight", 1 / Math.sqrt(200));
      assertBound(model, "layer0.bias", 1 / Math.sqrt(200));
      assertBound(model, "output.weight", 1 / Math.sqrt(150));
      assertBound(model, "output.bias", 1 / Math.sqrt(150));
    }
  }

  @Test
  void newOutputsAreDrawnLikeTheFirstOnesAndTheOldOnesKept() {
    try (Mlp model = mlp(Initialization.FAN_IN)) {
      double[] before = Tensors.values(model.parameters());
      model.growClasses(100, new RandomSource(2));
      double[] after = Tensors.values(model.parameters());
      int head = 200 * 150 + 150;
      assertThat(after).startsWith(Arrays.copyOf(before, head + 50 * 150));
      int biases = head + 100 * 150;
      assertThat(Arrays.copyOfRange(after, biases, biases + 50))
          .containsExactly(Arrays.copyOfRange(before, head + 50 * 150, before.length));
      double[] fresh = Arrays.copyOfRange(after, biases + 50, after.length);
      assertThat(Arrays.stream(fresh).map(Math::abs).max().orElseThrow())
          .isBetween(0.9 / Math.sqrt(150), 1 / Math.sqrt(150));
    }
  }

  @Test
  void filtersCountTheirWindowAsInputs() {
    ConvolutionalNetworkFactory.Settings settings =
        new ConvolutionalNetworkFactory.Settings(
            List.of(200, 30), 3, 2, List.of(20), 0, Initialization.FAN_IN);
    try (ConvolutionalNetwork model =
        new ConvolutionalNetwork(
            new long[] {2, 8, 8}, settings, 10, DataType.DOUBLE, new RandomSource(1), workers)) {
      assertBound(model, "convolution0.weight", 1 / Math.sqrt(2 * 9));
      assertBound(model, "convolution0.bias", 1 / Math.sqrt(2 * 9));
      assertBound(model, "convolution1.weight", 1 / Math.sqrt(200 * 9));
      assertBound(model, "layer0.weight", 1 / Math.sqrt(30 * 4));
    }
  }
}
