package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The forward and backward passes of convolutional layers for one batch size: all their arrays,
 * made once. Rows are dealt to shards by shapes alone, and what the shards summed for a layer's
 * parameters is added up in their order.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionStack<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final List<ConvolutionLayer> layers;
  private final List<Patches> indices;
  private final Memory parameters;
  private final Sharding sharding;
  private final List<INDArray> owned = new ArrayList<>();
  private final List<Memory> weights = new ArrayList<>();
  private final List<ConvolutionShard<A>> shards = new ArrayList<>();
  private final List<ConvolutionScratch<A>> scratches = new ArrayList<>();
  private final FilterOrder<A> order;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private @Nullable Memory input;

  /**
   * @param shape its convolutional layers
   * @param indices of each layer
   * @param parameters that the layers' offsets refer to
   * @param ends what goes in and comes out, apart from the input itself
   */
  ConvolutionStack(
      Kernels<A> kernels,
      Workers workers,
      ConvolutionLayers shape,
      List<Patches> indices,
      Memory parameters,
      int batch,
      Ends ends) {
    this.kernels = kernels;
    this.workers = workers;
    this.layers = shape.convolutions();
    this.indices = indices;
    this.parameters = parameters;
    this.sharding = Sharding.ofImages(batch, shape.multiplications());
    int widest = 0;
    int most = 0;
    for (ConvolutionLayer layer : layers) {
      INDArray packed = Vectors.create(kernels.type(), layer.weightLength());
      owned.add(packed);
      weights.add(Memory.of(packed));
      widest = Math.max(widest, layer.weightLength());
      most = Math.max(most, layer.filters());
    }
    ends.share();
    this.order = new FilterOrder<>(kernels, widest, most);
    for (int s = 0; s < sharding.count(); s++) {
      shards.add(shard(sharding.from(batch, s), sharding.length(batch, s), ends));
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
  private ConvolutionShard<A> shard(int first, int rows, Ends ends) {
    ConvolutionScratch<A> scratch = new ConvolutionScratch<>(kernels, indices);
    scratches.add(scratch);
    List<Convolution<A>> convolutions = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      ConvolutionLayer layer = layers.get(l);
      Filters<A> own = new Filters<>(kernels, indices.get(l), weights.get(l), scratch);
      Memory biases = parameters.slice(layer.biasOffset(), layer.filters());
      convolutions.add(new Convolution<>(kernels, layer, own, null, biases, scratch, rows));
    }
    return new ConvolutionShard<>(
        kernels,
        layers,
        convolutions,
        new Adapter[layers.size()],
        first,
        rows,
        ends,
        new Memory[layers.size()],
        true);
  }

  /**
   * The matrices at both ends, images channel by channel.
   *
   * @param outputs {@code [N, width]}, of which the first columns are written
   * @param outputsGradient {@code [N, width]}, read by the passes back; may be the outputs
   * @param width of these two, at least what the last layer makes
   * @param inputGradient {@code [N, inputs]}, written by the passes back, where it is wanted: then
   *     the input goes through a ReLU first, and this may be the input itself
   */
  record Ends(Memory outputs, Memory outputsGradient, int width, @Nullable Memory inputGradient) {
    /** What shards share has to be made before they run. */
    void share() {
      outputs.buffer();
      outputsGradient.buffer();
      if (inputGradient != null) {
        inputGradient.buffer();
      }
    }
  }

  /** Computes the outputs. */
  void forward(Memory images) {
    input = images;
    images.buffer();
    for (int l = 0; l < weights.size(); l++) {
      order.pack(indices.get(l), parameters, weights.get(l));
    }
    workers.run(sharding.count(), forward);
  }

  private void forward(int shard) {
    if (input != null) {
      shards.get(shard).forward(input);
    }
  }

  /** Overwrites the layers' part of {@code gradient}. */
  void backward(Memory gradient) {
    workers.run(sharding.count(), backward);
    sum(gradient, false);
  }

  private void backward(int shard) {
    if (input != null) {
      shards.get(shard).backward(input);
    }
  }

  /** To be called before the first direction of {@link #addPowers}. */
  void startPowers() {
    workers.run(sharding.count(), s -> shards.get(s).startPowers());
  }

  /** Collects the powers of each row's gradients, for one direction. */
  void addPowers(Power power) {
    Memory images = input;
    if (images != null) {
      workers.run(sharding.count(), s -> shards.get(s).addPowers(images, power));
    }
  }

  /** Adds the collected powers to the layers' part of {@code sum}. */
  void sumPowers(Memory sum) {
    sum(sum, true);
  }

  /** Adds up what the shards have; powers come on top of what was there before. */
  private void sum(Memory to, boolean powers) {
    for (int l = 0; l < layers.size(); l++) {
      ConvolutionLayer layer = layers.get(l);
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
  }
}
