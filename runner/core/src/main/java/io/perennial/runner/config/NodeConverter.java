package io.perennial.runner.config;

import io.perennial.api.InputException;
import io.perennial.runner.config.Yaml.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** From the parser's nodes to values: aliases and merge keys are resolved, keys are unique. */
final class NodeConverter {
  /** Aliases of aliases multiply; a configuration that is larger than this is an attack. */
  private static final int VALUES = 100_000;

  private static final String MERGE = "<<";

  private final String source;
  private final boolean lines;
  private final Problems problems;
  private final Set<Node> open = new HashSet<>();
  private int values;

  /**
   * For one source.
   *
   * @param lines whether its lines mean something to the user
   */
  NodeConverter(String source, boolean lines, Problems problems) {
    this.source = source;
    this.lines = lines;
    this.problems = problems;
  }

  Yaml convert(Node node) {
    Position position = position(node);
    if (++values > VALUES) {
      throw new InputException(source + ": its aliases expand to more than " + VALUES + " values.");
    }
    if (!open.add(node)) {
      throw new InputException(position + ": an anchor contains itself.");
    }
    try {
      if (node instanceof MappingNode mapping) {
        return new Yaml.Mapping(position, entries(mapping));
      } else if (node instanceof SequenceNode sequence) {
        return new Yaml.Sequence(
            position, sequence.getValue().stream().map(this::convert).toList());
      } else if (node instanceof ScalarNode scalar) {
        return new Yaml.Scalar(position, scalar.getValue(), scalar.isPlain());
      }
      throw new InputException(position + ": is no valid YAML: an alias without an anchor.");
    } finally {
      open.remove(node);
    }
  }

  private Map<String, Entry> entries(MappingNode mapping) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    List<Yaml> merged = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Position place = position(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(place, "", "a key must be a single word, not a list or a block.");
        continue;
      }
      Yaml value = convert(tuple.getValueNode());
      if (key.isPlain() && key.getValue().equals(MERGE)) {
        merged.add(value);
        continue;
      }
      Entry first = entries.putIfAbsent(key.getValue(), new Entry(place, value));
      if (first != null) {
        problems.add(
            place,
            "",
            "'" + key.getValue() + "' is given twice; first in line " + first.key().line() + ".");
      }
    }
    merged.forEach(value -> merge(value, entries));
    return entries;
  }

  /** What the block gives itself wins over what it merges, and earlier over later. */
  private void merge(Yaml value, Map<String, Entry> entries) {
    if (value instanceof Yaml.Mapping block) {
      block.entries().forEach(entries::putIfAbsent);
    } else if (value instanceof Yaml.Sequence blocks) {
      blocks.items().forEach(block -> merge(block, entries));
    } else {
      problems.add(value.position(), "", "'<<' takes a block or a list of blocks.");
    }
  }

  private Position position(Node node) {
    return node.getStartMark()
        .filter(mark -> lines)
        .map(mark -> new Position(source, mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(Position.of(source));
  }
}
