package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.config.CheckpointSettings;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private long now;

  private Schedule schedule(double everyMinutes, int everySteps) {
    return new Schedule(new CheckpointSettings(everyMinutes, everySteps, 2), () -> now);
  }

  @Test
  void byTheClock() {
    Schedule schedule = schedule(2, 0);
    assertThat(schedule.isDue(1)).isFalse();
    now = 2 * MINUTE - 1;
    assertThat(schedule.isDue(2)).isFalse();
    now = 2 * MINUTE;
    assertThat(schedule.isDue(3)).isTrue();
    schedule.saved(1);
    assertThat(schedule.isDue(4)).isFalse();
    now = 4 * MINUTE;
    assertThat(schedule.isDue(5)).isTrue();
  }

  @Test
  void whatTakesLongIsDoneSeldom() {
    Schedule schedule = schedule(1, 0);
    now = 10 * MINUTE;
    schedule.saved(3 * MINUTE);
    now = 69 * MINUTE;
    assertThat(schedule.isDue(1)).as("3 of 59 minutes are more than 5 %%").isFalse();
    now = 70 * MINUTE;
    assertThat(schedule.isDue(2)).isTrue();
  }

  @Test
  void bySteps() {
    Schedule schedule = schedule(0, 10);
    now = 1000 * MINUTE;
    assertThat(schedule.isDue(9)).isFalse();
    assertThat(schedule.isDue(10)).isTrue();
    assertThat(schedule.isDue(11)).isFalse();
    assertThat(schedule(0, 0).isDue(10)).isFalse();
  }
}
