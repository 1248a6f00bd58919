package io.perennial.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.models.Activation;
import io.perennial.models.Autoencoder;
import io.perennial.models.Likelihood;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GatesTest {
  private static final int PIXELS = 784;
  private static final int GATES = 5;

  private static ExpertGate.Settings settings() {
    return new ExpertGate.Settings(
        50, 500, 128, 0.003, InputScale.Kind.RAW, 0.85, 1, 2, 2, 2, List.of());
  }

  private static Gates gates(Workers workers, RandomSource random) {
    State.Builder state =
        State.builder()
            .value("gates", (long) GATES)
            .part("scale", new InputScale(InputScale.Kind.RAW).save());
    for (int g = 0; g < GATES; g++) {
      state.part(
          Integer.toString(g),
          new Autoencoder(
                  PIXELS,
                  List.of(50),
                  Activation.RELU,
                  Likelihood.BERNOULLI,
                  DataType.FLOAT,
                  random,
                  workers)
              .save());
    }
    Gates gates = new Gates(settings(), random, workers);
    gates.restore(state.build());
    return gates;
  }

  @Test
  void relatednessIsThePapers() {
    assertThat(Gates.relatedness(new double[] {12, 8, 30, 10}))
        .containsExactly(new double[] {0.8, 0.8, -1}, within(1e-12));
    assertThat(Gates.relatedness(new double[] {0, 0})).containsExactly(1);
    assertThat(Gates.relatedness(new double[] {5})).isEmpty();
  }

  /** In the time of one processor, so that what else runs does not count. */
  @Test
  void fiveGatesRouteAHundredThousandDigitsASecond() {
    RandomSource random = new RandomSource(1);
    try (Workers workers = new Workers(1)) {
      Gates gates = gates(workers, random);
      int rows = 1024;
      double[] pixels = new double[rows * PIXELS];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = random.nextInt(5) == 0 ? random.nextDouble() : 0;
      }
      INDArray features = Vectors.create(DataType.FLOAT, rows, PIXELS);
      Vectors.write(pixels, features);
      int[] tasks = new int[rows];
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long fastest = Long.MAX_VALUE;
      for (int i = 0; i < 60; i++) {
        long start = threads.getCurrentThreadCpuTime();
        gates.route(features, tasks);
        fastest = Math.min(fastest, threads.getCurrentThreadCpuTime() - start);
      }
      double rate = rows * 1e9 / fastest;
      System.out.println("ROUTING RATE " + rate);
      assertThat(rate).isGreaterThan(100_000);
    }
  }
}
