package io.perennial.runner.data;

import java.util.Optional;

/**
 * Learns how one source's tables are encoded, unless that was learned before.
 *
 * @param columns how they are read
 * @param preparation is told what was learned
 */
record TableFit(CsvColumns columns, Preparation preparation) {
  /**
   * The encoding.
   *
   * @param rows of the table, at least one, to learn from
   */
  Encoding fit(Table table, int[] rows) {
    Optional<TablePreparation> known = preparation.givenTable();
    if (known.isPresent()) {
      return known.get().encodingOf(table);
    }
    Encoding encoding = Encoding.fit(table, rows, columns.standardise());
    preparation.learn(this, TablePreparation.of(columns, table, encoding));
    return encoding;
  }
}
