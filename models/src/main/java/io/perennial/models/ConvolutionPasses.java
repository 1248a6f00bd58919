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
  private final List<ConvolutionScratch<A>> scratches = new ArrayList<>();
  private final FilterOrder<A> order;
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
    int longest = 0;
    int most = 0;
    for (ConvolutionLayer layer : shape.convolutions()) {
      INDArray packed = Vectors.create(kernels.type(), layer.weightLength());
      owned.add(packed);
      weights.add(Memory.of(packed));
      longest = Math.max(longest, layer.weightLength());
      most = Math.max(most, layer.filters());
    }
    this.order = new FilterOrder<>(kernels, longest, most);
    for (int s = 0; s < sharding.count(); s++) {
      shards.add(shard(sharding.from(batch, s), sharding.length(batch, s)));
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
  private ConvolutionShard<A> shard(int first, int rows) {
    ConvolutionScratch<A> scratch = new ConvolutionScratch<>(kernels, indices);
    scratches.add(scratch);
    List<Convolution<A>> convolutions = new ArrayList<>();
    int count = shape.convolutions().size();
    for (int l = 0; l < count; l++) {
      ConvolutionLayer layer = shape.convolutions().get(l);
      Filters<A> own = new Filters<>(kernels, indices.get(l), weights.get(l), scratch);
      Memory biases = parameters.slice(layer.biasOffset(), layer.filters());
      convolutions.add(new Convolution<>(kernels, layer, own, null, biases, scratch, rows));
    }
    int width = shape.denseInputs();
    ConvolutionShard.Ends ends =
        new ConvolutionShard.Ends(
            first,
            rows,
            featureMemory.slice((long) first * width, rows * width),
            dense.inputGradient().slice((long) first * width, rows * width),
            new Memory[count]);
    return new ConvolutionShard<>(
        kernels, shape.convolutions(), convolutions, new Adapter[count], ends);
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
      order.pack(indices.get(l), parameters, weights.get(l));
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
      order.start(layer);
      for (ConvolutionShard<A> shard : shards) {
        shard.convolution(l).own().addTo(powers, order.total());
        shard.convolution(l).addBiasTo(powers, order.biasTotal());
      }
      order.write(indices.get(l), powers, to);
      order.writeBias(layer.biasOffset(), layer.filters(), powers, to);
    }
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
    shards.forEach(ConvolutionShard::close);
    scratches.forEach(ConvolutionScratch::close);
    dense.close();
  }
}
