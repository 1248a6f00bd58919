package io.perennial.runner;

import io.perennial.runner.LifelongModel.Answers;
import io.perennial.runner.data.UnlabelledData;
import io.perennial.runner.training.Predictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Answers for all examples of a file, in their order. With several threads reading, answering and
 * handing out overlap: one thread reads ahead, one answers with all workers, and the calling one
 * hands out, so that whoever takes the answers may use the model. Batches are the same with one
 * thread, which does all of it in turns.
 */
final class FileAnswers {
  /** One is filled while the other is emptied. */
  private static final int BLOCKS = 2;

  private final Predictor predictor;
  private final UnlabelledData data;
  private final int task;
  private final Answers answers;
  private final int width;
  private long count;

  FileAnswers(Predictor predictor, UnlabelledData data, int task, Answers answers) {
    this.predictor = predictor;
    this.data = data;
    this.task = task;
    this.answers = answers;
    this.width =
        Math.toIntExact(
            Arrays.stream(predictor.model().inputShape()).reduce(1, Math::multiplyExact));
  }

  /** Some examples. */
  private static final class Question {
    private final float[] features;
    private int rows;

    Question(int width) {
      features = new float[Predictor.BATCH * width];
    }
  }

  /** Their answers. */
  private static final class Answer {
    private final double[] probabilities;
    private final int[] experts = new int[Predictor.BATCH];
    private int rows;

    Answer(int classes) {
      probabilities = new double[Predictor.BATCH * classes];
    }
  }

  /** Where a stage gets an empty block and leaves it full. */
  private interface Next<B> {
    /** Takes a full block and gives an empty one. */
    B exchange(B full);
  }

  /**
   * Answers.
   *
   * @param threads that may be used
   * @return how many there were
   */
  long all(int threads) {
    if (threads > 1) {
      overlapping();
    } else {
      inTurns();
    }
    return count;
  }

  private void inTurns() {
    Answer answer = answer();
    Question last =
        read(
            new Question(width),
            question -> {
              answer(question, answer);
              handOut(answer);
              return question;
            });
    if (last.rows > 0) {
      answer(last, answer);
      handOut(answer);
    }
  }

  private void overlapping() {
    Conveyor<Question> questions = new Conveyor<>(blocks(() -> new Question(width)));
    Conveyor<Answer> answered = new Conveyor<>(blocks(this::answer));
    Thread reader =
        start(
            "reader",
            () -> {
              Question last =
                  read(
                      questions.next(),
                      question -> {
                        questions.send(question);
                        return questions.next();
                      });
              if (last.rows > 0) {
                questions.send(last);
              }
            },
            questions);
    Thread answering = start("answers", () -> answerAll(questions, answered), answered);
    try {
      for (Answer next = answered.receive(); next != null; next = answered.receive()) {
        handOut(next);
        answered.giveBack(next);
      }
    } finally {
      answered.stop();
      questions.stop();
      // It may be waiting for a pipe that nobody writes to.
      reader.interrupt();
      join(answering);
      join(reader);
    }
  }

  private void answerAll(Conveyor<Question> questions, Conveyor<Answer> answered) {
    for (Question next = questions.receive(); next != null; next = questions.receive()) {
      Answer answer = answered.next();
      answer(next, answer);
      questions.giveBack(next);
      answered.send(answer);
    }
  }

  private static <B> List<B> blocks(Supplier<B> block) {
    List<B> blocks = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      blocks.add(block.get());
    }
    return blocks;
  }

  private static Thread start(String name, Runnable stage, Conveyor<?> to) {
    Thread thread =
        new Thread(
            () -> {
              try {
                stage.run();
                to.end(null);
              } catch (Throwable e) { // Carried to whoever waits for blocks, whatever it is.
                to.end(e);
              }
            },
            "perennial-predict-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Fills one block after the other; gives the last one, which is not full. */
  private Question read(Question first, Next<Question> next) {
    Question[] block = {first};
    first.rows = 0;
    data.forEach(
        row -> {
          Question current = block[0];
          System.arraycopy(row, 0, current.features, current.rows * width, width);
          if (++current.rows == Predictor.BATCH) {
            block[0] = next.exchange(current);
            block[0].rows = 0;
          }
        });
    return block[0];
  }

  private Answer answer() {
    return new Answer(predictor.model().classes());
  }

  private void answer(Question question, Answer answer) {
    predictor.predict(question.features, question.rows, task, answer.probabilities, answer.experts);
    answer.rows = question.rows;
  }

  private void handOut(Answer answer) {
    answers.accept(answer.rows, answer.probabilities, answer.experts);
    count += answer.rows;
  }

  /** The model is not free to be used again, or closed, before its thread has ended. */
  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
