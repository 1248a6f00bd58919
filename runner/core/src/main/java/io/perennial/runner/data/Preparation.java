package io.perennial.runner.data;

import io.perennial.api.InputException;
import io.perennial.models.OperatorGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How data becomes examples, as far as that was learned from data: how a table's columns become
 * features, which number a word has. One a run. Data sources tell it what they learn; data that is
 * read later, to learn further tasks or to be predicted, is prepared as it was before.
 */
public final class Preparation {
  private final @Nullable TablePreparation givenTable;
  private final @Nullable TextPreparation givenText;
  private @Nullable TablePreparation table;
  private @Nullable TextPreparation text;
  private @Nullable Object tableOf;
  private @Nullable Object textOf;
  private boolean ambiguous;

  /** Nothing is known yet. */
  public Preparation() {
    this(null, null, false);
  }

  private Preparation(
      @Nullable TablePreparation table, @Nullable TextPreparation text, boolean ambiguous) {
    this.givenTable = table;
    this.givenText = text;
    this.table = table;
    this.text = text;
    this.ambiguous = ambiguous;
  }

  /**
   * What was known when something was learned before.
   *
   * @param saved what {@link #save} gave
   * @throws InputException if it is damaged
   */
  public static Preparation of(Map<?, ?> saved) {
    try {
      return new Preparation(
          saved.get("table") instanceof Map<?, ?> table ? TablePreparation.of(table) : null,
          saved.get("text") instanceof Map<?, ?> text ? TextPreparation.of(text) : null,
          Boolean.TRUE.equals(saved.get("ambiguous")));
    } catch (IllegalArgumentException | ClassCastException e) {
      throw new InputException(
          "What was saved of how data is prepared is damaged (%s). Take it from a copy."
              .formatted(e.getMessage()),
          e);
    }
  }

  /** What is known, as JSON values; empty if nothing had to be learned. */
  public Map<String, Object> save() {
    Map<String, Object> saved = new LinkedHashMap<>();
    if (table != null) {
      saved.put("table", table.save());
    }
    if (text != null) {
      saved.put("text", text.save());
    }
    if (ambiguous) {
      saved.put("ambiguous", true);
    }
    return saved;
  }

  /** Whether the data is rows of one kind of table. */
  public boolean hasTable() {
    return table != null && !ambiguous;
  }

  /** Whether the data is texts of one vocabulary. */
  public boolean hasText() {
    return text != null && !ambiguous;
  }

  /** The words in the order of their numbers, from 1 on; empty if the data is no text. */
  public List<String> vocabulary() {
    return text == null ? List.of() : text.vocabulary();
  }

  /**
   * The columns of a table with features: each its name and, if it holds categories, these; empty
   * if the data is no table.
   */
  public List<Map<String, Object>> columns() {
    return table == null ? List.of() : table.describeColumns();
  }

  /**
   * Says how rows of the table become features.
   *
   * @param cells the value {@code [N, columns]}: numbers, NaN for a missing one, and positions
   *     among a column's categories
   * @return the value {@code [N, D]}
   */
  public String describe(OperatorGraph graph, String cells) {
    if (table == null) {
      throw new IllegalStateException("The data is no table");
    }
    return table.describe(graph, cells);
  }

  /** What was known of tables before this run began to read. */
  Optional<TablePreparation> givenTable() {
    return Optional.ofNullable(givenTable);
  }

  /** What was known of texts before this run began to read. */
  Optional<TextPreparation> givenText() {
    return Optional.ofNullable(givenText);
  }

  /** Whether several sources were read that prepare the same kind of data in different ways. */
  boolean ambiguous() {
    return ambiguous;
  }

  Optional<TablePreparation> table() {
    return Optional.ofNullable(table);
  }

  Optional<TextPreparation> text() {
    return Optional.ofNullable(text);
  }

  /**
   * Takes over how tables are prepared.
   *
   * @param source who read them; it may change its mind, but two must not disagree
   */
  void learn(Object source, TablePreparation learned) {
    ambiguous |= tableOf != null && tableOf != source && !learned.equals(table);
    tableOf = source;
    table = learned;
  }

  /** Takes over how texts are prepared. */
  void learn(Object source, TextPreparation learned) {
    ambiguous |= textOf != null && textOf != source && !learned.equals(text);
    textOf = source;
    text = learned;
  }

  static List<String> texts(@Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw new IllegalArgumentException("a list of texts is missing");
    }
    List<String> texts = new ArrayList<>();
    list.forEach(element -> texts.add((String) element));
    return texts;
  }

  static Number number(@Nullable Object value) {
    if (!(value instanceof Number number)) {
      throw new IllegalArgumentException("a number is missing");
    }
    return number;
  }
}
