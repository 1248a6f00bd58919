package io.perennial.testkit;

import io.perennial.api.Description;
import io.perennial.api.Strategy;
import jakarta.inject.Inject;
import java.util.List;

/** Its settings say too little, and do not stand what they admit. */
final class FakeUnbounded implements Strategy {
  record Inner(@Description(value = "Any number at all.", byDefault = "0.0") double any) {}

  record Settings(
      @Description(value = "Divides.", byDefault = "1", min = 0) int divisor,
      @Description(value = "Numbers.", byDefault = "[1, 2]", min = 1, max = 9)
          List<Integer> numbers,
      @Description(value = "A block.", byDefault = "{}") Inner inner) {
    Settings {
      numbers = List.copyOf(numbers);
      int unused = 12 / divisor;
    }
  }

  @Inject
  FakeUnbounded() {}
}
