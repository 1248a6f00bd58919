package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BatchAssemblerTest {
  private static final int SIZE = 400;

  /** However many rehearsed rows follow, and however many were expected. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void rehearsedRowsFollowTheRealOnes(DataType type) {
    RandomSource random = new RandomSource(5);
    IntFunction<Examples> source = task -> new Numbered();
    int[] tasks = new int[SIZE];
    int[] rows = random.permutation(SIZE);
    Competition competition = new Competition(Setting.CLASS_INCREMENTAL, List.of());
    competition.resize(3);
    try (Workers workers = new Workers(2)) {
      BatchAssembler assembler =
          new BatchAssembler(new long[] {2}, type, workers, RowReader.Slot::run);
      for (int step = 0; step < 200; step++) {
        int count = 1 + random.nextInt(20);
        int from = random.nextInt(SIZE - 2 * count);
        assembler.real(3, new RowReader.Request(source, tasks, rows, from, count));
        if (random.nextInt(3) > 0) {
          assembler.ahead(new RowReader.Request(source, tasks, rows, from + count, count));
        }
        int rehearsals = random.nextInt(3);
        int rehearsed = 0;
        for (int k = 0; k < rehearsals; k++) {
          int added = 1 + random.nextInt(30);
          assembler.beginOrigin(k + 1);
          int first = assembler.size();
          add(assembler, type, added, rehearsed);
          assembler.endOrigin(first, 1);
          rehearsed += added;
        }
        assertBatch(
            assembler.finish(competition), Arrays.copyOfRange(rows, from, from + count), rehearsed);
      }
      assembler.close();
    }
  }

  private static void add(BatchAssembler assembler, DataType type, int count, int from) {
    double[] values = new double[2 * count];
    int[] labels = new int[count];
    for (int n = 0; n < count; n++) {
      values[2 * n] = -1;
      values[2 * n + 1] = from + n;
      labels[n] = (from + n) % 2;
    }
    try (INDArray added = Nd4j.create(type, new long[] {count, 2}, 'c')) {
      Vectors.write(values, added);
      assembler.add(added, labels, new int[count], 1);
    }
  }

  private static void assertBatch(Batch batch, int[] real, int rehearsed) {
    assertThat(batch.size()).isEqualTo(real.length + rehearsed);
    assertThat(batch.features().shape()).containsExactly(batch.size(), 2);
    float[] values = Vectors.readFloats(batch.features());
    double mass = 0;
    for (int n = 0; n < batch.size(); n++) {
      boolean isReal = n < real.length;
      int number = isReal ? real[n] : n - real.length;
      assertThat(values[2 * n]).isEqualTo(isReal ? 1 : -1);
      assertThat(values[2 * n + 1]).isEqualTo(number);
      assertThat(batch.labels()[n]).isEqualTo(isReal ? number % 3 : number % 2);
      assertThat(batch.origins()[n] == 0).isEqualTo(isReal);
      mass += batch.weights()[n];
    }
    assertThat(mass).isBetween(1 - 1e-9, 1 + 1e-9);
  }

  /** What is being read ahead is not written to arrays that are gone. */
  @Test
  void closingEndsWhatIsBeingRead() {
    try (Workers workers = new Workers(1)) {
      int[] rows = new int[SIZE];
      BatchAssembler assembler =
          new BatchAssembler(
              new long[] {2},
              DataType.FLOAT,
              workers,
              slot -> {
                Thread reader = new Thread(slot);
                reader.setDaemon(true);
                reader.start();
              });
      for (int i = 0; i < 50; i++) {
        assembler.real(3, new RowReader.Request(task -> new Numbered(), new int[SIZE], rows, 0, 1));
        assembler.ahead(
            new RowReader.Request(task -> new Numbered(), new int[SIZE], rows, 0, SIZE));
      }
      assembler.close();
      assembler.close();
    }
  }

  /** Example i has the features [1, i] and the label i modulo 3. */
  private record Numbered() implements Examples {
    @Override
    public int size() {
      return SIZE;
    }

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      destination[offset] = 1;
      destination[offset + 1] = index;
    }
  }
}
