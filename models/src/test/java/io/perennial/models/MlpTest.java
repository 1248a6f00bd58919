package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MlpTest {
  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(3);
  private final INDArray features = Tensors.random(DataType.DOUBLE, random, 6, 2, 2);

  @AfterEach
  void stop() {
    workers.close();
  }

  private Mlp model(int classes, Integer... hidden) {
    return new Mlp(
        new long[] {2, 2},
        List.of(hidden),
        classes,
        Activation.RELU,
        DataType.DOUBLE,
        random,
        workers);
  }

  private double[] logits(Model model) {
    return Tensors.values(model.forward(features, new int[6], false));
  }

  @Test
  void layoutNamesEveryTensorInOrderWithoutGaps() {
    try (Mlp model = model(3, 5, 6)) {
      assertThat(model.layout())
          .extracting(Model.Slice::name)
          .containsExactly(
              "layer0.weight",
              "layer0.bias",
              "layer1.weight",
              "layer1.bias",
              "output.weight",
              "output.bias");
      long end = 0;
      for (Model.Slice slice : model.layout()) {
        assertThat(slice.offset()).isEqualTo(end);
        end += slice.length();
      }
      assertThat(end).isEqualTo(model.parameterCount()).isEqualTo(model.parameters().length());
      assertThat(model.layout().get(2).shape()).containsExactly(6, 5);
    }
  }

  @Test
  void newClassesLeaveTheOldOnesAlone() {
    try (Mlp model = model(2, 5)) {
      double[] before = logits(model);
      INDArray old = Vectors.copyOf(model.parameters());
      ParameterMap map = model.growClasses(4, random);
      assertThat(model.classes()).isEqualTo(4);
      assertThat(map.newSize()).isEqualTo((int) model.parameterCount()).isEqualTo(25 + 24);
      double[] now = Tensors.values(model.parameters());
      double[] carried = Tensors.values(map.remap(old, Quantity.PARAMETER));
      for (int i = 0; i < now.length; i++) {
        if (map.source(i) >= 0) {
          assertThat(now[i]).isEqualTo(carried[i]);
        }
      }
      assertThat(fresh(map)).isEqualTo(2 * 5 + 2);
      double[] after = logits(model);
      for (int n = 0; n < 6; n++) {
        for (int c = 0; c < 2; c++) {
          assertThat(after[n * 4 + c]).isCloseTo(before[n * 2 + c], within(1e-14));
        }
      }
      int weights = (int) model.layout().get(2).offset();
      double[] rows = Arrays.copyOfRange(now, weights + 2 * 5, weights + 4 * 5);
      assertThat(Arrays.stream(rows).distinct().count()).isEqualTo(10);
      assertThat(Arrays.stream(rows).map(Math::abs).max().orElseThrow())
          .isLessThanOrEqualTo(Math.sqrt(6.0 / (5 + 4)));
      assertThat(Arrays.copyOfRange(now, now.length - 2, now.length)).containsExactly(0, 0);
    }
  }

  private static long fresh(ParameterMap map) {
    return IntStream.range(0, map.newSize()).filter(i -> map.source(i) < 0).count();
  }

  @Test
  void growingByNothingChangesNothing() {
    try (Mlp model = model(2)) {
      INDArray before = model.parameters();
      assertThat(model.growClasses(2, random).isIdentity()).isTrue();
      assertThat(model.parameters()).isSameAs(before);
      assertThatThrownBy(() -> model.growClasses(1, random))
          .hasMessage("A network with 2 classes cannot shrink to 1");
    }
  }

  @Test
  void restoreBringsBackShapeAndBits() {
    try (Mlp grown = model(2, 5);
        Mlp fresh = model(2, 5)) {
      grown.growClasses(3, random);
      fresh.restore(grown.save());
      assertThat(fresh.classes()).isEqualTo(3);
      assertThat(Vectors.sha256(fresh.parameters())).isEqualTo(Vectors.sha256(grown.parameters()));
      assertThat(logits(fresh)).containsExactly(logits(grown));
      INDArray array = fresh.parameters();
      fresh.restore(grown.save());
      assertThat(fresh.parameters()).isSameAs(array);
    }
  }

  @Test
  void copiesDoNotShare() {
    try (Mlp model = model(2, 5);
        Mlp copy = model.copy()) {
      double[] before = logits(model);
      assertThat(logits(copy)).containsExactly(before);
      copy.reinitialize(random);
      assertThat(logits(model)).containsExactly(before);
      assertThat(logits(copy)).isNotEqualTo(before);
    }
  }

  @Test
  void sameSeedSameWeights() {
    try (Mlp a = model(2, 5);
        Mlp b = model(2, 5)) {
      a.reinitialize(new RandomSource(7));
      b.reinitialize(new RandomSource(7));
      assertThat(Vectors.sha256(a.parameters())).isEqualTo(Vectors.sha256(b.parameters()));
    }
  }

  @Test
  void featuresAreTheOutputLayersInput() {
    try (Mlp deep = model(2, 5);
        Mlp flat = model(2)) {
      double[] h = Tensors.values(deep.features(features, new int[6]));
      assertThat(h).hasSize(6 * 5);
      double[] w = Tensors.values(deep.parameters());
      int start = (int) deep.layout().get(2).offset();
      double logit = w[start + 10];
      for (int i = 0; i < 5; i++) {
        logit += w[start + i] * h[i];
      }
      assertThat(logits(deep)[0]).isCloseTo(logit, within(1e-14));
      assertThat(Tensors.values(flat.features(features, new int[6])))
          .containsExactly(Tensors.values(features));
    }
  }

  @Test
  void arraysAreKeptForAFewBatchSizesOnly() {
    try (Mlp model = model(2, 5)) {
      for (int rows = 1; rows < 20; rows++) {
        model.forward(Vectors.create(DataType.DOUBLE, rows, 4), new int[rows], false);
      }
      assertThat(model.cachedBatchSizes()).isEqualTo(6);
      INDArray first = model.forward(features, new int[6], false);
      model.forward(Vectors.create(DataType.DOUBLE, 3, 4), new int[3], false);
      assertThat(model.forward(features, new int[6], false)).isSameAs(first);
    }
  }

  @Test
  void mistakesAreNamed() {
    try (Mlp model = model(2, 5)) {
      INDArray delta = Vectors.create(DataType.DOUBLE, 6, 2);
      INDArray gradient = Vectors.create(DataType.DOUBLE, model.parameterCount());
      assertThatThrownBy(() -> model.backward(delta, gradient))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("There was no forward pass to go back through");
      assertThatThrownBy(
              () -> model.forward(Vectors.create(DataType.FLOAT, 6, 4), new int[6], false))
          .hasMessage("The features must be 24 elements of type DOUBLE, not 24 of type FLOAT");
      assertThatThrownBy(
              () ->
                  model.forward(
                      features.permute(2, 1, 0).reshape(2, 12).transpose(), new int[6], false))
          .isInstanceOf(IllegalArgumentException.class);
      model.forward(features, new int[6], false);
      assertThatThrownBy(() -> model.backward(delta, Vectors.create(DataType.DOUBLE, 4)))
          .hasMessageStartingWith("The gradient must be 37 elements of type DOUBLE, not 4");
    }
    assertThatThrownBy(() -> model(2, 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("at least 1 unit")
        .hasMessageContaining("[4, 0, 2]");
  }

  @Test
  void aClosedArrayIsRefused() {
    try (Mlp model = model(2)) {
      INDArray closed = Vectors.copyOf(features);
      model.forward(closed, new int[6], false);
      closed.close();
      assertThatThrownBy(() -> model.forward(closed, new int[6], false))
          .hasMessageContaining("was closed");
    }
  }

  @Test
  void factoryMakesTheNetworkOfItsSettings() {
    MlpFactory factory =
        new MlpFactory(new MlpFactory.Settings(List.of(7), Activation.TANH), workers);
    try (Model model =
        factory.create(new ModelFactory.Request(new long[] {3}, 2, DataType.FLOAT, random))) {
      assertThat(model.parameterCount()).isEqualTo(4 * 7 + 8 * 2);
      assertThat(model.dataType()).isEqualTo(DataType.FLOAT);
      assertThat(model.inputShape()).containsExactly(3);
    }
  }
}
