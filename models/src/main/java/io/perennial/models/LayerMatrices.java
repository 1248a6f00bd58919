package io.perennial.models;

/**
 * A matrix {@code [N, outputs]} for each layer, with the parts that shards work on: some rows when
 * a pass goes through the layers, some columns when it sums over rows.
 */
final class LayerMatrices {
  private final DenseLayers layers;
  private final Sharding sharding;
  private final int batch;
  private final Memory[] whole;
  private final Memory[][] rows;
  private final Memory[][] columns;

  LayerMatrices(DenseLayers layers, Sharding sharding, int batch) {
    this.layers = layers;
    this.sharding = sharding;
    this.batch = batch;
    this.whole = new Memory[layers.count()];
    this.rows = new Memory[sharding.count()][layers.count()];
    this.columns = new Memory[sharding.count()][layers.count()];
  }

  /** Sets the matrix of a layer; slices it unless it is the same as before. */
  void set(int layer, Memory matrix) {
    if (whole[layer] == matrix) {
      return;
    }
    whole[layer] = matrix;
    int width = layers.outputs(layer);
    for (int s = 0; s < sharding.count(); s++) {
      rows[s][layer] =
          matrix.slice((long) sharding.from(batch, s) * width, sharding.length(batch, s) * width);
      int column = sharding.from(width, s);
      columns[s][layer] = matrix.slice(column, batch * width - column);
    }
  }

  /** A shard's rows of each layer's matrix. */
  Memory[] rows(int shard) {
    return rows[shard];
  }

  /** Each layer's matrix from a shard's first column on; the rows keep their distance. */
  Memory[] columns(int shard) {
    return columns[shard];
  }
}
