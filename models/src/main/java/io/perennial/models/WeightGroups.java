package io.perennial.models;

import io.perennial.api.Model;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Capability of a {@link Model} made of several networks: names the parameters of all of them, of
 * which {@link Model#layout()} names the live ones.
 */
public interface WeightGroups {
  /** Shows each network's parameters; an array may be freed when the next one is shown. */
  void forEachGroup(Group.Visitor visitor);

  /**
   * One network's parameters.
   *
   * @param prefix of their names, such as {@code expert0.}
   * @param parameters {@code [P]}
   * @param layout of the tensors in them
   */
  record Group(String prefix, INDArray parameters, List<Model.Slice> layout) {
    /** Is shown groups. */
    public interface Visitor {
      /** Looks at one. */
      void visit(Group group);
    }
  }
}
