package io.perennial.runner.training;

import io.perennial.api.Composition;
import io.perennial.api.Expansion;
import io.perennial.api.Model;
import io.perennial.api.Pipeline;
import io.perennial.api.RandomSource;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import java.util.List;

/**
 * What a run will keep at most, as its strategies tell before anything trains.
 *
 * @param parameters of the model
 * @param kept by the strategies, in bytes
 */
public record Demand(Expansion.Size parameters, long kept) {
  /** Asks the strategies of a plan that has not started. */
  public static Demand of(Plan plan) {
    List<Strategy> strategies = plan.stages().stream().map(Stage::strategy).toList();
    List<Task> tasks = plan.stream().tasks();
    Pipeline pipeline =
        strategies.stream().anyMatch(Expansion.class::isInstance)
            ? Pipeline.MODEL_EXPANSION
            : Pipeline.KNOWLEDGE_RETENTION;
    try (Model grown = plan.model().copy()) {
      grow(grown, plan.stream());
      Composition composition = new Composition(pipeline, plan.setting(), tasks, grown, strategies);
      Expansion.Size parameters =
          composition.with(Expansion.class).stream()
              .map(expansion -> expansion.largest(composition))
              .findFirst()
              .orElse(Expansion.Size.of(grown));
      long kept = 0;
      for (Strategy strategy : strategies) {
        kept += strategy.bytesKept(composition, parameters);
      }
      return new Demand(parameters, kept);
    }
  }

  private static void grow(Model model, TaskStream stream) {
    RandomSource any = new RandomSource(0);
    int classes = stream.classesAfter(stream.size() - 1);
    if (model.classes() < classes) {
      model.growClasses(classes, any);
    }
    model
        .wordEmbeddings()
        .ifPresent(
            embeddings -> {
              int words =
                  stream.tasks().stream()
                      .filter(task -> !AbsentExamples.of(task))
                      .mapToInt(Words::largest)
                      .max()
                      .orElse(0);
              if (embeddings.words() < words) {
                embeddings.growWords(words, any);
              }
            });
  }
}
