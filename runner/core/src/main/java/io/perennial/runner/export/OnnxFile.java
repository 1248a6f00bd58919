package io.perennial.runner.export;

import io.perennial.models.OperatorGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;

/** An operator graph as an ONNX file. */
final class OnnxFile {
  /** The IR that came with opset 17. */
  private static final int IR_VERSION = 8;

  private static final int OPSET = 17;

  private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder();
  private final Onnx.ModelProto.Builder model = Onnx.ModelProto.newBuilder();

  /**
   * Begins a file.
   *
   * @param name of the graph
   * @param version of this software
   */
  OnnxFile(String name, String version) {
    graph.setName(name);
    model
        .setIrVersion(IR_VERSION)
        .setProducerName("perennial")
        .setProducerVersion(version)
        .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
  }

  /** Adds an input of floats, of any number of rows. */
  OnnxFile input(String name, long... row) {
    graph.addInput(value(name, Onnx.TensorProto.DataType.FLOAT, row));
    return this;
  }

  /** Adds an output, of any number of rows: floats, or whole numbers. */
  OnnxFile output(String name, String value, boolean whole, long... row) {
    graph.addNode(
        Onnx.NodeProto.newBuilder()
            .setOpType("Identity")
            .setName(name)
            .addInput(value)
            .addOutput(name));
    graph.addOutput(
        value(
            name, whole ? Onnx.TensorProto.DataType.INT64 : Onnx.TensorProto.DataType.FLOAT, row));
    return this;
  }

  /** Adds a piece of metadata. */
  OnnxFile metadata(String key, String value) {
    model.addMetadataProps(Onnx.StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    return this;
  }

  /** Adds all operators and tensors. */
  OnnxFile add(OperatorGraph described) {
    described.constants().forEach(constant -> graph.addInitializer(tensor(constant)));
    described.nodes().forEach(node -> graph.addNode(node(node)));
    return this;
  }

  byte[] bytes() {
    return model.setGraph(graph).build().toByteArray();
  }

  private static Onnx.ValueInfoProto value(
      String name, Onnx.TensorProto.DataType type, long... row) {
    Onnx.TensorShapeProto.Builder shape = Onnx.TensorShapeProto.newBuilder();
    shape.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (long size : row) {
      shape.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return Onnx.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            Onnx.TypeProto.newBuilder()
                .setTensorType(
                    Onnx.TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(shape)))
        .build();
  }

  private static Onnx.NodeProto node(OperatorGraph.Node node) {
    Onnx.NodeProto.Builder built =
        Onnx.NodeProto.newBuilder()
            .setOpType(node.operator())
            .setName(node.output())
            .addAllInput(node.inputs())
            .addOutput(node.output());
    // In a fixed order, so that the same model is the same file.
    node.attributes().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> built.addAttribute(attribute(entry.getKey(), entry.getValue())));
    return built.build();
  }

  private static Onnx.AttributeProto attribute(String name, Object value) {
    Onnx.AttributeProto.Builder built = Onnx.AttributeProto.newBuilder().setName(name);
    if (value instanceof Long number) {
      return built.setType(Onnx.AttributeProto.AttributeType.INT).setI(number).build();
    } else if (value instanceof Float number) {
      return built.setType(Onnx.AttributeProto.AttributeType.FLOAT).setF(number).build();
    } else if (value instanceof long[] numbers) {
      built.setType(Onnx.AttributeProto.AttributeType.INTS);
      for (long number : numbers) {
        built.addInts(number);
      }
      return built.build();
    }
    throw new IllegalArgumentException(
        "The attribute %s is a %s; a Long, a Float or a long[] was expected"
            .formatted(name, value.getClass().getName()));
  }

  private static Onnx.TensorProto tensor(OperatorGraph.Constant constant) {
    Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(constant.name());
    for (long size : constant.shape()) {
      tensor.addDims(size);
    }
    if (constant.values() instanceof float[] values) {
      ByteBuffer bytes = buffer(values.length * Float.BYTES);
      bytes.asFloatBuffer().put(values);
      return tensor
          .setDataType(Onnx.TensorProto.DataType.FLOAT.getNumber())
          .setRawData(ByteString.copyFrom(bytes))
          .build();
    }
    long[] values = (long[]) constant.values();
    ByteBuffer bytes = buffer(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return tensor
        .setDataType(Onnx.TensorProto.DataType.INT64.getNumber())
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
