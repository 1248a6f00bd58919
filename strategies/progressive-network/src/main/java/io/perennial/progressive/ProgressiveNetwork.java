package io.perennial.progressive;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.Readout;
import io.perennial.api.Router;
import io.perennial.api.State;
import io.perennial.models.ConvolutionalNetwork;
import io.perennial.models.Mlp;
import io.perennial.models.ProgressiveColumns;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A column a task: a network that learns its task from its own input and, through adapters, from
 * the hidden layers of the columns before it, which are frozen: {@code h_i^(k) = f(W_i h_(i-1)^(k)
 * + U_i σ(V_i α h_(i-1)^(<k)))} (arXiv 1606.04671, eq. 2), with f the network's non-linearity, σ a
 * ReLU, and adapters from the second layer on, the output layer included. Between convolutions W
 * and U are convolutions and V a 1x1 convolution (section 2); the first dense layer after them
 * reads the maps of the columns before as flat vectors. Forgetting is exactly 0.
 *
 * <p>A training step computes all columns and goes back through the newest: linear in the number of
 * tasks with {@code adapterWidth: 0}, forward quadratic with a fixed one.
 */
@Description(
    value = "A frozen column a task, each new one fed by the hidden layers of those before.",
    paper = "arXiv 1606.04671",
    needs =
        "model-expansion; task labels at test time; the model mlp or convolutional without dropout")
public final class ProgressiveNetwork implements Expansion {
  /** The settings of {@code progressive-network}. */
  public record Settings(
      @Description(
              value =
                  "Width of the adapters between columns, in units or channels; 0 for the units or"
                      + " channels that a layer takes divided by the number of columns before,"
                      + " rounded up, which keeps a column's adapters about as large as its"
                      + " weights.",
              byDefault = "0",
              min = 0,
              max = 1_000_000,
              paper = "arXiv 1606.04671, section 2")
          int adapterWidth) {}

  private final Settings settings;
  private final RandomSource random;
  private final List<List<Object>> growth = new ArrayList<>();

  @Inject
  ProgressiveNetwork(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!composition.setting().taskKnownAtTest() && composition.with(Router.class).isEmpty()) {
      findings.accept(
          Finding.error(
              "progressive-network",
              "it must know at test time which task's column to ask, and this setting gives no task"
                  + " label.",
              "Choose setting: task-incremental, or add a strategy that routes."));
    }
    if (!(composition.model() instanceof Mlp)
        && !(composition.model() instanceof ConvolutionalNetwork)) {
      findings.accept(
          Finding.error(
              "progressive-network",
              "its adapters connect the layers of dense and convolutional networks, and this model"
                  + " is a "
                  + composition.model().getClass().getSimpleName()
                  + ".",
              "Choose model: {type: mlp} or {type: convolutional}."));
    }
    if (dropout(composition.model()) > 0) {
      findings.accept(
          Finding.error(
              "progressive-network",
              "its columns have no dropout, and this model has a rate of "
                  + dropout(composition.model())
                  + ".",
              "Set model.dropout: 0."));
    }
    if (!composition.with(Readout.class).isEmpty()) {
      findings.accept(
          Finding.error(
              "progressive-network",
              "a readout needs one network's features, and every column has its own.",
              "Remove the readout."));
    }
  }

  private static double dropout(Model model) {
    if (model instanceof Mlp network) {
      return network.dropout();
    }
    return model instanceof ConvolutionalNetwork network ? network.dropout() : 0;
  }

  @Override
  public Optional<Growth> expandBefore(Learner learner) {
    int task = learner.task().index();
    int oldSize = Math.toIntExact(learner.model().parameters().length());
    if (task == 0) {
      ProgressiveColumns columns = firstColumn(learner.model());
      return Optional.of(new Growth(columns, ParameterMap.identity(oldSize)));
    }
    if (!(learner.model() instanceof ProgressiveColumns columns)) {
      throw new IllegalStateException("The columns of the tasks so far have been replaced");
    }
    columns.add(random.child("task " + task));
    int newSize = Math.toIntExact(columns.parameters().length());
    return Optional.of(new Growth(columns, ParameterMap.fresh(oldSize, newSize)));
  }

  private ProgressiveColumns firstColumn(Model model) {
    if (model instanceof Mlp network) {
      return new ProgressiveColumns(network, settings.adapterWidth());
    }
    if (model instanceof ConvolutionalNetwork network) {
      return new ProgressiveColumns(network, settings.adapterWidth());
    }
    throw new IllegalStateException("The first column must be a dense or convolutional network");
  }

  @Override
  public void afterTask(Learner learner) {
    Model columns = learner.model();
    long live = columns.parameters().length();
    growth.add(List.of(learner.task().name(), live, columns.parameterCount()));
  }

  @Override
  public boolean carriesParameters() {
    return false;
  }

  /** A column a task, each with adapters to those before. */
  @Override
  public Size largest(Composition composition) {
    try (ProgressiveColumns columns = firstColumn(composition.model().copy())) {
      long live = 0;
      long all = 0;
      for (int column = 0; column < composition.tasks().size(); column++) {
        long own = columns.parametersOf(column);
        live = Math.max(live, own);
        all += own;
      }
      return new Size(live, all);
    }
  }

  @Override
  public Model rebuild(Model initial, State saved) {
    ProgressiveColumns columns = firstColumn(initial);
    columns.restore(saved);
    return columns;
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "adapter",
        "U relu(V (alpha h) + c) into every layer but the first, one alpha a column and layer;"
            + " between convolutions V is 1x1 and U has the layer's kernel",
        "adapterWidth",
        settings.adapterWidth() == 0
            ? "units or channels of the layer's input / columns before"
            : Integer.toString(settings.adapterWidth()));
  }

  @Override
  public List<Artefact> artefacts() {
    return List.of(
        new Artefact.Table(
            "growth",
            "What each column costs, its adapters included, and all columns together",
            List.of("task", "parameters of the column", "parameters so far"),
            List.copyOf(growth)));
  }

  @Override
  public State save() {
    return State.builder().value("growth", List.copyOf(growth)).build();
  }

  @Override
  public void restore(State state) {
    growth.clear();
    if (state.values().get("growth") instanceof List<?> rows) {
      for (Object row : rows) {
        growth.add(new ArrayList<>((List<?>) row));
      }
    }
  }
}
