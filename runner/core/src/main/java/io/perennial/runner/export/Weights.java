package io.perennial.runner.export;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.models.Vectors;
import io.perennial.models.WeightGroups;
import io.perennial.runner.result.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A network's parameters as a safetensors file, a tensor a layer's weights or biases. Of a network
 * that reads words the metadata {@code vocabulary} is a JSON list of them, in the order of their
 * rows in the tensors {@code words0.weight}, ….
 */
public final class Weights {
  private static final String OUTPUT = "output.";
  private static final String WORDS = "words";
  private static final String VOCABULARY = "vocabulary";

  private Weights() {}

  /**
   * Writes all parameters, frozen ones included.
   *
   * @param file which must not be there
   * @param vocabulary of a network that reads words; empty for others
   */
  public static void write(Model model, Path file, List<String> vocabulary) throws IOException {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    try {
      if (model instanceof WeightGroups groups) {
        groups.forEachGroup(group -> add(group, tensors));
      } else {
        add(new WeightGroups.Group("", model.parameters(), model.layout()), tensors);
      }
      SafeTensors.write(
          file,
          tensors,
          vocabulary.isEmpty()
              ? Map.of()
              : Map.of(VOCABULARY, JsonMapper.shared().writeValueAsString(vocabulary)));
    } finally {
      tensors.values().forEach(INDArray::close);
    }
  }

  private static void add(WeightGroups.Group group, Map<String, INDArray> tensors) {
    double[] all = new double[Math.toIntExact(group.parameters().length())];
    Vectors.read(group.parameters(), all);
    for (Model.Slice slice : group.layout()) {
      INDArray tensor = Vectors.create(group.parameters().dataType(), slice.shape());
      int from = Math.toIntExact(slice.offset());
      Vectors.write(Arrays.copyOfRange(all, from, from + (int) slice.length()), tensor);
      tensors.put(group.prefix() + slice.name(), tensor);
    }
  }

  /**
   * Reads first parameters into a network. Each tensor but the output layer's must be in the file,
   * in the network's shape; the output layer is taken over if it has that of the network. A network
   * that reads words gets embeddings for the whole vocabulary: the file's of words that it has, the
   * others are drawn.
   *
   * @param vocabulary of the data, in the order of the words' numbers; empty if it is no text
   * @param random for the embeddings of other words
   * @throws InputException with everything that does not fit; the network is as it was then
   */
  public static void read(Path file, Model model, List<String> vocabulary, RandomSource random) {
    Map<String, INDArray> tensors = tensors(file);
    try {
      if (model.wordEmbeddings().isPresent()) {
        List<String> known = vocabulary(file);
        if (known.isEmpty() || vocabulary.isEmpty()) {
          throw new InputException(
              "model.from: %s: it is not known which words the embeddings are of: %s has no vocabulary. Give weights that were exported from a run on texts, and texts to learn."
                  .formatted(file, known.isEmpty() ? "the file" : "the scenario's data"));
        }
        ParameterMap unused = model.wordEmbeddings().get().growWords(vocabulary.size(), random);
        renumber(tensors, known, vocabulary, model);
      }
      List<String> problems = new ArrayList<>();
      double[] all = new double[Math.toIntExact(model.parameters().length())];
      Vectors.read(model.parameters(), all);
      List<Model.Slice> layout = model.layout();
      boolean output =
          layout.stream()
              .filter(slice -> slice.name().startsWith(OUTPUT))
              .allMatch(slice -> fits(slice, tensors));
      for (Model.Slice slice : layout) {
        if (slice.name().startsWith(OUTPUT) && !output) {
          continue;
        }
        INDArray tensor = tensors.get(slice.name());
        if (tensor == null) {
          problems.add(
              "%s: no tensor '%s'; it has %s.".formatted(file, slice.name(), named(tensors)));
        } else if (!fits(slice, tensors)) {
          problems.add(
              "%s: the tensor '%s' has the shape %s, but the network's has %s."
                  .formatted(
                      file,
                      slice.name(),
                      Arrays.toString(tensor.shape()),
                      Arrays.toString(slice.shape())));
        } else {
          double[] values = new double[(int) slice.length()];
          Vectors.read(tensor, values);
          System.arraycopy(values, 0, all, (int) slice.offset(), values.length);
        }
      }
      if (!problems.isEmpty()) {
        problems.add("model.from: give weights of this network, or configure it as theirs was.");
        throw new InputException(problems);
      }
      Vectors.write(all, model.parameters());
    } finally {
      tensors.values().forEach(INDArray::close);
    }
  }

  private static List<String> vocabulary(Path file) {
    try {
      String list = SafeTensors.metadata(file).getOrDefault(VOCABULARY, "[]");
      return List.of(JsonMapper.shared().readValue(list, String[].class));
    } catch (IOException | JacksonException | NullPointerException e) {
      throw new InputException(
          "model.from: %s: its metadata '%s' is no list of words (%s)."
              .formatted(file, VOCABULARY, e.getMessage()),
          e);
    }
  }

  /** Gives the words of the file the numbers they have in the data. */
  private static void renumber(
      Map<String, INDArray> tensors, List<String> known, List<String> vocabulary, Model model) {
    Map<String, Integer> places = new HashMap<>();
    known.forEach(word -> places.putIfAbsent(word, places.size()));
    double[] all = new double[Math.toIntExact(model.parameters().length())];
    Vectors.read(model.parameters(), all);
    for (Model.Slice slice : model.layout()) {
      INDArray tensor = tensors.get(slice.name());
      if (!slice.name().startsWith(WORDS)
          || tensor == null
          || tensor.rank() != 2
          || tensor.size(0) != known.size()
          || tensor.size(1) != slice.shape()[1]) {
        continue; // Told with everything else that does not fit.
      }
      int width = (int) tensor.size(1);
      double[] theirs = new double[Math.toIntExact(tensor.length())];
      Vectors.read(tensor, theirs);
      int from = Math.toIntExact(slice.offset());
      double[] ours = Arrays.copyOfRange(all, from, from + (int) slice.length());
      for (int word = 0; word < vocabulary.size(); word++) {
        Integer place = places.get(vocabulary.get(word));
        if (place != null) {
          System.arraycopy(theirs, place * width, ours, word * width, width);
        }
      }
      INDArray renumbered = Vectors.create(model.dataType(), slice.shape());
      Vectors.write(ours, renumbered);
      tensors.put(slice.name(), renumbered);
      tensor.close();
    }
  }

  private static Map<String, INDArray> tensors(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "model.from: %s: %s. Give a safetensors file, or leave it out."
              .formatted(file, Files.exists(file) ? "is no file" : "does not exist"));
    }
    try {
      return SafeTensors.read(file);
    } catch (IOException e) {
      throw new InputException("model.from: %s: cannot be read (%s).".formatted(file, e), e);
    }
  }

  private static boolean fits(Model.Slice slice, Map<String, INDArray> tensors) {
    INDArray tensor = tensors.get(slice.name());
    return tensor != null && Arrays.equals(tensor.shape(), slice.shape());
  }

  private static String named(Map<String, INDArray> tensors) {
    return tensors.keySet().stream().limit(12).collect(Collectors.joining(", "))
        + (tensors.size() > 12 ? ", …" : "");
  }
}
