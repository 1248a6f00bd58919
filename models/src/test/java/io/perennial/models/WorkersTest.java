package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
  @Test
  void everyShardRunsOnce() {
    for (int threads = 1; threads < 5; threads++) {
      try (Workers workers = new Workers(threads)) {
        assertThat(workers.threads()).isEqualTo(threads);
        for (int i = 0; i < 2000; i++) {
          int shards = i % 20;
          AtomicIntegerArray times = new AtomicIntegerArray(shards);
          workers.run(shards, times::incrementAndGet);
          for (int s = 0; s < shards; s++) {
            assertThat(times.get(s)).isEqualTo(1);
          }
        }
      }
    }
  }

  /** Each thread begins with its own: the caller with the first, the other with the third. */
  @Test
  void threadsHaveNeighbouringShards() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      Thread[] ranOn = new Thread[4];
      CountDownLatch bothBusy = new CountDownLatch(2);
      workers.run(
          4,
          shard -> {
            ranOn[shard] = Thread.currentThread();
            if (shard == 0 || shard == 2) {
              bothBusy.countDown();
              await(bothBusy);
            }
          });
      assertThat(ranOn[0]).isSameAs(Thread.currentThread()).isNotSameAs(ranOn[2]);
      assertThat(ranOn[2].isDaemon()).isTrue();
    }
  }

  @Test
  void aThreadThatIsKeptWaitingKeepsNoShardsWaiting() {
    try (Workers workers = new Workers(2)) {
      CountDownLatch othersDone = new CountDownLatch(5);
      workers.run(
          6,
          shard -> {
            if (shard == 0) {
              await(othersDone); // Shards 1 and 2 are this thread's, too.
            } else {
              othersDone.countDown();
            }
          });
      assertThat(othersDone.getCount()).isZero();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manyShortTasksWithAndWithoutSleepBetween() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      int[] counts = new int[2];
      for (int i = 0; i < 20_000; i++) {
        workers.run(2, s -> counts[s]++);
        if (i % 2000 == 0) {
          Thread.sleep(2); // Long enough for the other thread to fall asleep.
        }
      }
      assertThat(counts).containsExactly(20_000, 20_000);
    }
  }

  @Test
  void failuresReachTheCallerAndTheWorkersSurvive() {
    try (Workers workers = new Workers(2)) {
      AtomicInteger ran = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  workers.run(
                      2,
                      s -> {
                        ran.incrementAndGet();
                        throw new IllegalArgumentException("shard " + s);
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("shard 0")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
      assertThatThrownBy(
              () ->
                  workers.run(
                      2,
                      s -> {
                        if (s == 1) {
                          throw new AssertionError("other thread");
                        }
                      }))
          .isInstanceOf(AssertionError.class);
      workers.run(2, s -> ran.incrementAndGet());
      assertThat(ran).hasValue(4);
    }
  }

  @Test
  void nestedCallsRunInPlace() {
    try (Workers workers = new Workers(2)) {
      int[] counts = new int[4];
      workers.run(2, s -> workers.run(2, inner -> counts[2 * s + inner]++));
      assertThat(counts).containsExactly(1, 1, 1, 1);
    }
  }

  @Test
  void callersTakeTurns() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      Set<Integer> wrong = ConcurrentHashMap.newKeySet();
      Thread[] callers = new Thread[3];
      for (int c = 0; c < callers.length; c++) {
        callers[c] =
            new Thread(
                () -> {
                  int[] seen = new int[5];
                  for (int i = 0; i < 2000; i++) {
                    workers.run(5, s -> seen[s]++);
                  }
                  Arrays.stream(seen).filter(n -> n != 2000).forEach(wrong::add);
                });
        callers[c].start();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void closedWorkersRefuse() {
    Workers workers = new Workers(2);
    workers.close();
    assertThatThrownBy(() -> workers.run(2, s -> {})).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new Workers(0)).hasMessage("threads must be at least 1, not 0");
  }

  @Test
  void aCallThatWaitsForItsTurnWhileTheyAreClosedIsRefused() throws InterruptedException {
    AtomicReference<Throwable> answer = new AtomicReference<>();
    Workers workers = new Workers(2);
    Thread waiting =
        new Thread(
            () -> {
              try {
                workers.run(2, s -> {});
              } catch (RuntimeException e) {
                answer.set(e);
              }
            });
    waiting.setDaemon(true);
    CountDownLatch ended = new CountDownLatch(1);
    workers.run(
        2,
        shard -> {
          if (shard == 1) {
            await(ended); // Meanwhile it cannot take the other shard, too.
          } else {
            waiting.start();
            while (waiting.getState() != Thread.State.BLOCKED) {
              Thread.onSpinWait();
            }
            workers.close();
            ended.countDown();
          }
        });
    waiting.join(5000);
    assertThat(answer.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
