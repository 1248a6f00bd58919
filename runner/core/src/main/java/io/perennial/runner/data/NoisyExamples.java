package io.perennial.runner.data;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;

/**
 * The same examples, each feature replaced with a probability by a number from [0, 1). An example
 * has the same noise whenever it is read.
 *
 * @param all the examples
 * @param width of one example
 * @param level the probability
 * @param random only its children are used, one for each example
 */
record NoisyExamples(Examples all, int width, double level, RandomSource random)
    implements Examples {
  @Override
  public int size() {
    return all.size();
  }

  @Override
  public int label(int index) {
    return all.label(index);
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    all.read(index, destination, offset);
    if (level == 0) {
      return;
    }
    RandomSource own = random.child(Integer.toString(index));
    for (int i = offset; i < offset + width; i++) {
      if (own.nextDouble() < level) {
        destination[i] = (float) own.nextDouble();
      }
    }
  }

  @Override
  public void content(int index, int width, Content content) {
    all.content(index, width, content);
  }
}
