package io.perennial.api;

import java.util.List;

/**
 * The user's input (configuration, data, directories) is wrong. Thrown before anything is written;
 * the command line shows the problems and exits with 2.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /**
   * @param problems all that was found, each saying what, where, what was expected and what to do
   */
  public InputException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** One problem. */
  public InputException(String problem) {
    this(List.of(problem));
  }

  /** One problem that another error revealed. */
  public InputException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** All problems, in the order they were found. */
  public List<String> problems() {
    return problems;
  }
}
