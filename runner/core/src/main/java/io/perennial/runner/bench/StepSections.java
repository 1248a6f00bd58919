package io.perennial.runner.bench;

import io.perennial.api.InputException;
import io.perennial.runner.plugin.Registry;
import java.util.ArrayList;
import java.util.List;

/** Matrix products, and training steps beside the products they consist of. */
final class StepSections {
  private static final int INPUTS = 784;
  private static final int OUTPUTS = 10;
  private static final int WARM_UP_ROUNDS = 5;

  private final Registry registry;
  private final Scale scale;
  private final int threads;

  StepSections(Registry registry, Scale scale, int threads) {
    this.registry = registry;
    this.scale = scale;
    this.threads = threads;
  }

  Section products() {
    return new Section(
        "matrix products (gemm), 1 thread",
        List.of(product(1024, 1024, 1024), product(128, INPUTS, 256)));
  }

  private Measurement product(int m, int k, int n) {
    List<Double> rates = new ArrayList<>();
    try (Products product = Products.of(m, k, n)) {
      for (int round = -1; round < scale.rounds(); round++) {
        double seconds = scale.seconds(product::run);
        if (round >= 0) {
          rates.add(product.gigaflop() / seconds);
        }
      }
    }
    return Measurement.of("%d x %d x %d".formatted(m, k, n), "GFLOP/s", rates);
  }

  /** The step of a network of two equal hidden layers. */
  Section perceptron(int hidden, int batch) {
    String title =
        "step: mlp %d-%d-%d-%d, batch %d".formatted(INPUTS, hidden, hidden, OUTPUTS, batch);
    try (Products products = Products.ofStep(batch, List.of(INPUTS, hidden, hidden, OUTPUTS))) {
      return section(
          title, "{type: mlp, hidden: [%d, %d]}".formatted(hidden, hidden), batch, products);
    }
  }

  /** The step of the small convolutional network; its products are not BLAS's. */
  Section convolutional(int batch) {
    try (Products none = Products.none()) {
      return section(
          "step: convolutional 32-64-128-%d, batch %d".formatted(OUTPUTS, batch),
          "{type: convolutional, channels: [32, 64], hidden: [128]}",
          batch,
          none);
    }
  }

  private Section section(String title, String model, int batch, Products products) {
    try (StandardStep single = new StandardStep(registry, model, batch, 1);
        StandardStep shared = new StandardStep(registry, model, batch, threads)) {
      boolean bare = !products.isEmpty();
      List<Double> product = new ArrayList<>();
      List<Double> alone = new ArrayList<>();
      List<Double> together = new ArrayList<>();
      for (int round = -WARM_UP_ROUNDS; round < scale.rounds(); round++) {
        double products1 = bare ? scale.seconds(products::run) : Double.NaN;
        double step1 = scale.seconds(single::run);
        double stepN = threads > 1 ? scale.secondsAfterAWhile(shared::run) : Double.NaN;
        if (round >= 0) {
          product.add(1e3 * products1);
          alone.add(1e3 * step1);
          together.add(1e3 * stepN);
        }
      }
      List<Measurement> all = new ArrayList<>();
      if (bare) {
        all.add(Measurement.of("gemms of the step", "ms", product));
      }
      all.add(Measurement.of("step, 1 thread", "ms", alone));
      if (bare) {
        all.add(Measurement.of("gemms / step", Measurement.RATIO, quotients(product, alone)));
      }
      if (threads > 1) {
        all.add(Measurement.of("step, %d threads".formatted(threads), "ms", together));
        all.add(
            Measurement.of(
                "1 thread / %d threads".formatted(threads),
                Measurement.RATIO,
                quotients(alone, together)));
      }
      return new Section(title, all);
    } catch (InputException e) {
      return new Section(title, List.of(Measurement.missing("step, 1 thread", "ms", e)));
    }
  }

  static List<Double> quotients(List<Double> dividends, List<Double> divisors) {
    List<Double> quotients = new ArrayList<>();
    for (int i = 0; i < Math.min(dividends.size(), divisors.size()); i++) {
      quotients.add(dividends.get(i) / divisors.get(i));
    }
    return quotients;
  }
}
