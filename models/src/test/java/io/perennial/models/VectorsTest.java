package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class VectorsTest {
  @Property(tries = 30)
  void arithmeticIsThatOfTheElements(
      @ForAll @IntRange(min = 1, max = 40_000) int size, @ForAll boolean wide, @ForAll int seed) {
    DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
    double tolerance = wide ? 1e-13 : 1e-6;
    RandomSource random = new RandomSource(seed);
    INDArray x = Tensors.random(type, random, size);
    INDArray y = Tensors.random(type, random, size);
    INDArray sum = Vectors.copyOf(x);
    double[] a = Tensors.values(x);
    double[] b = Tensors.values(y);
    Vectors.axpy(0.5, y, sum);
    Vectors.addProduct(sum, 2, x, y);
    Vectors.addSquare(sum, 0.25, y);
    Vectors.addAbsolute(sum, y);
    Vectors.scale(-1, sum);
    double dot = 0;
    double[] actual = Tensors.values(sum);
    for (int i = 0; i < size; i++) {
      double expected =
          -(a[i] + 0.5 * b[i] + 2 * a[i] * b[i] + 0.25 * b[i] * b[i] + Math.abs(b[i]));
      assertThat(actual[i]).isCloseTo(expected, within(tolerance * 4));
      dot += a[i] * b[i];
    }
    assertThat(Vectors.dot(x, y)).isCloseTo(dot, within(tolerance * size));
    Vectors.assign(y, sum);
    assertThat(Vectors.sha256(sum)).isEqualTo(Vectors.sha256(y));
    Vectors.zero(sum);
    assertThat(Tensors.values(sum)).containsOnly(0);
  }

  @Property(tries = 20)
  void anyElementThatIsNotFiniteIsFound(
      @ForAll @IntRange(min = 1, max = 40_000) int size, @ForAll boolean nan, @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    INDArray x = Tensors.random(DataType.FLOAT, random, size);
    assertThat(Vectors.isFinite(x)).isTrue();
    x.putScalar(random.nextInt(size), nan ? Double.NaN : Double.NEGATIVE_INFINITY);
    assertThat(Vectors.isFinite(x)).isFalse();
  }

  @Example
  void largeButFiniteElementsAreFinite() {
    INDArray x = Tensors.of(DataType.FLOAT, new double[] {3e38, 3e38, -3e38}, 3);
    assertThat(Vectors.isFinite(x)).isTrue();
  }

  @Example
  void hashIsThatOfTheLittleEndianBytes() {
    // printf '\x00\x00\x80\x3f\x00\x00\x00\xc0' | sha256sum
    INDArray x = Tensors.of(DataType.FLOAT, new double[] {1, -2}, 2);
    assertThat(Vectors.sha256(x))
        .isEqualTo("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b");
  }

  @Example
  void viewsAreReadWhereTheyLie() {
    INDArray x = Tensors.of(DataType.DOUBLE, new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
    INDArray rows = x.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all());
    assertThat(Tensors.values(rows)).containsExactly(3, 4, 5, 6);
    assertThatThrownBy(() -> Tensors.values(x.transpose()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contiguous");
  }

  @Example
  void partsCanBeReadAndWritten() {
    double[] values = new double[5];
    Vectors.read(Tensors.vector(1, 2), values, 2);
    assertThat(values).containsExactly(0, 0, 1, 2, 0);
    INDArray x = Tensors.vector(9, 9, 9);
    Vectors.write(values, 2, x);
    assertThat(Tensors.values(x)).containsExactly(0, 0, 9);
    assertThatThrownBy(() -> Vectors.read(x, new double[2]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Example
  void unlikeArraysAreRefused() {
    assertThatThrownBy(() -> Vectors.axpy(1, Tensors.vector(1), Tensors.vector(1, 2)))
        .hasMessage(
            "Arrays of one operation must have the same type and number of elements, not 1 of"
                + " DOUBLE and 2 of DOUBLE");
    assertThatThrownBy(() -> Vectors.create(DataType.INT32, 3))
        .hasMessage("Arrays must be float or double, not INT");
  }
}
