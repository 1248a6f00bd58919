package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The forward and backward passes of a convolutional network for one batch size: all their arrays,
 * made once. Rows are dealt to shards by shapes alone, and what the shards summed for a layer's
 * parameters is added up in their order.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionPasses<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final ConvolutionLayers shape;
  private final List<Patches> indices;
  private final Memory parameters;
  private final Sharding sharding;
  private final List<INDArray> owned = new ArrayList<>();
  private final List<Memory> weights = new ArrayList<>();
  private final List<ConvolutionShard<A>> shards = new ArrayList<>();
  private final INDArray features;
  private final Memory featureMemory;
  private final Passes<A> dense;
  private final A total;
  private final A ordered;
  private final A biasTotal;
  private final A biasBefore;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private @Nullable Memory input;
  private @Nullable Memory target;
  private @Nullable Memory denseTarget;

  ConvolutionPasses(
      Kernels<A> kernels,
      Workers workers,
      ConvolutionLayers shape,
      List<Patches> indices,
      Memory parameters,
      int batch) {
    this.kernels = kernels;
    this.workers = workers;
    this.shape = shape;
    this.indices = indices;
    this.parameters = parameters;
    this.sharding = Sharding.ofImages(batch, shape.multiplications());
    this.features = Vectors.create(kernels.type(), batch, shape.denseInputs());
    owned.add(features);
    this.featureMemory = Memory.of(features);
    Memory densePart = parameters.slice(shape.denseOffset(), shape.dense().size());
    this.dense = new Passes<>(kernels, workers, shape.dense(), Activation.RELU, densePart, batch);
    int widest = 0;
    int most = 0;
    for (ConvolutionLayer layer : shape.convolutions()) {
      INDArray packed = Vectors.create(kernels.type(), layer.weightLength());
      owned.add(packed);
      weights.add(Memory.of(packed));
      widest = Math.max(widest, layer.weightLength());
      most = Math.max(most, layer.filters());
    }
    this.total = kernels.array(widest);
    this.ordered = kernels.array(widest);
    this.biasTotal = kernels.array(most);
    this.biasBefore = kernels.array(most);
    for (int s = 0; s < sharding.count(); s++) {
      shards.add(
          new ConvolutionShard<>(
              kernels,
              shape,
              indices,
              weights,
              parameters,
              sharding.from(batch, s),
              sharding.length(batch, s),
              featureMemory,
              dense.inputGradient()));
    }
  }

  /** The logits {@code [N, C]}. */
  INDArray logits() {
    return dense.logits();
  }

  /** The output layer's input. */
  INDArray features() {
    INDArray hidden = dense.features();
    return hidden == null ? features : hidden;
  }

  /**
   * Computes {@link #logits()}.
   *
   * @param dropout with the keys of this pass; null if nothing is dropped
   */
  void forward(Memory images, @Nullable Dropout dropout) {
    input = images;
    for (int l = 0; l < weights.size(); l++) {
      ConvolutionLayer layer = shape.convolutions().get(l);
      int length = layer.weightLength();
      kernels.get(parameters, layer.weightOffset(), ordered, 0, length);
      kernels.gather(ordered, indices.get(l).toPacked(), 1, total);
      kernels.put(total, 0, weights.get(l), 0, length);
    }
    workers.run(sharding.count(), forward);
    dense.forward(featureMemory, dropout);
  }

  private void forward(int shard) {
    if (input != null) {
      shards.get(shard).forward(input);
    }
  }

  /** Overwrites {@code gradient}, {@code [P]}. */
  void backward(Memory logitsGradient, Memory gradient) {
    dense.backward(logitsGradient, densePart(gradient));
    workers.run(sharding.count(), backward);
    sum(gradient, false);
  }

  private void backward(int shard) {
    if (input != null) {
      shards.get(shard).backward(input);
    }
  }

  /** Adds the powers of the per-example gradients to {@code sum}, {@code [P]}. */
  void accumulate(List<Memory> directions, Power power, Memory sum) {
    Memory images = input;
    if (images == null) {
      return;
    }
    workers.run(sharding.count(), s -> shards.get(s).startPowers());
    dense.accumulate(
        directions,
        power,
        densePart(sum),
        () -> workers.run(sharding.count(), s -> shards.get(s).addPowers(images, power)));
    sum(sum, true);
  }

  private Memory densePart(Memory whole) {
    Memory part = denseTarget;
    if (part == null || target != whole) {
      part = whole.slice(shape.denseOffset(), shape.dense().size());
      denseTarget = part;
      target = whole;
    }
    return part;
  }

  /** Adds up what the shards have; powers come on top of what was there before. */
  private void sum(Memory to, boolean powers) {
    for (int l = 0; l < shape.convolutions().size(); l++) {
      ConvolutionLayer layer = shape.convolutions().get(l);
      int length = layer.weightLength();
      kernels.fill(total, length, 0);
      kernels.fill(biasTotal, layer.filters(), 0);
      for (ConvolutionShard<A> shard : shards) {
        shard.convolution(l).addTo(powers, total, biasTotal);
      }
      kernels.gather(total, indices.get(l).fromPacked(), 1, ordered);
      if (powers) {
        kernels.get(to, layer.weightOffset(), total, 0, length);
        kernels.add(total, ordered, length);
        kernels.get(to, layer.biasOffset(), biasBefore, 0, layer.filters());
        kernels.add(biasBefore, biasTotal, layer.filters());
      }
      kernels.put(ordered, 0, to, layer.weightOffset(), length);
      kernels.put(biasTotal, 0, to, layer.biasOffset(), layer.filters());
    }
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
    shards.forEach(ConvolutionShard::close);
    dense.close();
  }
}
