package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of stories in the format of the bAbI tasks (Weston et al., <a
 * href="https://arxiv.org/abs/1502.05698">arXiv 1502.05698</a>): a line is a number and a sentence,
 * or a number, a question, a tab, its answer, a tab and the numbers of the sentences that support
 * it. The number 1 begins a new story. The supporting sentences are checked and not kept: nobody
 * learns from them.
 *
 * @param sentences of all stories, each a list of words
 * @param questions with the sentences that come before them in their story
 */
record BabiFile(List<List<String>> sentences, List<Question> questions) {
  /** The original files have less than 2 MB. */
  private static final long MOST_BYTES = 256L << 20;

  /** Every row of a data set is as long as its longest sentence. */
  private static final int MOST_WORDS = 1000;

  private static final int SHOWN = 60;

  /**
   * A question.
   *
   * @param from the first sentence of its story
   * @param to the sentence after the last one before it
   * @param words of the question
   * @param answer as it stands there; a list of answers is one answer
   */
  record Question(int from, int to, List<String> words, String answer) {}

  /**
   * Reads a file.
   *
   * @param faults where everything is reported that is wrong with it
   */
  static BabiFile read(Path file, Faults faults) {
    return read(file, true, faults);
  }

  /** Reads a file whose questions need no answer after their tab. */
  static BabiFile unanswered(Path file, Faults faults) {
    return read(file, false, faults);
  }

  private static BabiFile read(Path file, boolean answered, Faults faults) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        faults.add(
            "%s: %d bytes, and at most %d are read. Divide it into several files."
                .formatted(file, Files.size(file), MOST_BYTES));
        return new BabiFile(List.of(), List.of());
      }
      return parse(file.toString(), Files.readAllBytes(file), answered, faults);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read: %s. Check that the file is there and readable.".formatted(file, e),
          e);
    }
  }

  /**
   * Parses a file's bytes.
   *
   * @param file for messages
   */
  static BabiFile parse(String file, byte[] bytes, Faults faults) {
    return parse(file, bytes, true, faults);
  }

  private static BabiFile parse(String file, byte[] bytes, boolean answered, Faults faults) {
    Parser parser = new Parser(file, answered, faults);
    String text = decode(file, bytes, faults);
    int line = 0;
    for (int at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length(); ) {
      int end = text.indexOf('\n', at);
      end = end < 0 ? text.length() : end;
      int last = end > at && text.charAt(end - 1) == '\r' ? end - 1 : end;
      parser.line(++line, text.substring(at, last));
      at = end + 1;
    }
    if (parser.questions.isEmpty() && faults.none()) {
      faults.add(
          "%s: no question (a line with a tab before its answer). At least one is needed."
              .formatted(file));
    }
    return new BabiFile(List.copyOf(parser.sentences), List.copyOf(parser.questions));
  }

  private static String decode(String file, byte[] bytes, Faults faults) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer from = ByteBuffer.wrap(bytes);
    CharBuffer to = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(from, to, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < from.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      faults.add(
          "%s, line %d: the byte %02X is not UTF-8. Save the file in UTF-8."
              .formatted(file, line, bytes[from.position()]));
      return "";
    }
    return to.flip().toString();
  }

  /** Goes through the lines of one file. */
  private static final class Parser {
    private final String file;
    private final boolean answered;
    private final Faults faults;
    private final List<List<String>> sentences = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private int storyStart;
    private int number;

    Parser(String file, boolean answered, Faults faults) {
      this.file = file;
      this.answered = answered;
      this.faults = faults;
    }

    void line(int line, String text) {
      if (text.isBlank()) {
        return;
      }
      int blank = text.indexOf(' ');
      int found = blank < 0 ? -1 : number(text.substring(0, blank));
      if (found < 1) {
        fault(
            line,
            "expected a number from 1 on, a blank and a sentence, but the line is '%s'"
                .formatted(shown(text)));
        return;
      }
      if (found == 1) {
        storyStart = sentences.size();
      } else if (found != number + 1) {
        fault(
            line,
            "the number %d comes after %d; expected %d, or 1 for a new story"
                .formatted(found, number, number + 1));
      }
      number = found;
      String rest = text.substring(blank + 1);
      if (rest.indexOf('\t') < 0) {
        sentences.add(words(line, rest));
      } else {
        question(line, rest.split("\t", -1));
      }
    }

    private void question(int line, String[] parts) {
      List<String> words = words(line, parts[0]);
      String answer = parts[1].strip();
      if (answered && answer.isEmpty()) {
        fault(line, "the question '%s' has no answer after the tab".formatted(shown(parts[0])));
      }
      if (parts.length > 3) {
        fault(
            line,
            "%d tabs; expected a question, a tab, its answer, a tab and the supporting lines"
                .formatted(parts.length - 1));
      } else if (parts.length == 3 && !parts[2].isBlank()) {
        for (String support : parts[2].strip().split(" +", -1)) {
          int supporting = number(support);
          if (supporting < 1 || supporting >= number) {
            fault(
                line,
                "'%s' supports the answer; expected the number of an earlier line of the story"
                    .formatted(shown(support)));
          }
        }
      }
      questions.add(new Question(storyStart, sentences.size(), words, answer));
    }

    private List<String> words(int line, String text) {
      List<String> words = Vocabulary.words(text);
      if (words.isEmpty()) {
        fault(line, "no word in '%s'".formatted(shown(text)));
      } else if (words.size() > MOST_WORDS) {
        fault(line, "%d words; a sentence has at most %d".formatted(words.size(), MOST_WORDS));
      }
      return words;
    }

    private void fault(int line, String what) {
      faults.add("%s, line %d: %s.".formatted(file, line, what));
    }

    private static int number(String text) {
      return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    private static String shown(String text) {
      return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
  }
}
