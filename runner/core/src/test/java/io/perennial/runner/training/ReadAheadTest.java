package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Examples;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class ReadAheadTest {
  private static final int ROWS = 500;

  /** While shards wait for each other, the rows are read, by whoever waits. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rowsAreReadBeforeTheyAreAskedFor(boolean coreFree) throws InterruptedException {
    Set<Integer> read = ConcurrentHashMap.newKeySet();
    Examples examples = new Counted(read);
    int[] rows = new int[ROWS];
    for (int n = 0; n < ROWS; n++) {
      rows[n] = ROWS - 1 - n;
    }
    try (Workers workers = new Workers(2);
        ReadAhead ahead = new ReadAhead(workers, coreFree)) {
      RowReader reader = new RowReader(1, ReadAheadTest::arrays, workers, ahead);
      RowReader.Request request =
          new RowReader.Request(task -> examples, new int[ROWS], rows, 0, ROWS);
      reader.ahead(request, 0);
      for (int i = 0; i < 2000 && read.size() < ROWS; i++) {
        workers.run(
            2,
            shard -> {
              if (shard == 0) {
                pause();
              }
            });
      }
      assertThat(read).hasSize(ROWS);
      RowReader.Slot slot = reader.read(request, 0);
      BatchArrays arrays = slot.exactly(ROWS);
      float[] features = Vectors.readFloats(arrays.features);
      for (int n = 0; n < ROWS; n++) {
        assertThat(features[n]).isEqualTo(rows[n]);
        assertThat(arrays.labels[n]).isEqualTo(rows[n] % 7);
      }
    }
  }

  /** What is no longer wanted keeps no worker from its next task. */
  @Test
  void anotherRequestEndsTheFirst() {
    Set<Integer> read = ConcurrentHashMap.newKeySet();
    Examples examples = new Counted(read);
    int[] zeros = new int[ROWS];
    try (Workers workers = new Workers(3);
        ReadAhead ahead = new ReadAhead(workers, false)) {
      RowReader reader = new RowReader(1, ReadAheadTest::arrays, workers, ahead);
      for (int i = 0; i < 500; i++) {
        int[] rows = {i % ROWS};
        reader.ahead(new RowReader.Request(task -> examples, zeros, zeros, 0, ROWS), 0);
        workers.run(3, shard -> {});
        RowReader.Slot slot =
            reader.read(new RowReader.Request(task -> examples, zeros, rows, 0, 1), 0);
        assertThat(slot.exactly(1).features.getFloat(0)).isEqualTo(i % ROWS);
      }
    }
  }

  private static BatchArrays arrays(int rows) {
    return new BatchArrays(DataType.FLOAT, new long[] {1}, rows);
  }

  private static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Example i has the feature i and the label i modulo 7. */
  private record Counted(Set<Integer> read) implements Examples {
    @Override
    public int size() {
      return ROWS;
    }

    @Override
    public int label(int index) {
      return index % 7;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      destination[offset] = index;
      read.add(index);
    }
  }
}
