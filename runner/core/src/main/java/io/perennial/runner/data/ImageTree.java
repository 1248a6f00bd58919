package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The image files under a directory and their classes, in an order that depends on names only. What
 * is hidden (a leading dot) is passed over.
 *
 * @param classes the classes' names, sorted
 * @param trained the files, or those under {@code train}
 * @param tested those under {@code test}; empty if there is no such directory
 * @param labels of both, one after the other
 */
record ImageTree(List<String> classes, List<Path> trained, List<Path> tested, int[] labels) {

  /**
   * Looks for them.
   *
   * @throws InputException with everything that does not belong there
   */
  static ImageTree of(Path root) {
    if (!Files.isDirectory(root)) {
      throw new InputException(
          "scenario.dataset.path: %s %s. Give the directory with the classes' directories."
              .formatted(root, Files.exists(root) ? "is not a directory" : "does not exist"));
    }
    Walk walk = new Walk(root);
    Path train = root.resolve("train");
    Path test = root.resolve("test");
    if (Files.isDirectory(train) != Files.isDirectory(test)) {
      throw new InputException(
          "%s: has '%s' but no '%s'. Give both, or neither and the classes' directories directly."
              .formatted(
                  root,
                  Files.isDirectory(train) ? "train" : "test",
                  Files.isDirectory(train) ? "test" : "train"));
    }
    boolean divided = Files.isDirectory(train);
    Path first = divided ? train : root;
    List<String> classes = walk.directories(first);
    List<Integer> labels = new ArrayList<>();
    List<Path> trained = walk.files(first, classes, labels);
    List<Path> tested = List.of();
    if (divided) {
      List<String> testClasses = walk.directories(test);
      for (String name : testClasses) {
        if (!classes.contains(name)) {
          walk.faults.add(
              "%s: a class that %s does not have; a class that is never trained cannot be tested. Add it there, or remove it."
                  .formatted(test.resolve(name), train));
        }
      }
      tested = walk.files(test, classes, labels);
    }
    walk.faults.refuse();
    return new ImageTree(
        classes, trained, tested, labels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** The parts that the directories make. */
  Holdout givenParts() {
    return new Holdout(
        IntStream.range(0, trained.size()).toArray(),
        IntStream.range(trained.size(), labels.length).toArray());
  }

  private static final class Walk {
    final Faults faults = new Faults();
    private final Path root;

    Walk(Path root) {
      this.root = root;
    }

    /** The names of the classes' directories. */
    List<String> directories(Path parent) {
      List<String> names = new ArrayList<>();
      for (Path child : children(parent)) {
        if (Files.isDirectory(child)) {
          names.add(child.getFileName().toString());
        } else {
          faults.add(
              "%s: a file beside the classes' directories. Put it into one of them, or remove it."
                  .formatted(child));
        }
      }
      if (names.isEmpty()) {
        faults.add(
            "%s: has no directories. Make one for each class, with its images.".formatted(parent));
      }
      return names;
    }

    List<Path> files(Path parent, List<String> classes, List<Integer> labels) {
      List<Path> files = new ArrayList<>();
      for (int label = 0; label < classes.size(); label++) {
        Path directory = parent.resolve(classes.get(label));
        int before = files.size();
        if (Files.isDirectory(directory)) {
          children(directory).stream().filter(this::isImage).forEach(files::add);
          if (files.size() == before) {
            faults.add("%s: holds no images. Put some there, or remove it.".formatted(directory));
          }
        }
        for (int i = before; i < files.size(); i++) {
          labels.add(label);
        }
      }
      return files;
    }

    private boolean isImage(Path file) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      boolean image = name.matches(".*\\.(png|jpe?g)");
      if (!Files.isRegularFile(file) || !image) {
        faults.add(
            "%s: no PNG or JPEG file by its name. Convert it, or remove it.".formatted(file));
        return false;
      }
      return true;
    }

    /** What is visible in a directory, by name; links must stay under the root. */
    private List<Path> children(Path directory) {
      List<Path> children;
      try (Stream<Path> all = Files.list(directory)) {
        children =
            all.filter(path -> !path.getFileName().toString().startsWith("."))
                .sorted((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()))
                .toList();
      } catch (IOException e) {
        throw new InputException(
            "%s: cannot be listed (%s). Check its permissions.".formatted(directory, e), e);
      }
      return children.stream().filter(this::staysInside).toList();
    }

    private boolean staysInside(Path path) {
      try {
        if (!Files.isSymbolicLink(path) || path.toRealPath().startsWith(root.toRealPath())) {
          return true;
        }
        faults.add(
            "%s: a link to %s, outside of %s. Copy what it points to, or remove it."
                .formatted(path, path.toRealPath(), root));
      } catch (IOException e) {
        faults.add("%s: a link that leads nowhere. Remove it.".formatted(path));
      }
      return false;
    }
  }
}
