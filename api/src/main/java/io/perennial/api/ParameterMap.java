package io.perennial.api;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where each parameter of a grown model comes from: its source among the old ones (or none), the
 * scale s with which it was taken, and the number r of copies that were made of that source. What
 * is kept for each parameter follows so that function and penalties stay the same (the r copies of
 * a parameter together play the part of the one): see {@link Quantity}.
 */
public final class ParameterMap {
  /** What an array keeps for each parameter. */
  public enum Quantity {
    /** Parameters and anchors: {@code θ' = s θ}. */
    PARAMETER,
    /** First moments and accumulated gradients: {@code m' = m / (r s)}. */
    MOMENTUM,
    /** Second moments: {@code v' = v / (r s)²}. */
    SECOND_MOMENT,
    /** Importances of a quadratic penalty: {@code b' = b / (r s²)}. */
    IMPORTANCE
  }

  private static final int NONE = -1;

  private final int oldSize;
  private final int[] sources;
  private final double[] scales;
  private final int[] copies;

  /**
   * @param oldSize the number of old parameters
   * @param sources for each new parameter the index of its source; -1 for none
   * @param scales for each new parameter s, not 0; not read where there is no source
   */
  public ParameterMap(int oldSize, int[] sources, double[] scales) {
    if (scales.length != sources.length) {
      throw new IllegalArgumentException(
          "scales must have one entry for each of the "
              + sources.length
              + " parameters, not "
              + scales.length);
    }
    this.oldSize = oldSize;
    this.sources = sources.clone();
    this.scales = scales.clone();
    this.copies = new int[oldSize];
    for (int i = 0; i < sources.length; i++) {
      int source = sources[i];
      if (source < NONE || source >= oldSize) {
        throw new IllegalArgumentException(
            "source " + source + " is none of the " + oldSize + " old parameters");
      }
      if (source != NONE) {
        if (scales[i] == 0) {
          throw new IllegalArgumentException("the scale of parameter " + i + " is 0");
        }
        copies[source]++;
      }
    }
  }

  /** A map without scaling. */
  public static ParameterMap of(int oldSize, int[] sources) {
    double[] scales = new double[sources.length];
    Arrays.fill(scales, 1);
    return new ParameterMap(oldSize, sources, scales);
  }

  /** A map that changes nothing. */
  public static ParameterMap identity(int size) {
    int[] sources = new int[size];
    Arrays.setAll(sources, i -> i);
    return of(size, sources);
  }

  /** A map to new parameters that have nothing to do with the old ones. */
  public static ParameterMap fresh(int oldSize, int newSize) {
    int[] sources = new int[newSize];
    Arrays.fill(sources, NONE);
    return of(oldSize, sources);
  }

  /** The number of old parameters. */
  public int oldSize() {
    return oldSize;
  }

  /** The number of new parameters. */
  public int newSize() {
    return sources.length;
  }

  /** The source of a new parameter; -1 for none. */
  public int source(int parameter) {
    return sources[parameter];
  }

  /** The scale s of a new parameter; without meaning where it has no source. */
  public double scale(int parameter) {
    return scales[parameter];
  }

  /** This map followed by another one, as one. */
  public ParameterMap then(ParameterMap next) {
    if (next.oldSize != sources.length) {
      throw new IllegalArgumentException(
          "the next map is for " + next.oldSize + " parameters, this one gives " + sources.length);
    }
    int[] through = new int[next.sources.length];
    double[] product = new double[through.length];
    for (int i = 0; i < through.length; i++) {
      int between = next.sources[i];
      through[i] = between == NONE ? NONE : sources[between];
      product[i] = through[i] == NONE ? 1 : scales[between] * next.scales[i];
    }
    return new ParameterMap(oldSize, through, product);
  }

  /** Whether nothing changes. */
  public boolean isIdentity() {
    if (oldSize != sources.length) {
      return false;
    }
    for (int i = 0; i < oldSize; i++) {
      if (sources[i] != i || scales[i] != 1) {
        return false;
      }
    }
    return true;
  }

  /**
   * An array for the new parameters, allocated here; 0 where there is no source.
   *
   * @param old {@code [oldSize]}
   * @return {@code [newSize]}, of the same data type
   */
  public INDArray remap(INDArray old, Quantity quantity) {
    if (old.length() != oldSize) {
      throw new IllegalArgumentException(
          "the map is for " + oldSize + " parameters, the array has " + old.length());
    }
    double[] from = old.data().asDouble();
    double[] to = new double[sources.length];
    for (int i = 0; i < to.length; i++) {
      int source = sources[i];
      if (source != NONE) {
        double s = scales[i];
        double rs = copies[source] * s;
        to[i] =
            switch (quantity) {
              case PARAMETER -> s * from[source];
              case MOMENTUM -> from[source] / rs;
              case SECOND_MOMENT -> from[source] / (rs * rs);
              case IMPORTANCE -> from[source] / (rs * s);
            };
      }
    }
    INDArray result = Nd4j.create(old.dataType(), to.length);
    if (old.dataType() == DataType.DOUBLE) {
      result.data().setData(to);
    } else {
      float[] floats = new float[to.length];
      for (int i = 0; i < to.length; i++) {
        floats[i] = (float) to[i];
      }
      result.data().setData(floats);
    }
    return result;
  }
}
