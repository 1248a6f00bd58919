package io.perennial.models;

import io.perennial.api.Description;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import jakarta.inject.Inject;
import java.nio.file.Path;

/** Makes {@link MemoryNetwork}s. */
@Description(
    "An end-to-end memory network: reads sentences and a question, both as numbers of words")
public final class MemoryNetworkFactory implements ModelFactory {
  private final Settings settings;
  private final Workers workers;

  /**
   * The network's shape.
   *
   * @param dimension of the embeddings, d
   * @param hops over the memory
   * @param tying of the embeddings that the hops use
   * @param positionEncoding whether the order of a sentence's words counts
   * @param temporalEncoding whether the order of the sentences counts
   * @param timeNoise the largest number of empty memories in a training pass, relative to the
   *     others
   * @param emptyPlaces whether places without a sentence can be looked at
   * @param from a file of first parameters, which the runner reads into the network made here
   */
  public record Settings(
      @Description(
              value = "The dimension of the embeddings",
              byDefault = "50",
              min = 1,
              max = 100_000,
              paper = "arXiv 1503.08895, section 4.2")
          int dimension,
      @Description(
              value = "How many times the memory is looked at for an answer",
              byDefault = "3",
              min = 1,
              max = 100,
              paper = "arXiv 1503.08895, section 2.2")
          int hops,
      @Description(
              value =
                  "Which embeddings the hops share: adjacent (what one answers with, the next looks"
                      + " up with) or layer-wise (all the same, and a matrix from hop to hop)",
              byDefault = "adjacent",
              paper = "arXiv 1503.08895, section 2.2")
          Tying tying,
      @Description(
              value = "Whether the order of the words in a sentence counts",
              byDefault = "true",
              paper = "arXiv 1503.08895, section 4.1")
          boolean positionEncoding,
      @Description(
              value = "Whether the order of the sentences counts",
              byDefault = "true",
              paper = "arXiv 1503.08895, section 4.1")
          boolean temporalEncoding,
      @Description(
              value =
                  "The most empty memories that a training pass imagines between the others, as a"
                      + " fraction of their number, so that exact times are not learned by heart",
              byDefault = "0.1",
              min = 0,
              max = 1,
              paper = "arXiv 1503.08895, section 4.1")
          double timeNoise,
      @Description(
              value =
                  "Whether the empty places of the memory can be looked at too, with a score of 0,"
                      + " as in the authors' program: a question may then find that nothing fits,"
                      + " which yes and no need, but sentences are found more slowly",
              byDefault = "true")
          boolean emptyPlaces,
      @Description(
              value =
                  "A safetensors file with first parameters under the names that 'perennial export"
                      + " --format safetensors' writes, such as words0.weight; words are told apart"
                      + " by the vocabulary in it, those that it lacks and an output layer of"
                      + " another shape are drawn as without it. Empty for none",
              byDefault = "''")
          Path from) {
    /** With drawn parameters. */
    public Settings(
        int dimension,
        int hops,
        Tying tying,
        boolean positionEncoding,
        boolean temporalEncoding,
        double timeNoise,
        boolean emptyPlaces) {
      this(
          dimension,
          hops,
          tying,
          positionEncoding,
          temporalEncoding,
          timeNoise,
          emptyPlaces,
          Path.of(""));
    }

    /** The places in time that so many sentences may have. */
    int times(int sentences) {
      return temporalEncoding ? sentences + (int) Math.ceil(timeNoise * sentences) : 0;
    }
  }

  /** Makes networks whose passes run on the given workers. */
  @Inject
  public MemoryNetworkFactory(Settings settings, Workers workers) {
    this.settings = settings;
    this.workers = workers;
  }

  @Override
  public Model create(Request request) {
    return new MemoryNetwork(
        request.inputShape(),
        settings,
        request.classes(),
        request.dataType(),
        request.random(),
        workers);
  }
}
