package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Any bytes as the stories of a task. */
public final class BabiFuzz {
  private BabiFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (FuzzFiles files = new FuzzFiles()) {
      files.write("qa1_any_train.txt", data);
      files.write("qa1_any_test.txt", data);
      DataSet stories;
      try {
        stories =
            new Babi(new Babi.Settings(files.directory(), List.of(1), 5), new Preparation()).load();
      } catch (InputException e) {
        return;
      }
      int width = (int) Arrays.stream(stories.shape()).reduce(1, (a, b) -> a * b);
      check(stories.training(), width, stories.classes().size());
      check(stories.test(), width, stories.classes().size());
    }
  }

  private static void check(Examples examples, int width, int classes) {
    float[] words = new float[width];
    for (int row = 0; row < examples.size(); row++) {
      if (examples.label(row) < 0 || examples.label(row) >= classes) {
        throw new IllegalStateException("row " + row + " has the class " + examples.label(row));
      }
      examples.read(row, words, 0);
      for (float word : words) {
        if (word < 0 || word != Math.rint(word)) {
          throw new IllegalStateException("row " + row + " has the word " + word);
        }
      }
    }
  }
}
