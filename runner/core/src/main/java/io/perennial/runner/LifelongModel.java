package io.perennial.runner;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import io.perennial.api.RunListener;
import io.perennial.api.Setting;
import io.perennial.models.NativeSetup;
import io.perennial.runner.data.UnlabelledData;
import io.perennial.runner.export.OnnxExport;
import io.perennial.runner.export.Weights;
import io.perennial.runner.result.AtomicFile;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.History;
import io.perennial.runner.result.Results;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The model that a run left in its directory: answers, and learns further tasks while it answers.
 *
 * <pre>{@code
 * try (LifelongModel model = LifelongModel.open(Path.of("runs/mine"))) {
 *   Prediction prediction = model.predict(features);
 *   model.learn("tuesday", tuesdaysData);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads: predictions take turns, {@code learn} calls too, and a
 * prediction that comes while a task is being learned is answered by the model as it was before.
 */
public final class LifelongModel implements AutoCloseable {
  private final Perennial perennial;
  private final boolean ownsPerennial;
  private final Path directory;
  private final ReentrantLock learning = new ReentrantLock();
  private final Object answering = new Object();

  private RunDirectory run;
  private Predictor predictor;

  /**
   * An answer.
   *
   * @param label the class with the highest probability, as a column of the logits
   * @param name of that class
   * @param probabilities of each class, 0 for those that cannot be in question
   * @param expert the task whose expert answered, -1 where there are no experts
   */
  public record Prediction(int label, String name, double[] probabilities, int expert) {}

  /**
   * Opens a model with the plugins of the class path.
   *
   * @throws InputException if there is no model that can be used
   */
  public static LifelongModel open(Path directory) {
    Perennial perennial = Perennial.start();
    try {
      return new LifelongModel(perennial, directory, true);
    } catch (RuntimeException | Error e) {
      perennial.close();
      throw e;
    }
  }

  LifelongModel(Perennial perennial, Path directory, boolean ownsPerennial) {
    NativeSetup.ensure();
    this.perennial = perennial;
    this.ownsPerennial = ownsPerennial;
    this.directory = directory;
    this.run = new RunDirectory(perennial, directory);
    this.predictor = predictor(perennial, run);
  }

  private static Predictor predictor(Perennial perennial, RunDirectory run) {
    Checkpoint latest = run.learned();
    Plan plan = perennial.toUse(run.configuration(), run.history());
    try {
      // What was saved is in memory already, so that what it grew to is counted.
      perennial.keepWithin(() -> MemoryEstimate.ofAnswering(plan));
    } catch (InputException e) {
      plan.model().close();
      throw e;
    }
    return new Predictor(plan, latest.state());
  }

  /** The shape of an example. */
  public long[] inputShape() {
    synchronized (answering) {
      return predictor.model().inputShape();
    }
  }

  /** The names of the classes, by column of the logits. */
  public List<String> classes() {
    synchronized (answering) {
      return predictor.plan().stream().classNames().subList(0, predictor.model().classes());
    }
  }

  /** The names of the tasks learned, in their order. */
  public List<String> tasks() {
    synchronized (answering) {
      return predictor.plan().stream().tasks().stream()
          .limit(predictor.tasksDone())
          .map(task -> task.name())
          .toList();
    }
  }

  /** What is known of an example: in the task-incremental setting, its task. */
  public Setting setting() {
    synchronized (answering) {
      return predictor.plan().setting();
    }
  }

  /** Everything that was taught. */
  public History history() {
    synchronized (answering) {
      return run.history();
    }
  }

  /**
   * Answers for one example.
   *
   * @param features as {@link #inputShape()} has it, in C order
   * @throws InputException if its task must be known
   */
  public Prediction predict(float[] features) {
    return predict(features, -1);
  }

  /**
   * Answers for one example of a known task.
   *
   * @param task the position of its task, or -1
   */
  public Prediction predict(float[] features, int task) {
    return predict(List.of(features), task).get(0);
  }

  /**
   * Answers for many examples.
   *
   * @param examples as {@link #inputShape()} has them, in C order
   * @param task the position of their task, -1 if it is not known
   * @throws InputException if an example has another number of features, or the task must be known
   */
  public List<Prediction> predict(List<float[]> examples, int task) {
    List<Prediction> answers = new ArrayList<>(examples.size());
    synchronized (answering) {
      int width = Math.toIntExact(Arrays.stream(inputShape()).reduce(1, Math::multiplyExact));
      int classes = predictor.model().classes();
      List<String> names = classes();
      for (int from = 0; from < examples.size(); from += Predictor.BATCH) {
        int rows = Math.min(Predictor.BATCH, examples.size() - from);
        float[] features = new float[rows * width];
        for (int n = 0; n < rows; n++) {
          float[] example = examples.get(from + n);
          if (example.length != width) {
            throw new InputException(
                "Example %d has %d features, but the model takes %d, in the shape %s."
                    .formatted(from + n, example.length, width, Arrays.toString(inputShape())));
          }
          System.arraycopy(example, 0, features, n * width, width);
        }
        double[] probabilities = new double[rows * classes];
        int[] experts = new int[rows];
        predictor.predict(features, rows, task, probabilities, experts);
        for (int n = 0; n < rows; n++) {
          double[] own = Arrays.copyOfRange(probabilities, n * classes, (n + 1) * classes);
          int best = best(own);
          int expert = predictor.routes() ? experts[n] : -1;
          answers.add(new Prediction(best, names.get(best), own, expert));
        }
      }
    }
    return answers;
  }

  /** Takes answers in the order of their examples, on the thread that asked. */
  public interface Answers {
    /**
     * Some answers.
     *
     * @param rows how many
     * @param probabilities {@code [rows, C]}, valid during the call
     * @param experts {@code [rows]}, the tasks whose experts answered; valid during the call
     */
    void accept(int rows, double[] probabilities, int[] experts);
  }

  /**
   * Answers for the examples of a file, which may be larger than the memory. The model that answers
   * is the same for all of them.
   *
   * @param format of the file
   * @param task the position of the examples' task, -1 if it is not known
   * @return how many there were
   * @throws InputException with what is wrong with the file; what was read before was answered
   */
  public long predict(Path file, UnlabelledData.Format format, int task, Answers answers) {
    synchronized (answering) {
      long[] shape = predictor.model().inputShape();
      UnlabelledData data = new UnlabelledData(file, format, run.preparation(), run.hints(), shape);
      predictor.requireTask(task);
      return new FileAnswers(predictor, data, task, answers).all(perennial.threads());
    }
  }

  /** Whether each example is sent to the expert of a task, without being told the task. */
  public boolean hasExperts() {
    synchronized (answering) {
      return predictor.routes();
    }
  }

  /**
   * The position of a task.
   *
   * @param name its name, or its number from 1
   * @throws InputException if no task of that name was learned
   */
  public int task(String name) {
    List<String> tasks = tasks();
    int position = tasks.indexOf(name);
    if (position < 0 && name.matches("[1-9][0-9]{0,8}")) {
      position = Integer.parseInt(name) - 1;
    }
    if (position < 0 || position >= tasks.size()) {
      throw new InputException(
          "There is no task '%s'; those learned are: %s. Give the name of one, or its number from 1."
              .formatted(name, String.join(", ", tasks)));
    }
    return position;
  }

  /**
   * Writes the model for other software that serves ONNX (opset 17), the preparation of its data
   * included; docs/models.md tells what goes in and comes out.
   *
   * @param file which must not be there
   * @param task the position of all examples' task, -1 if it is not known
   * @throws InputException if the task is needed and not given, or a part cannot be exported
   */
  public void exportOnnx(Path file, int task) throws IOException {
    requireNew(file);
    byte[] bytes;
    synchronized (answering) {
      bytes =
          new OnnxExport(predictor, run.preparation(), run.largestPixel())
              .bytes(run.configuration().name(), task);
    }
    AtomicFile.write(file, bytes);
  }

  /**
   * Writes all parameters under readable names, as safetensors.
   *
   * @param file which must not be there
   */
  public void exportWeights(Path file) throws IOException {
    requireNew(file);
    synchronized (answering) {
      Weights.write(predictor.model(), file, run.preparation().vocabulary());
    }
  }

  private static void requireNew(Path file) {
    if (Files.exists(file)) {
      throw new InputException(
          "%s is there already; nothing is overwritten. Give another file.".formatted(file));
    }
  }

  private static int best(double[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }

  /**
   * Learns further tasks, into the model's directory.
   *
   * @param tasks a YAML file with a {@code scenario}, or a directory for the run's own scenario to
   *     read from
   * @param listeners follow it
   * @return the results of all tasks, the earlier ones included
   */
  public Results learn(Path tasks, RunListener... listeners) {
    return learn(() -> new Continuation(perennial, run).learn(tasks, List.of(listeners)));
  }

  /**
   * Learns one further task from data at hand, into the model's directory. A class of a name that
   * is known is the known one.
   *
   * @param task its name
   * @param data of the task
   * @param listeners follow it
   * @return the results of all tasks, the earlier ones included
   */
  public Results learn(String task, DataSet data, RunListener... listeners) {
    return learn(
        () ->
            new Continuation(perennial, run)
                .learn(new HandedTask(task, data, setting()), List.of(listeners)));
  }

  private Results learn(Supplier<Results> lesson) {
    learning.lock();
    try {
      Results results = lesson.get();
      RunDirectory taught = new RunDirectory(perennial, directory);
      Predictor next = predictor(perennial, taught);
      synchronized (answering) {
        Predictor old = predictor;
        run = taught;
        predictor = next;
        old.close();
      }
      return results;
    } finally {
      learning.unlock();
    }
  }

  /** Frees the model; of {@link #open}, its threads, too. */
  @Override
  public void close() {
    synchronized (answering) {
      predictor.close();
    }
    if (ownsPerennial) {
      perennial.close();
    }
  }
}
