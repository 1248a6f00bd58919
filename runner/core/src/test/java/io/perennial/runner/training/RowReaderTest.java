package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class RowReaderTest {
  private static final int SIZE = 500;

  private final ExecutorService background = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    background.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void givesTheRowsAskedForWhateverWasHintedAt(int threads) {
    RandomSource random = new RandomSource(4);
    IntFunction<Examples> source = Numbered::new;
    int[] tasks = random.ints(SIZE, 0, 7).toArray();
    int[] rows = random.ints(SIZE, 0, 1000).toArray();
    try (Workers workers = new Workers(threads)) {
      RowReader reader = new RowReader(2, RowReaderTest::arrays, workers, background::execute);
      RowReader.Request wanted = request(random, source, tasks, rows);
      for (int i = 0; i < 2000; i++) {
        assertRows(reader.read(wanted, 0), wanted);
        wanted = request(random, source, tasks, rows);
        int hint = random.nextInt(4);
        if (hint > 0) {
          // Mostly right; sometimes another request comes, sometimes two hints.
          reader.ahead(
              hint == 1 ? request(random, source, tasks, rows) : wanted, random.nextInt(3));
        }
        if (hint == 2) {
          reader.ahead(request(random, source, tasks, rows), 0);
        }
      }
    }
  }

  private static RowReader.Request request(
      RandomSource random, IntFunction<Examples> source, int[] tasks, int[] rows) {
    int from = random.nextInt(SIZE);
    return new RowReader.Request(source, tasks, rows, from, random.nextInt(SIZE - from + 1));
  }

  private static BatchArrays arrays(int rows) {
    return new BatchArrays(DataType.FLOAT, new long[] {2}, rows);
  }

  private static void assertRows(RowReader.Slot slot, RowReader.Request wanted) {
    if (wanted.count() > 0) {
      assertRows(slot.exactly(wanted.count()), wanted);
    }
  }

  private static void assertRows(BatchArrays read, RowReader.Request wanted) {
    float[] features = Vectors.readFloats(read.features);
    for (int n = 0; n < wanted.count(); n++) {
      int task = wanted.tasks()[wanted.from() + n];
      int row = wanted.rows()[wanted.from() + n];
      assertThat(features[2 * n]).isEqualTo(task);
      assertThat(features[2 * n + 1]).isEqualTo(row);
      assertThat(read.labels[n]).isEqualTo(row + task);
    }
  }

  @Test
  void readsAheadOfWhoeverNeedsTheRows() throws InterruptedException {
    CountDownLatch read = new CountDownLatch(40);
    AtomicInteger byCaller = new AtomicInteger();
    Thread caller = Thread.currentThread();
    Examples counting =
        new Numbered(0) {
          @Override
          public void read(int index, float[] destination, int offset) {
            super.read(index, destination, offset);
            if (Thread.currentThread() == caller) {
              byCaller.incrementAndGet();
            }
            read.countDown();
          }
        };
    IntFunction<Examples> source = task -> counting;
    int[] zeros = new int[40];
    try (Workers workers = new Workers(1)) {
      RowReader reader = new RowReader(2, RowReaderTest::arrays, workers, background::execute);
      RowReader.Request wanted = new RowReader.Request(source, zeros, zeros, 0, 40);
      reader.ahead(wanted, 0);
      read.await();
      assertRows(reader.read(wanted, 0), wanted);
      assertThat(byCaller).hasValue(0);
      assertRows(reader.read(wanted, 0), wanted);
      assertThat(byCaller).hasValue(40);
    }
  }

  @Test
  void aFailureReachesWhoeverNeedsTheRowsAndIsOverWithThem() {
    IntFunction<Examples> source = Numbered::new;
    int[] tasks = new int[SIZE];
    int[] rows = new int[SIZE];
    rows[70] = -1;
    try (Workers workers = new Workers(2)) {
      RowReader reader = new RowReader(2, RowReaderTest::arrays, workers, background::execute);
      RowReader.Request broken = new RowReader.Request(source, tasks, rows, 0, 100);
      RowReader.Request whole = new RowReader.Request(source, tasks, rows, 100, 100);
      for (boolean hinted : new boolean[] {true, false}) {
        if (hinted) {
          reader.ahead(broken, 0);
        }
        assertThatThrownBy(() -> reader.read(broken, 0)).hasMessage("no row -1");
        assertRows(reader.read(whole, 0), whole);
      }
    }
  }

  @Test
  void keepsWhatWasReadWhenRoomIsMade() {
    IntFunction<Examples> source = Numbered::new;
    int[] rows = {3, 1, 2};
    try (Workers workers = new Workers(1)) {
      RowReader reader = new RowReader(2, RowReaderTest::arrays, workers, background::execute);
      RowReader.Request wanted = new RowReader.Request(source, new int[3], rows, 0, 3);
      RowReader.Slot slot = reader.read(wanted, 0);
      assertThat(slot.atLeast(2, 3).rows()).isEqualTo(3);
      BatchArrays larger = slot.atLeast(50, 3);
      assertThat(larger.rows()).isEqualTo(50);
      assertRows(larger, wanted);
      assertThat(slot.exactly(50)).isSameAs(larger);
      assertRows(slot.exactly(3), wanted);
    }
  }

  /** Example n of task t is [t, n], of class t + n. */
  private static class Numbered implements Examples {
    private final int task;

    Numbered(int task) {
      this.task = task;
    }

    @Override
    public int size() {
      return 1000;
    }

    @Override
    public int label(int index) {
      return index + task;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      if (index < 0) {
        throw new IllegalStateException("no row " + index);
      }
      destination[offset] = task;
      destination[offset + 1] = index;
    }
  }
}
