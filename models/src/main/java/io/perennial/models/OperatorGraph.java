package io.perennial.models;

import io.perennial.api.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network computes, as operators between named values, for other software to compute it. The
 * operators are those of ONNX, opset 17, by their names, and so are their inputs and attributes.
 */
public final class OperatorGraph {
  private final List<Node> nodes = new ArrayList<>();
  private final List<Constant> constants = new ArrayList<>();
  private final Map<String, Integer> names = new HashMap<>();

  /**
   * An operator.
   *
   * @param operator such as {@code Gemm}
   * @param inputs names of values
   * @param output the name of its value
   * @param attributes each a {@code Long}, a {@code Float} or a {@code long[]}
   */
  public record Node(
      String operator, List<String> inputs, String output, Map<String, Object> attributes) {
    /** Keeps unmodifiable copies. */
    public Node {
      inputs = List.copyOf(inputs);
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * A tensor that is part of the network.
   *
   * @param name unique
   * @param shape empty for a scalar
   * @param values a {@code float[]} or {@code long[]} in C order
   */
  public record Constant(String name, long[] shape, Object values) {}

  /** The operators, each after those that give its inputs. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** The tensors. */
  public List<Constant> constants() {
    return Collections.unmodifiableList(constants);
  }

  /** Keeps a name, of an input say, from being given to anything else. */
  public void reserve(String name) {
    if (names.put(name, 1) != null) {
      throw new IllegalArgumentException("There is a value '" + name + "' already");
    }
  }

  /**
   * Adds an operator.
   *
   * @return the name of its value
   */
  public String add(String operator, Map<String, Object> attributes, String... inputs) {
    String output = unique(operator.toLowerCase(Locale.ROOT));
    nodes.add(new Node(operator, List.of(inputs), output, attributes));
    return output;
  }

  /** Adds an operator without attributes. */
  public String add(String operator, String... inputs) {
    return add(operator, Map.of(), inputs);
  }

  /** Adds a tensor of floats; its name gets a number if it is taken. */
  public String constant(String name, long[] shape, float... values) {
    String own = unique(name);
    constants.add(new Constant(own, shape.clone(), values));
    return own;
  }

  /** Adds a vector of whole numbers. */
  public String integers(String name, long... values) {
    String own = unique(name);
    constants.add(new Constant(own, new long[] {values.length}, values));
    return own;
  }

  /** Adds a scalar. */
  public String scalar(String name, double value) {
    return constant(name, new long[0], (float) value);
  }

  /**
   * Adds a tensor of a parameter vector.
   *
   * @param prefix of its name
   * @param slice of the vector
   */
  public String parameter(String prefix, INDArray parameters, Model.Slice slice) {
    return constant(prefix + slice.name(), slice.shape(), values(parameters, slice));
  }

  static float[] values(INDArray parameters, Model.Slice slice) {
    double[] all = new double[Math.toIntExact(parameters.length())];
    Vectors.read(parameters, all);
    float[] values = new float[Math.toIntExact(slice.length())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) all[(int) slice.offset() + i];
    }
    return values;
  }

  private String unique(String name) {
    int count = names.merge(name, 1, Integer::sum);
    return count == 1 ? name : unique(name + "_" + count);
  }
}
