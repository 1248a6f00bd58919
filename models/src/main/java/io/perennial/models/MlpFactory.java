package io.perennial.models;

import io.perennial.api.Description;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;

/** Makes {@link Mlp}s. */
@Description("A multi-layer perceptron: dense layers on the flattened example")
public final class MlpFactory implements ModelFactory {
  private final Settings settings;
  private final Workers workers;

  /**
   * The network's shape between input and output.
   *
   * @param hidden widths from the input on
   * @param activation between the layers
   * @param dropout after each hidden layer, in training only
   * @param initialization of the parameters
   * @param from a file of first parameters, which the runner reads into the network made here
   */
  public record Settings(
      @Description(
              value = "The widths of the hidden layers, from the input on; empty for none",
              byDefault = "[256, 256]",
              min = 1)
          List<Integer> hidden,
      @Description(value = "The non-linearity between the layers", byDefault = "relu")
          Activation activation,
      @Description(
              value = "The probability that a hidden unit is 0 in a training pass",
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
    /** Without dropout, from {@link Initialization#SCALED} parameters. */
    public Settings(List<Integer> hidden, Activation activation) {
      this(hidden, activation, 0, Initialization.SCALED);
    }

    /** With drawn parameters. */
    public Settings(
        List<Integer> hidden,
        Activation activation,
        double dropout,
        Initialization initialization) {
      this(hidden, activation, dropout, initialization, Path.of(""));
    }

    /** Keeps an unmodifiable copy of the list. */
    public Settings {
      hidden = List.copyOf(hidden);
    }
  }

  /** Makes networks whose passes run on the given workers. */
  @Inject
  public MlpFactory(Settings settings, Workers workers) {
    this.settings = settings;
    this.workers = workers;
  }

  @Override
  public Model create(Request request) {
    return new Mlp(
        request.inputShape(),
        settings,
        request.classes(),
        request.dataType(),
        request.random(),
        workers);
  }
}
