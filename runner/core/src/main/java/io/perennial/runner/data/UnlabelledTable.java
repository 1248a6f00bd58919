package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The rows of a CSV file as features, without keeping them. */
final class UnlabelledTable {
  private final Path file;
  private final TablePreparation preparation;
  private final TableExamples.Slot[] slots;
  private final float[] features;

  UnlabelledTable(Path file, TablePreparation preparation) {
    this.file = file;
    this.preparation = preparation;
    List<Encoding.Feature> kinds = preparation.encoding().features();
    this.slots = new TableExamples.Slot[kinds.size()];
    int start = 0;
    for (int i = 0; i < slots.length; i++) {
      List<String> known =
          kinds.get(i) instanceof Encoding.OneHot categories ? categories.known() : List.of();
      slots[i] = TableExamples.Slot.of(kinds.get(i), start, known);
      start += kinds.get(i).width();
    }
    this.features = new float[start];
  }

  void forEach(Consumer<float[]> row) {
    TableBuilder builder = new TableBuilder();
    builder.columns(slots.length);
    for (int i = 0; i < slots.length; i++) {
      if (preparation.encoding().features().get(i) instanceof Encoding.OneHot categories) {
        // So that the known ones keep their places, and what is new comes after them.
        for (String name : categories.known()) {
          builder.categories.get(i).code(name, file.toString(), 0);
        }
      }
    }
    CsvColumns columns = preparation.reading();
    FloatRows.Sink sink =
        cells -> {
          for (int i = 0; i < slots.length; i++) {
            slots[i].write(cells[i], features, 0);
          }
          row.accept(features);
        };
    CsvTables tables = new CsvTables(columns, "");
    tables.read(file, new CsvRows(file.toString(), columns, builder, this::layout, layout -> sink));
    builder.faults.refuse();
  }

  private TableLayout layout(List<String> names) {
    List<String> wanted = preparation.columns();
    List<String> missing = wanted.stream().filter(name -> !names.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          "%s, line 1: no column %s; there are: %s. The model was taught with %s; others are not looked at."
              .formatted(
                  file,
                  UnlabelledData.listed(missing),
                  UnlabelledData.listed(names),
                  UnlabelledData.listed(wanted)));
    }
    List<TableLayout.Role> roles = new ArrayList<>();
    int[] places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = names.indexOf(names.get(i)) == i ? wanted.indexOf(names.get(i)) : -1;
      boolean categorical =
          places[i] >= 0
              && preparation.encoding().features().get(places[i]) instanceof Encoding.OneHot;
      roles.add(
          places[i] < 0
              ? TableLayout.Role.IGNORED
              : categorical ? TableLayout.Role.CATEGORY : TableLayout.Role.NUMBER);
    }
    return new TableLayout(names, roles, places, wanted.size());
  }
}
