package io.perennial.models;

import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Makes {@link ConvolutionalNetwork}s. */
@Description("A convolutional network: convolutions with max-pools, then dense layers")
public final class ConvolutionalNetworkFactory implements ModelFactory {
  private final Settings settings;
  private final Workers workers;

  /**
   * The network's shape between input and output.
   *
   * @param channels of the convolutional layers' outputs, from the input on
   * @param kernel height and width of every filter
   * @param pool height and width of every max-pool's windows
   * @param hidden widths of the dense layers between the last max-pool and the output
   * @param dropout after each hidden dense layer, in training only
   * @param initialization of the parameters
   * @param from a file of first parameters, which the runner reads into the network made here
   */
  public record Settings(
      @Description(
              value = "The channels of each convolutional layer's output, from the input on",
              byDefault = "[32, 64]",
              min = 1)
          List<Integer> channels,
      @Description(
              value = "Height and width of every filter, an odd number; the borders count as zeros",
              byDefault = "3",
              min = 1)
          int kernel,
      @Description(
              value = "Height and width of the max-pool's windows after each convolution; 1: none",
              byDefault = "2",
              min = 1)
          int pool,
      @Description(
              value = "The widths of the hidden dense layers; empty for none",
              byDefault = "[128]",
              min = 1)
          List<Integer> hidden,
      @Description(
              value = "The probability that a hidden dense unit is 0 in a training pass",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true,
              paper = "Srivastava et al., JMLR 15 (2014)")
          double dropout,
      @Description(
              value = "How the first parameters are drawn; fan-in is what PyTorch does",
              byDefault = "scaled")
          Initialization initialization,
      @Description(
              value =
                  "A safetensors file with first parameters under the names that 'perennial export"
                      + " --format safetensors' writes, such as layer0.weight; an output layer of"
                      + " another shape is drawn as without it. Empty for none",
              byDefault = "''")
          Path from) {
    /** With drawn parameters. */
    public Settings(
        List<Integer> channels,
        int kernel,
        int pool,
        List<Integer> hidden,
        double dropout,
        Initialization initialization) {
      this(channels, kernel, pool, hidden, dropout, initialization, Path.of(""));
    }

    /** Keeps unmodifiable copies of the lists. */
    public Settings {
      channels = List.copyOf(channels);
      hidden = List.copyOf(hidden);
      if (channels.isEmpty()) {
        throw new IllegalArgumentException(
            "channels must name at least one convolutional layer; without any, choose type: mlp");
      }
      if (kernel % 2 == 0) {
        throw new IllegalArgumentException(
            "kernel must be odd, so that a filter has a middle, not " + kernel);
      }
    }

    /**
     * The shape for some input.
     *
     * @throws InputException if the input does not fit
     */
    ConvolutionLayers layers(long[] inputShape, int classes) {
      int[] pools = new int[channels.size()];
      Arrays.fill(pools, pool);
      int[] top =
          Stream.concat(hidden.stream(), Stream.of(classes)).mapToInt(Integer::intValue).toArray();
      return ConvolutionLayers.of(
          inputShape, channels.stream().mapToInt(Integer::intValue).toArray(), kernel, pools, top);
    }
  }

  /** Makes networks whose passes run on the given workers. */
  @Inject
  public ConvolutionalNetworkFactory(Settings settings, Workers workers) {
    this.settings = settings;
    this.workers = workers;
  }

  @Override
  public Model create(Request request) {
    return new ConvolutionalNetwork(
        request.inputShape(),
        settings,
        request.classes(),
        request.dataType(),
        request.random(),
        workers);
  }
}
