package io.perennial.ewc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Artefact;
import io.perennial.api.Model;
import io.perennial.models.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GuardHistogramTest {
  @Test
  void countsEachDecadeOfEachTensor() {
    INDArray importance = Vectors.create(DataType.DOUBLE, 6);
    Vectors.write(new double[] {2, 0.3, 0, 0.19, 1e-12, 2e-3}, importance);
    Artefact.Table table =
        GuardHistogram.of(
            importance,
            List.of(
                new Model.Slice("weight", 0, new long[] {2, 2}),
                new Model.Slice("bias", 4, new long[] {2})));
    assertThat(table.rows()).allSatisfy(row -> assertThat(row).hasSameSizeAs(table.columns()));
    List<Object> weight = table.rows().get(0);
    assertThat(share(table, weight, "unguarded")).isEqualTo(0.25);
    // 2 is the largest, 0.3 within a factor ten of it, 0.19 just not.
    assertThat(share(table, weight, "1e-1 to 1e-0")).isEqualTo(0.5);
    assertThat(share(table, weight, "1e-2 to 1e-1")).isEqualTo(0.25);
    List<Object> bias = table.rows().get(1);
    assertThat(share(table, bias, "below 1e-8")).isEqualTo(0.5);
    assertThat(share(table, bias, "1e-3 to 1e-2") + share(table, bias, "1e-4 to 1e-3"))
        .isCloseTo(0.5, within(1e-12));
    importance.close();
  }

  private static double share(Artefact.Table table, List<Object> row, String column) {
    int at = table.columns().indexOf(column);
    assertThat(at).isNotNegative();
    return row.get(at) instanceof Double share ? share : Double.NaN;
  }
}
