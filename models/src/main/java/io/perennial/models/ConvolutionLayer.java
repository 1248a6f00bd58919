package io.perennial.models;

/**
 * The shape of one convolutional layer: a convolution that keeps height and width (the border
 * counts as zeros), a ReLU, and a max-pool whose windows do not overlap; what does not fill a
 * window is left out. In a decoder the input is enlarged first, each of its pixels to a square, and
 * the last ones also cover what a max-pool of the same size would have left out.
 *
 * @param channels of its input, C
 * @param height of the image that is convolved
 * @param width of the image that is convolved
 * @param filters the channels of its output, O
 * @param kernel height and width of a filter, odd
 * @param pool height and width of a window; 1 for none
 * @param enlarge height and width of the square that a pixel of the input becomes; 1 for none
 * @param rectified whether its outputs go through a ReLU
 * @param weightOffset where its weights {@code [O, C, kernel, kernel]} lie in the parameters; the
 *     biases {@code [O]} follow
 */
record ConvolutionLayer(
    int channels,
    int height,
    int width,
    int filters,
    int kernel,
    int pool,
    int enlarge,
    boolean rectified,
    int weightOffset) {
  int inputHeight() {
    return height / enlarge;
  }

  int inputWidth() {
    return width / enlarge;
  }

  int inputPositions() {
    return inputHeight() * inputWidth();
  }

  int inputSize() {
    return channels * inputPositions();
  }

  /** The layer that leads back from this one's outputs to an input of the same shape. */
  ConvolutionLayer mirrored(boolean isRectified, int offset) {
    return new ConvolutionLayer(
        /* channels= */ filters,
        height,
        width,
        /* filters= */ channels,
        kernel,
        /* pool= */ 1,
        /* enlarge= */ pool,
        isRectified,
        offset);
  }

  /** One with the same outputs that takes other maps, elsewhere among the parameters. */
  ConvolutionLayer taking(int otherChannels, int offset) {
    return new ConvolutionLayer(
        otherChannels, height, width, filters, kernel, pool, enlarge, rectified, offset);
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

  int end() {
    return biasOffset() + filters;
  }

  /** The multiplications of one example's way forward. */
  long multiplications() {
    return (long) positions() * weightLength();
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
