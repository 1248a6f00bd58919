package io.perennial.models;

/**
 * The shape of one convolutional layer: a convolution that keeps height and width (the border
 * counts as zeros), a ReLU, and a max-pool whose windows do not overlap; what does not fill a
 * window is left out.
 *
 * @param channels of its input, C
 * @param height of its input
 * @param width of its input
 * @param filters the channels of its output, O
 * @param kernel height and width of a filter, odd
 * @param pool height and width of a window; 1 for none
 * @param weightOffset where its weights {@code [O, C, kernel, kernel]} lie in the parameters; the
 *     biases {@code [O]} follow
 */
record ConvolutionLayer(
    int channels, int height, int width, int filters, int kernel, int pool, int weightOffset) {
  int inputSize() {
    return channels * height * width;
  }

  int positions() {
    return height * width;
  }

  int outputHeight() {
    return height / pool;
  }

  int outputWidth() {
    return width / pool;
  }

  int outputSize() {
    return filters * outputHeight() * outputWidth();
  }

  /** What a filter covers. */
  int window() {
    return channels * kernel * kernel;
  }

  int weightLength() {
    return filters * window();
  }

  int biasOffset() {
    return weightOffset + weightLength();
  }

  /** The multiplications of one example's way forward. */
  long multiplications() {
    return (long) positions() * weightLength();
  }

  /** One with the same outputs that takes other maps, elsewhere among the parameters. */
  ConvolutionLayer taking(int otherChannels, int offset) {
    return new ConvolutionLayer(otherChannels, height, width, filters, kernel, pool, offset);
  }

  int padding() {
    return kernel / 2;
  }

  int paddedWidth() {
    return width + 2 * padding();
  }

  int paddedSize() {
    return (height + 2 * padding()) * paddedWidth() * channels;
  }

  /** Whether some of the convolution's outputs are in no window. */
  boolean hasRemainder() {
    return height % pool != 0 || width % pool != 0;
  }
}
