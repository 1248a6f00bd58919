package io.perennial.replay;

import io.perennial.api.Description;
import io.perennial.api.Model;
import io.perennial.models.Likelihood;
import io.perennial.models.VariationalAutoencoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The settings of {@code generative-replay}. */
public record ReplaySettings(
    @Description(
            value = "Generated rows for each real one; their weight in the loss stays the same.",
            byDefault = "1.0",
            min = 0,
            aboveMin = true,
            max = 100)
        double rows,
    @Description(
            value =
                "hard: generated rows get the previous solver's most probable class (with a"
                    + " conditional generator the class it was asked for); soft: the solver's"
                    + " probabilities (distillation).",
            byDefault = "hard",
            paper = "arXiv 1809.10635, section 2")
        Targets targets,
    @Description(
            value =
                "T: soft targets and the solver's answers to them are softmax(logits / T), and"
                    + " their loss is multiplied by T². Only with soft targets.",
            byDefault = "" + TEMPERATURE,
            min = 0,
            aboveMin = true,
            paper = "arXiv 1503.02531; T = 2: arXiv 1809.10635")
        double temperature,
    @Description(
            value =
                "For images: the channels of the generator's convolutional layers (filters of 3x3,"
                    + " each with a max-pool of 2x2), from the input on; its decoder has them"
                    + " reversed. Empty for dense layers alone.",
            byDefault = "[]",
            min = 1)
        List<Integer> channels,
    @Description(
            value =
                "The widths of the dense layers of the generator's encoder, from the input on; its"
                    + " decoder has them reversed.",
            byDefault = "[400, 400]",
            min = 1,
            paper = "arXiv 1809.10635, appendix")
        List<Integer> hidden,
    @Description(
            value = "The generator's latent variables.",
            byDefault = "100",
            min = 1,
            paper = "arXiv 1809.10635, appendix")
        int latent,
    @Description(
            value =
                "Whether the generator is told the class: each generated row is then asked for as"
                    + " one of the old classes, drawn uniformly, and a hard target is that class.",
            byDefault = "false",
            paper = "Sohn et al., NeurIPS 2015")
        boolean conditional,
    @Description(
            value =
                "bernoulli for values in [0, 1], such as pixels; gaussian for standardised values.",
            byDefault = "bernoulli")
        Likelihood likelihood,
    @Description(
            value =
                "The standard deviation of the gaussian likelihood: what varies less is not"
                    + " learned. Only with gaussian.",
            byDefault = "" + DEVIATION,
            min = 0,
            aboveMin = true)
        double deviation,
    @Description(
            value = "The learning rate of the generator's Adam.",
            byDefault = "0.001",
            min = 0,
            aboveMin = true)
        double generatorLearningRate,
    @Description(
            value =
                "Steps of the generator for each step of the solver, on the same rows. More help"
                    + " when a task has few steps.",
            byDefault = "1",
            min = 1,
            max = 1000)
        int generatorSteps) {
  /** How the previous solver labels what was generated. */
  public enum Targets {
    /** The most probable class: DGR. */
    HARD,
    /** The probabilities at a temperature: DGR with distillation. */
    SOFT
  }

  private static final double DEVIATION = 0.3;
  private static final double TEMPERATURE = 2.0;

  /** Checks that nothing is given where it has no meaning. */
  public ReplaySettings {
    channels = List.copyOf(channels);
    hidden = List.copyOf(hidden);
    if (targets == Targets.HARD && temperature != TEMPERATURE) {
      throw new IllegalArgumentException("temperature needs targets: soft");
    }
    if (likelihood == Likelihood.BERNOULLI && deviation != DEVIATION) {
      throw new IllegalArgumentException("deviation needs likelihood: gaussian");
    }
  }

  /**
   * The generator for a model.
   *
   * @throws io.perennial.api.InputException if its convolutions do not fit the examples
   */
  VariationalAutoencoder.Settings generator(Model model) {
    double width = likelihood == Likelihood.GAUSSIAN ? deviation : 1;
    int classes = conditional ? Math.max(1, model.classes()) : 0;
    return new VariationalAutoencoder.Settings(
        model.inputShape(), channels, hidden, latent, classes, likelihood, width);
  }

  /** Whether the base loss of soft targets is not yet the distillation's. */
  boolean corrects() {
    return targets == Targets.SOFT && temperature != 1;
  }

  /** What differs between frameworks, for the results. */
  Map<String, String> conventions() {
    String labels =
        targets == Targets.SOFT
            ? "softmax(logits / T), 0 for new classes; loss times T^2; T = " + temperature
            : conditional
                ? "the class that the generator was asked for"
                : "the previous solver's most probable class";
    String kind = likelihood.name().toLowerCase(Locale.ROOT);
    return Map.of(
        "mass",
        "real rows 1/t, replayed rows 1 - 1/t at the t-th task",
        "targets",
        labels,
        "generator",
        (conditional ? "class-conditional VAE " : "VAE ")
            + (channels.isEmpty() ? "" : "of channels " + channels + " and ")
            + hidden
            + ", latent "
            + latent
            + ", "
            + kind
            + "; samples are the decoder's means",
        "generatorTraining",
        generatorSteps + " step(s) on the rows of each solver step, with their weights");
  }
}
