package io.perennial.runner.config;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads text as YAML. Whatever keeps it from being read at all is one {@link InputException}; what
 * is wrong with single keys goes to the problems.
 */
final class YamlReader {
  /** A configuration is a page or two; a megabyte is some other file. */
  static final int LIMIT = 1 << 20;

  private static final int ALIASES = 50;

  private final Problems problems;

  YamlReader(Problems problems) {
    this.problems = problems;
  }

  /** Reads a file that must hold a value. */
  Yaml read(Path file) {
    return parse(text(file), file.toString());
  }

  /** Reads a text that must hold a value; the source's name goes into messages. */
  Yaml parse(String text, String source) {
    Yaml value = compose(text, source, true);
    if (value instanceof Yaml.Scalar scalar && scalar.isNull()) {
      throw empty(source);
    }
    return value;
  }

  /** Reads the value of an option or an annotation, whose lines mean nothing to the user. */
  Yaml inline(String text, String source) {
    return compose(text, source, false);
  }

  private Yaml compose(String text, String source, boolean lines) {
    checkText(text, source);
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source)
            .setMaxAliasesForCollections(ALIASES)
            .setCodePointLimit(LIMIT)
            .build();
    StreamReader reader = new StreamReader(settings, text);
    Optional<Node> root;
    try {
      root = new Composer(settings, new ParserImpl(settings, reader)).getSingleNode();
    } catch (MarkedYamlEngineException e) {
      throw new InputException(malformed(e, source, lines), e);
    } catch (YamlEngineException e) {
      throw new InputException(source + ": is no valid YAML: " + e.getMessage() + ".", e);
    } catch (RuntimeException e) {
      // The scanner of the library ends some malformed escapes, such as a "u" without digits, in
      // the exception of whatever it parsed them with.
      throw new InputException(
          place(reader.getMark(), source, lines)
              + ": is no valid YAML: it cannot be read from here on ("
              + e.getMessage()
              + ").",
          e);
    } catch (StackOverflowError e) {
      throw tooDeep(source, e);
    }
    try {
      return new NodeConverter(source, lines, problems)
          .convert(root.orElseThrow(() -> empty(source)));
    } catch (StackOverflowError e) {
      throw tooDeep(source, e);
    }
  }

  private static InputException tooDeep(String source, StackOverflowError error) {
    return new InputException(source + ": is nested too deeply to be a configuration.", error);
  }

  private static Position place(Optional<Mark> mark, String source, boolean lines) {
    return mark.filter(known -> lines)
        .map(known -> new Position(source, known.getLine() + 1, known.getColumn() + 1))
        .orElse(Position.of(source));
  }

  private static String malformed(MarkedYamlEngineException error, String source, boolean lines) {
    Position place = place(error.getProblemMark(), source, lines);
    String problem = String.valueOf(error.getProblem());
    String hint = "";
    if (problem.contains("(TAB)")) {
      problem = "a tab stands where YAML expects blanks";
      hint = " Indent with blanks.";
    } else if (problem.contains("another document")) {
      problem = "a second document begins";
      hint = " A configuration is one document.";
    } else if (error.getContext() != null) {
      problem = problem + " " + error.getContext();
    }
    return place + ": is no valid YAML: " + problem + "." + hint;
  }

  private static InputException empty(String source) {
    return new InputException(source + ": is empty; there is nothing to read.");
  }

  private static void checkText(String text, String source) {
    if (text.isBlank()) {
      throw empty(source);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' && c != '\n' && c != '\r' && c != '\t') {
        throw new InputException(source + ": is no text; it looks like a binary file.");
      }
    }
  }

  private static String text(Path file) {
    byte[] bytes = bytes(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new InputException(
          file + ": is no UTF-8 text; it is a binary file, or must be saved as UTF-8.", e);
    }
  }

  private static byte[] bytes(Path file) {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a directory; a configuration file was expected.");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(LIMIT + 1);
      if (bytes.length > LIMIT) {
        throw new InputException(
            file
                + ": is larger than 1 MB; a configuration is a page or two. Is it the right file?");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": does not exist.", e);
    } catch (AccessDeniedException e) {
      throw new InputException(file + ": may not be read (permission denied).", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage() + ".", e);
    }
  }
}
