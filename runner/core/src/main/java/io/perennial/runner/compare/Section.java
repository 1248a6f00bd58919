package io.perennial.runner.compare;

import java.util.List;

/**
 * A table of a comparison.
 *
 * @param title in one line
 * @param columns their headings
 * @param rows of texts, whole numbers and {@code Double}s; NaN where there is none
 * @param notes sentences that belong below it
 */
public record Section(
    String title, List<String> columns, List<List<Object>> rows, List<String> notes) {}
