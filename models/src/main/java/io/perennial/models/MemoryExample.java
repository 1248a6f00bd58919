package io.perennial.models;

import java.util.Arrays;

/**
 * One example's way through a {@link MemoryNetwork} and back, in arrays that are used again. It
 * computes in double whatever the network's type: the work is gathering rows of tables, which no
 * BLAS does, and one loop for both types keeps it short. For one thread at a time.
 */
final class MemoryExample {
  private final MemoryLayout layout;
  private final MemoryNetworkFactory.Settings settings;
  private final int sentences;
  private final int width;
  private final int d;

  /** Words, of the question first and then of each memory, with {@link #width} places each. */
  private final int[] words;

  /** How many words there are up to the last one, for each of these. */
  private final int[] lengths;

  /** Which memories are not empty, and their places in time. */
  private final int[] used;

  private final int[] times;
  private int count;

  /** {@code [tables][memories, d]}. */
  private final double[][] memories;

  private final double[][] memoryGradients;

  /** {@code [hops + 1][d]}. */
  private final double[][] states;

  /** {@code [hops][memories]}. */
  private final double[][] attention;

  private final double[] scores;

  /** 1 to d: the elements' places in the position encoding. */
  private final double[] places;

  private double[] slope;
  private double[] nextSlope;

  /**
   * @param sentences that a memory may have
   * @param width words of a sentence
   */
  MemoryExample(
      MemoryLayout layout, MemoryNetworkFactory.Settings settings, int sentences, int width) {
    this.layout = layout;
    this.settings = settings;
    this.sentences = sentences;
    this.width = width;
    this.d = layout.dimension();
    this.words = new int[(1 + sentences) * width];
    this.lengths = new int[1 + sentences];
    this.used = new int[sentences];
    this.times = new int[sentences];
    this.memories = new double[layout.memoryTables()][sentences * d];
    this.memoryGradients = new double[layout.memoryTables()][sentences * d];
    this.states = new double[layout.hops() + 1][d];
    this.attention = new double[layout.hops()][sentences];
    this.scores = new double[sentences];
    this.places = new double[d];
    Arrays.setAll(places, k -> k + 1);
    this.slope = new double[d];
    this.nextSlope = new double[d];
  }

  /**
   * Computes {@link #state}.
   *
   * @param features of the batch, from {@code at} on this example's
   * @param noise the pass's key for time noise; 0 for none
   * @param row of the batch
   */
  void forward(double[] parameters, double[] features, int at, long noise, int row) {
    read(features, at);
    dateMemories(noise, row);
    for (int t = 0; t < memories.length; t++) {
      Arrays.fill(memories[t], 0, count * d, 0);
      for (int i = 0; i < count; i++) {
        embed(parameters, t, used[i] + 1, memories[t], i * d);
        if (layout.times() > 0) {
          add(parameters, layout.timeOffset(t) + times[i] * d, memories[t], i * d, 1);
        }
      }
    }
    Arrays.fill(states[0], 0);
    embed(parameters, layout.question(), 0, states[0], 0);
    for (int h = 0; h < layout.hops(); h++) {
      hop(parameters, h);
    }
  }

  /** What the output layer sees: u after the last hop, {@code [d]}. */
  double[] state() {
    return states[layout.hops()];
  }

  /**
   * Adds the gradient of the latest forward pass, the output layer's own weights left out.
   *
   * @param slopes the gradient with respect to {@link #state}, from {@code at} on
   */
  void backward(double[] parameters, double[] slopes, int at, double[] gradient) {
    System.arraycopy(slopes, at, slope, 0, d);
    for (double[] table : memoryGradients) {
      Arrays.fill(table, 0, count * d, 0);
    }
    for (int h = layout.hops() - 1; h >= 0; h--) {
      hopBack(parameters, h, gradient);
    }
    embedBack(layout.question(), 0, slope, 0, gradient);
    for (int t = 0; t < memoryGradients.length; t++) {
      for (int i = 0; i < count; i++) {
        embedBack(t, used[i] + 1, memoryGradients[t], i * d, gradient);
        if (layout.times() > 0) {
          add(memoryGradients[t], i * d, gradient, layout.timeOffset(t) + times[i] * d, 1);
        }
      }
    }
  }

  /** Takes the words over; what is none of those known counts as padding. */
  private void read(double[] features, int at) {
    count = 0;
    for (int s = 0; s <= sentences; s++) {
      int length = 0;
      for (int j = 0; j < width; j++) {
        double value = features[at + s * width + j];
        int word = value >= 1 && value <= layout.words() ? (int) value : 0;
        words[s * width + j] = word;
        // A word that is not known yet has a place in its sentence all the same.
        length = value != 0 ? j + 1 : length;
      }
      lengths[s] = length;
      if (s > 0 && length > 0) {
        used[count++] = s - 1;
      }
    }
  }

  /**
   * The latest memory has time 0. With noise, up to a tenth (say) as many empty memories are
   * thought of between them, so that the network does not learn the training stories' exact times.
   */
  private void dateMemories(long noise, int row) {
    int empty = 0;
    if (noise != 0) {
      int most = (int) Math.ceil(settings.timeNoise() * count);
      empty = (int) (uniform(noise, row, 0) * (most + 1));
    }
    int time = 0;
    for (int i = 0; i < count; i++) {
      while (empty > 0 && uniform(noise, row, time + 1) * (empty + count - i) < empty) {
        empty--;
        time++;
      }
      times[i] = Math.min(time++, Math.max(0, layout.times() - 1));
    }
  }

  private static double uniform(long noise, int row, int place) {
    return Dropout.bits(noise, ((long) row << 32) + place) * 0x1.0p-53;
  }

  /**
   * {@code p = softmax(uᵀ m); u' = u + Σ p c} (equations 1 to 3), or with H u. Empty places, where
   * they take part, have a score of 0 and answer nothing.
   */
  private void hop(double[] parameters, int h) {
    double[] u = states[h];
    double[] next = states[h + 1];
    double[] keys = memories[layout.addressing(h)];
    double[] values = memories[layout.answering(h)];
    double[] p = attention[h];
    if (layout.hasHopMatrix()) {
      for (int k = 0; k < d; k++) {
        next[k] = dot(parameters, layout.hopOffset() + k * d, u, 0);
      }
    } else {
      System.arraycopy(u, 0, next, 0, d);
    }
    int empty = settings.emptyPlaces() ? sentences - count : 0;
    double largest = empty > 0 ? 0 : Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      p[i] = dot(keys, i * d, u, 0);
      largest = Math.max(largest, p[i]);
    }
    double sum = empty > 0 ? empty * Math.exp(-largest) : 0;
    for (int i = 0; i < count; i++) {
      p[i] = Math.exp(p[i] - largest);
      sum += p[i];
    }
    for (int i = 0; i < count; i++) {
      p[i] /= sum;
      add(values, i * d, next, 0, p[i]);
    }
  }

  /** {@link #slope} becomes that of the state before the hop. */
  private void hopBack(double[] parameters, int h, double[] gradient) {
    double[] u = states[h];
    int keys = layout.addressing(h);
    int values = layout.answering(h);
    double[] p = attention[h];
    double mean = 0;
    for (int i = 0; i < count; i++) {
      scores[i] = dot(memories[values], i * d, slope, 0);
      mean += p[i] * scores[i];
      add(slope, 0, memoryGradients[values], i * d, p[i]);
    }
    double[] before = nextSlope;
    if (layout.hasHopMatrix()) {
      Arrays.fill(before, 0);
      for (int k = 0; k < d; k++) {
        add(parameters, layout.hopOffset() + k * d, before, 0, slope[k]);
        add(u, 0, gradient, layout.hopOffset() + k * d, slope[k]);
      }
    } else {
      System.arraycopy(slope, 0, before, 0, d);
    }
    for (int i = 0; i < count; i++) {
      double score = p[i] * (scores[i] - mean);
      add(u, 0, memoryGradients[keys], i * d, score);
      add(memories[keys], i * d, before, 0, score);
    }
    nextSlope = slope;
    slope = before;
  }

  /**
   * Adds a sentence's embedding. With position encoding (section 4.1) the k-th element of the j-th
   * of J words weighs {@code 2 ((1 - j/J) - (k/d)(1 - 2j/J))}: twice what the paper has, so that it
   * is 1 in the middle, which is what it is without.
   */
  private void embed(double[] parameters, int table, int sentence, double[] to, int at) {
    for (int j = 0; j < lengths[sentence]; j++) {
      int word = words[sentence * width + j];
      if (word > 0) {
        int row = layout.wordOffset(table) + word * d;
        double constant = constant(j, lengths[sentence]);
        double linear = linear(j, lengths[sentence]);
        for (int k = 0; k < d; k++) {
          to[at + k] += (constant + linear * places[k]) * parameters[row + k];
        }
      }
    }
  }

  private void embedBack(int table, int sentence, double[] from, int at, double[] gradient) {
    for (int j = 0; j < lengths[sentence]; j++) {
      int word = words[sentence * width + j];
      if (word > 0) {
        int row = layout.wordOffset(table) + word * d;
        double constant = constant(j, lengths[sentence]);
        double linear = linear(j, lengths[sentence]);
        for (int k = 0; k < d; k++) {
          gradient[row + k] += (constant + linear * places[k]) * from[at + k];
        }
      }
    }
  }

  private double constant(int j, int length) {
    return settings.positionEncoding() ? 2 - 2 * (j + 1.0) / length : 1;
  }

  private double linear(int j, int length) {
    return settings.positionEncoding() ? -2 * (1 - 2 * (j + 1.0) / length) / d : 0;
  }

  private double dot(double[] x, int from, double[] y, int at) {
    // Four sums, because each addition waits for the one before it.
    double a = 0;
    double b = 0;
    double c = 0;
    double e = 0;
    int k = 0;
    for (; k < d - 3; k += 4) {
      a += x[from + k] * y[at + k];
      b += x[from + k + 1] * y[at + k + 1];
      c += x[from + k + 2] * y[at + k + 2];
      e += x[from + k + 3] * y[at + k + 3];
    }
    for (; k < d; k++) {
      a += x[from + k] * y[at + k];
    }
    return a + b + (c + e);
  }

  private void add(double[] x, int from, double[] sum, int at, double factor) {
    for (int k = 0; k < d; k++) {
      sum[at + k] += factor * x[from + k];
    }
  }
}
