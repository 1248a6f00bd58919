package io.perennial.models;

/**
 * How a batch is divided, by shapes alone: never by threads or time, because the division shows in
 * the last bits of sums.
 *
 * @param count the number of shards
 */
record Sharding(int count) {
  /** Below so many multiplications a second thread costs more than it saves. */
  private static final long WORTHWHILE = 2_000_000;

  /**
   * What a shard of so many rows leaves behind in a layer is still in a core's own cache when the
   * next layer reads it, and its products are as fast as those of more rows.
   */
  private static final int ROWS_PER_SHARD = 128;

  /** So many parameters are more than a core's own cache holds, or than all that a batch needs. */
  private static final int MANY_PARAMETERS = 1_000_000;

  private static final int IMAGES_PER_SHARD = 8;

  /** Each shard adds up a gradient of its own, which costs as much as a few stories. */
  private static final int STORIES_PER_SHARD = 16;

  private static final int MOST = 16;

  /** The division of a forward pass of so many rows through so many parameters. */
  static Sharding of(int rows, int parameters) {
    long work = (long) rows * parameters;
    if (rows < 2 || work < WORTHWHILE) {
      return new Sharding(1);
    }
    return new Sharding(Math.max(2, Math.min(MOST, rows / ROWS_PER_SHARD)));
  }

  /**
   * The division of so many images with so many multiplications each: an image is enough work to
   * share out a few at a time.
   */
  static Sharding ofImages(int rows, long multiplications) {
    return of(rows, multiplications, IMAGES_PER_SHARD);
  }

  /** The division of so many stories with so many multiplications each. */
  static Sharding ofStories(int rows, long multiplications) {
    return of(rows, multiplications, STORIES_PER_SHARD);
  }

  private static Sharding of(int rows, long multiplications, int rowsPerShard) {
    if (rows < 2 || rows * multiplications < WORTHWHILE) {
      return new Sharding(1);
    }
    return new Sharding(Math.max(2, Math.min(MOST, rows / rowsPerShard)));
  }

  /**
   * Whether the units of layers with so many parameters are dealt out instead of the rows. With
   * more shards there are so many rows that one's weights serve enough of them.
   */
  boolean dealsUnits(int parameters) {
    return count == 2 && parameters >= MANY_PARAMETERS;
  }

  /** The first of {@code total} that a shard has; its last comes before the next one's first. */
  int from(int total, int shard) {
    return (int) ((long) total * shard / count);
  }

  int length(int total, int shard) {
    return from(total, shard + 1) - from(total, shard);
  }
}
