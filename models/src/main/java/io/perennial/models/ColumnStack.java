package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The columns of {@link ProgressiveColumns} with the passes through them, in their number type.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ColumnStack<A> implements AutoCloseable {
  final Kernels<A> kernels;
  final Workers workers;
  final Activation activation;
  final Initialization initialization;
  final long[] inputShape;
  final int adapterWidth;
  final List<Column<A>> all = new ArrayList<>();
  private final Bindings bindings = new Bindings();
  private final BatchSizes<ColumnPasses<A>> passes =
      new BatchSizes<>(this::passes, ColumnPasses::close);
  private @Nullable ColumnPasses<A> latest;
  private @Nullable INDArray mixed;
  private @Nullable INDArray masked;
  private boolean[] needed = {};
  private boolean[] liveRows = {};
  private boolean allLive;
  private int latestRows;
  private double[] values = {};
  private double[] result = {};

  ColumnStack(
      Kernels<A> kernels,
      Workers workers,
      Activation activation,
      Initialization initialization,
      long[] inputShape,
      int adapterWidth) {
    this.kernels = kernels;
    this.workers = workers;
    this.activation = activation;
    this.initialization = initialization;
    this.inputShape = inputShape;
    this.adapterWidth = adapterWidth;
  }

  ColumnStack<A> empty() {
    return new ColumnStack<>(
        kernels, workers, activation, initialization, inputShape, adapterWidth);
  }

  Column<A> live() {
    return all.get(all.size() - 1);
  }

  void add(ConvolutionLayers plain) {
    closePasses();
    all.add(new Column<>(kernels, ColumnShape.of(plain, all.size(), adapterWidth)));
    needed = new boolean[all.size()];
  }

  INDArray forward(INDArray features, int[] tasks) {
    int rows = tasks.length;
    int width = live().shape().plain().inputs();
    Memory input = bindings.of(features, kernels, (long) rows * width, "features");
    if (rows == 0) {
      throw new IllegalArgumentException("A batch has at least 1 row");
    }
    int sole = route(tasks);
    ColumnPasses<A> pass = passes.of(rows);
    pass.forward(input, needed);
    latest = pass;
    latestRows = rows;
    int classes = live().shape().dense().outputs();
    if (sole >= 0 && all.get(sole).shape().dense().outputs() == classes) {
      return pass.logits(sole);
    }
    return gather(pass, tasks, classes);
  }

  /** Notes which columns are needed and which rows are live; the only one if there is one. */
  private int route(int[] tasks) {
    int sole = tasks[0];
    int newest = all.size() - 1;
    if (liveRows.length < tasks.length) {
      liveRows = new boolean[tasks.length];
    }
    Arrays.fill(needed, false);
    for (int n = 0; n < tasks.length; n++) {
      int task = tasks[n];
      if (task < 0 || task > newest) {
        throw new IllegalArgumentException(
            "Each row must name one of the " + all.size() + " tasks so far, not " + task);
      }
      needed[task] = true;
      liveRows[n] = task == newest;
      sole = task == sole ? sole : -1;
    }
    allLive = sole == newest;
    return sole;
  }

  private INDArray gather(ColumnPasses<A> pass, int[] tasks, int classes) {
    int count = tasks.length * classes;
    if (result.length < count) {
      result = new double[count];
      values = new double[count];
    }
    Arrays.fill(result, 0, count, TaskModels.CANNOT_WIN);
    for (int c = 0; c < all.size(); c++) {
      if (needed[c]) {
        Vectors.read(pass.logits(c), values);
        int outputs = all.get(c).shape().dense().outputs();
        for (int n = 0; n < tasks.length; n++) {
          if (tasks[n] == c) {
            System.arraycopy(values, n * outputs, result, n * classes, outputs);
          }
        }
      }
    }
    INDArray to = sized(mixed, tasks.length, classes);
    mixed = to;
    Vectors.write(result, count, to);
    return to;
  }

  void backward(INDArray logitsGradient, INDArray gradient) {
    ColumnPasses<A> pass = latest;
    if (pass == null) {
      throw new IllegalStateException("There was no forward pass to go back through");
    }
    int classes = live().shape().dense().outputs();
    long length = (long) latestRows * classes;
    Memory top = bindings.of(logitsGradient, kernels, length, "logits' gradient");
    Memory to = bindings.of(gradient, kernels, live().shape().size(), "gradient");
    if (!needed[all.size() - 1]) {
      Vectors.zero(gradient);
      return;
    }
    if (!allLive) {
      if (values.length < length) {
        values = new double[(int) length];
      }
      Vectors.read(logitsGradient, values);
      for (int n = 0; n < latestRows; n++) {
        if (!liveRows[n]) {
          Arrays.fill(values, n * classes, (n + 1) * classes, 0);
        }
      }
      INDArray own = sized(masked, latestRows, classes);
      masked = own;
      Vectors.write(values, (int) length, own);
      top = bindings.of(own);
    }
    pass.backward(top, to);
  }

  ParameterMap growClasses(int classes, RandomSource random) {
    Column<A> old = live();
    ColumnShape from = old.shape();
    int outputs = from.dense().outputs();
    if (classes < outputs) {
      throw new IllegalArgumentException(
          "A network with " + outputs + " classes cannot shrink to " + classes);
    }
    if (classes == outputs) {
      return ParameterMap.identity(from.size());
    }
    closePasses();
    ConvolutionLayers plain = from.plain().withOutputs(classes);
    Column<A> grown = new Column<>(kernels, ColumnShape.of(plain, from.previous(), adapterWidth));
    int[] sources = sources(from, grown.shape());
    double[] before = new double[from.size()];
    Vectors.read(old.parameters(), before);
    double[] after = new double[sources.length];
    grown.draw(initialization, activation, outputs, random, after);
    for (int i = 0; i < after.length; i++) {
      after[i] = sources[i] < 0 ? after[i] : before[sources[i]];
    }
    Vectors.write(after, grown.parameters());
    all.set(all.size() - 1, grown);
    old.close();
    return ParameterMap.of(from.size(), sources);
  }

  /** Only the output layer differs: it has more rows of W, b and U. */
  private static int[] sources(ColumnShape from, ColumnShape to) {
    int[] sources = new int[to.size()];
    Arrays.fill(sources, -1);
    ColumnLayer old = from.top();
    ColumnLayer grown = to.top();
    copy(sources, 0, 0, old.bias());
    copy(sources, old.bias(), grown.bias(), old.outputs());
    if (old.hasAdapter()) {
      copy(sources, old.scales(), grown.scales(), old.adapterWeights() - old.scales());
      int weights = old.adapterWeightLength();
      copy(sources, old.adapterWeights(), grown.adapterWeights(), weights);
    }
    return sources;
  }

  private static void copy(int[] sources, int from, int to, int count) {
    for (int i = 0; i < count; i++) {
      sources[to + i] = from + i;
    }
  }

  private ColumnPasses<A> passes(int rows) {
    return new ColumnPasses<>(kernels, workers, List.copyOf(all), activation, rows);
  }

  private INDArray sized(@Nullable INDArray array, int rows, int classes) {
    if (array != null) {
      if (array.rows() == rows && array.columns() == classes) {
        return array;
      }
      array.close();
    }
    return Vectors.create(kernels.type(), rows, classes);
  }

  private void closePasses() {
    passes.clear();
    latest = null;
  }

  @Override
  public void close() {
    closePasses();
    if (mixed != null) {
      mixed.close();
      mixed = null;
    }
    if (masked != null) {
      masked.close();
      masked = null;
    }
    all.forEach(Column::close);
    all.clear();
  }
}
