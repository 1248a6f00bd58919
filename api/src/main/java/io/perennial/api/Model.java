package io.perennial.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with one flat vector of live parameters. Its arrays are made once for each batch size
 * and used again, so what {@link #forward} returns is valid until the next call of it. A forward
 * and backward pass may use several threads; their results do not depend on how many. One caller at
 * a time.
 *
 * <p>What only some networks can do is an interface beside this one: {@link PerExampleGradients},
 * {@link FeatureExtractor}, {@link Widening}, {@link Deepening}.
 */
public interface Model extends Stateful, AutoCloseable {
  /** The shape of one example. */
  long[] inputShape();

  /** The number of outputs, C. */
  int classes();

  /** Float in production; double in proofs. */
  DataType dataType();

  /**
   * The live parameters {@code [P]}, frozen ones not among them. The optimiser and {@link
   * GradientTransform#selectParameters} modify them in place. Growth replaces the array.
   */
  INDArray parameters();

  /** Names and places of the tensors in {@link #parameters()}, in order, without gaps. */
  List<Slice> layout();

  /**
   * Whether the rows of a task can be answered, given its index: a network of one path always can,
   * one with a column, expert or head for each task once it has that task's.
   */
  default boolean hasTask(int task) {
    return true;
  }

  /** All parameters, frozen ones included: what the model costs to keep. */
  long parameterCount();

  /**
   * The multiplications of a weight that one prediction takes, of a single example whose task is
   * known if that matters; additions of biases, activations and what a router does are not counted.
   * Empty if the model does not tell.
   */
  default OptionalLong multiplyAccumulates() {
    return OptionalLong.empty();
  }

  /**
   * The logits {@code [N, C]}, owned by the model.
   *
   * @param features {@code [N, …]}, contiguous in C order; must not change before {@link #backward}
   * @param tasks {@code [N]}, -1 where not known; a network with one path ignores them
   * @param training whether layers that behave otherwise in training (dropout) do so
   */
  INDArray forward(INDArray features, int[] tasks, boolean training);

  /**
   * Back-propagates through the latest forward pass.
   *
   * @param logitsGradient {@code [N, C]}
   * @param gradient {@code [P]}, overwritten with the gradient with respect to the parameters
   */
  void backward(INDArray logitsGradient, INDArray gradient);

  /**
   * Adds outputs for new classes, in place.
   *
   * @param classes the new number of outputs, at least {@link #classes()}
   * @param random for the new rows' first weights
   * @return where each parameter comes from
   */
  ParameterMap growClasses(int classes, RandomSource random);

  /**
   * The embeddings of a network that reads words; empty for any other. The runner lets them grow
   * with the words of each task.
   */
  default Optional<WordEmbeddings> wordEmbeddings() {
    return Optional.empty();
  }

  /** Draws all live parameters anew, as for a new model of the same shape. */
  void reinitialize(RandomSource random);

  /** A model of its own with the same parameters: later changes of one do not show in the other. */
  Model copy();

  /** Frees what the model allocated outside the heap. */
  @Override
  void close();

  /**
   * A tensor within the flat vector, in C order.
   *
   * @param name such as {@code layer0.weight}
   * @param offset of its first element
   * @param shape such as {@code [outputs, inputs]}
   */
  record Slice(String name, long offset, long[] shape) {
    /** The number of its elements. */
    public long length() {
      long length = 1;
      for (long size : shape) {
        length *= size;
      }
      return length;
    }
  }
}
