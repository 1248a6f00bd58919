package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.perennial.testkit.StrategyConformance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The laws of its roles, which the kit knows, and what only this strategy promises. */
class ${className}Test extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: ${artifactId}, lambda: 0.5}";
  }

  @Override
  protected List<String> changingNothing() {
    return List.of("{type: ${artifactId}, lambda: 0}");
  }

  @Test
  void nothingIsHeldBeforeTheFirstTaskHasEnded() {
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, 3);
    ${className} strategy = new ${className}(new ${className}.Settings(1));
    assertEquals(0, strategy.penalize(Nd4j.ones(DataType.DOUBLE, 3), gradient));
    assertEquals(Nd4j.zeros(DataType.DOUBLE, 3), gradient);
  }
}
