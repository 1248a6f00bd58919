package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.Arrays;

/** A picture of a task: a row of small images for each class, its first training examples. */
public final class ThumbnailSheet {
  private static final int COLUMNS = 12;
  private static final int MOST_ROWS = 50;
  private static final int GAP = 2;
  private static final float PAPER = 1;

  private ThumbnailSheet() {}

  /**
   * Draws it; colours become grey, and the task's own smallest and largest value black and white.
   *
   * @param task of images, {@code [channels, height, width]}
   * @param minimum of its values
   * @param maximum of its values
   * @return {@code [height][width]}, 0 (black) to 1 (white)
   */
  public static float[][] of(Task task, double minimum, double maximum) {
    int channels = Math.toIntExact(task.shape()[0]);
    int height = Math.toIntExact(task.shape()[1]);
    int width = Math.toIntExact(task.shape()[2]);
    int[] classes = Arrays.copyOf(task.classes(), Math.min(task.classes().length, MOST_ROWS));
    float[][] sheet =
        new float[GAP + classes.length * (height + GAP)][GAP + COLUMNS * (width + GAP)];
    for (float[] line : sheet) {
      Arrays.fill(line, PAPER);
    }
    int[] drawn = new int[classes.length];
    float[] values = new float[channels * height * width];
    Examples examples = task.training();
    double scale = maximum > minimum ? 1 / (maximum - minimum) : 0;
    for (int i = 0; i < examples.size(); i++) {
      int row = Arrays.binarySearch(classes, examples.label(i));
      if (row >= 0 && drawn[row] < COLUMNS) {
        examples.read(i, values, 0);
        int top = GAP + row * (height + GAP);
        int left = GAP + drawn[row] * (width + GAP);
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            sheet[top + y][left + x] =
                (float) ((grey(values, channels, height * width, y * width + x) - minimum) * scale);
          }
        }
        drawn[row]++;
      }
    }
    return sheet;
  }

  private static double grey(float[] values, int channels, int plane, int pixel) {
    double sum = 0;
    for (int channel = 0; channel < channels; channel++) {
      sum += values[channel * plane + pixel];
    }
    return sum / channels;
  }
}
