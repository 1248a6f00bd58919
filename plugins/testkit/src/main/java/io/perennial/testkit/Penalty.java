package io.perennial.testkit;

import io.perennial.api.Regularizer;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A regulariser's penalty as a function of parameters, in double. */
record Penalty(Regularizer regularizer) {
  /** Its value and gradient somewhere. */
  record At(double value, double[] gradient) {}

  At at(double[] parameters) {
    // Not 0 at first: a penalty that overwrites what is there is found out.
    double[] before = new double[parameters.length];
    Arrays.fill(before, 0.5);
    try (INDArray theta = Doubles.array(parameters, parameters.length);
        INDArray gradient = Doubles.array(before, parameters.length)) {
      double value = regularizer.penalize(theta, gradient);
      return new At(value, Doubles.minus(Doubles.of(gradient), before));
    }
  }

  double value(double[] parameters) {
    try (INDArray theta = Doubles.array(parameters, parameters.length);
        INDArray gradient = Vectors.create(DataType.DOUBLE, parameters.length)) {
      return regularizer.penalize(theta, gradient);
    }
  }
}
