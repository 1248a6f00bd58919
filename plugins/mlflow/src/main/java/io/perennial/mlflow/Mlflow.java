package io.perennial.mlflow;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import io.perennial.api.State;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.Logger;

/**
 * Tells an MLflow server what a run does. A server that is not there when the run begins ends it;
 * one that goes away later does not: what it missed is sent with the next values.
 */
@Description("tracks the run with an MLflow server")
public final class Mlflow implements RunListener {
  private static final int LONGEST_NAME = 250;
  private static final int LONGEST_PARAMETER = 500;

  /** Values kept for a server that does not answer. */
  private static final int MOST_WAITING = 100_000;

  private final Settings settings;
  private final Logger log;
  private final Server server;
  private final LongSupplier clock = System::currentTimeMillis;
  private final List<Server.Point> waiting = new ArrayList<>();
  private String id = "";
  private long step;

  /**
   * Where to, and how much.
   *
   * @param uri of the server
   * @param experiment its name; empty for the configuration's
   * @param every steps from one loss to the next
   */
  public record Settings(
      @Description(value = "The tracking server.", byDefault = "http://localhost:5000") String uri,
      @Description(value = "Name of the experiment; empty for the run's name.", byDefault = "''")
          String experiment,
      @Description(
              value = "Steps from one loss that is sent to the next; 0 for no losses.",
              byDefault = "10",
              min = 0)
          int every) {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if it is none of a server
     */
    public Settings {
      URI address = URI.create(uri);
      if (address.getHost() == null || !List.of("http", "https").contains(address.getScheme())) {
        throw new IllegalArgumentException(
            "uri must be like http://localhost:5000, not '" + uri + "'.");
      }
    }
  }

  @Inject
  Mlflow(Settings settings, Logger log) {
    this.settings = settings;
    this.log = log;
    this.server = new Server(settings.uri());
  }

  @Override
  public void runOpened(RunInfo run) {
    if (!id.isEmpty()) {
      server.status(id, "RUNNING", 0);
      return;
    }
    String experiment =
        server.experiment(settings.experiment().isEmpty() ? run.name() : settings.experiment());
    id = server.begin(experiment, run.name() + ", seed " + run.seed(), clock.getAsLong());
    Map<String, String> parameters = new LinkedHashMap<>();
    run.settings()
        .forEach(
            (name, value) -> {
              // An empty value is none to MLflow.
              if (!value.isEmpty()) {
                parameters.putIfAbsent(key(name), shortened(value, LONGEST_PARAMETER));
              }
            });
    server.parameters(id, parameters);
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    step = learner.step();
    if (settings.every() > 0 && step % settings.every() == 0) {
      add("loss", loss);
    }
  }

  @Override
  public void epochDone(Learner learner, double trainingAccuracy) {
    add("training_accuracy", trainingAccuracy);
    send();
  }

  @Override
  public void taskDone(Learner learner, AccuracyMatrix accuracy) {
    step = learner.step();
    for (int task = 0; task < accuracy.size(); task++) {
      add("accuracy/" + (task + 1), accuracy.at(learner.task().index(), task));
    }
    send();
  }

  @Override
  public void runEnded(RunInfo run, Map<String, Metric.Value> metrics, String failure) {
    if (id.isEmpty()) {
      return;
    }
    if (failure.isEmpty()) {
      metrics.forEach((name, value) -> add("metrics/" + name, value.number()));
    }
    send();
    try {
      server.status(id, failure.isEmpty() ? "FINISHED" : "FAILED", clock.getAsLong());
    } catch (Server.Refusal e) {
      log.warn("The end of the run was not told: {}", e.getMessage());
    }
  }

  /**
   * Which run of MLflow's to go on with. What waits is sent, because a run that goes on from here
   * does not see it again.
   */
  @Override
  public State save() {
    send();
    return State.ofValues(Map.of("id", id));
  }

  @Override
  public void restore(State state) {
    id = state.text("id");
  }

  private void add(String name, double value) {
    if (Double.isFinite(value) && waiting.size() < MOST_WAITING) {
      waiting.add(new Server.Point(key(name), value, clock.getAsLong(), step));
    }
  }

  private void send() {
    try {
      server.metrics(id, waiting);
      waiting.clear();
    } catch (Server.Refusal e) {
      log.warn("{} values wait for MLflow: {}", waiting.size(), e.getMessage());
    }
  }

  /** MLflow takes letters, digits, and {@code _-. /}; brackets of lists become dots. */
  private static String key(String name) {
    return shortened(
        name.replaceAll("\\[(\\d+)\\]", ".$1").replaceAll("[^\\w\\-. /]", "_"), LONGEST_NAME);
  }

  private static String shortened(String text, int length) {
    return text.substring(0, Math.min(text.length(), length));
  }
}
