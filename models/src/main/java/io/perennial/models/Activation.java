package io.perennial.models;

/** The non-linearity of a network's hidden layers. */
public enum Activation {
  /** {@code max(x, 0)}; its derivative at 0 is taken as 0. */
  RELU,
  /** The hyperbolic tangent. */
  TANH;

  /** {@code x = f(x + bias)}. */
  <A> void apply(Kernels<A> kernels, A x, A bias, int n) {
    switch (this) {
      case RELU -> kernels.addRelu(x, bias, n);
      case TANH -> kernels.addTanh(x, bias, n);
    }
  }

  /** {@code delta *= f'}, from the activations h = f(x). */
  <A> void applyGradient(Kernels<A> kernels, A delta, A h, int n) {
    switch (this) {
      case RELU -> kernels.reluGradient(delta, h, n);
      case TANH -> kernels.tanhGradient(delta, h, n);
    }
  }

  /** The bound of a hidden layer's uniform first weights: He's for ReLU, Glorot's for tanh. */
  double bound(int inputs, int outputs) {
    return switch (this) {
      case RELU -> Math.sqrt(6.0 / inputs);
      case TANH -> Math.sqrt(6.0 / (inputs + outputs));
    };
  }
}
