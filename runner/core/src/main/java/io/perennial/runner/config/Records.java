package io.perennial.runner.config;

import io.perennial.api.InputException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The reflection on records: making them, reading them and changing a value. */
public final class Records {
  private Records() {}

  /** Calls the canonical constructor; what it objects to is told as a problem. */
  static <R extends Record> Optional<R> make(
      Class<R> type, List<? extends @Nullable Object> values, Consumer<String> problem) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return Optional.of(constructor.newInstance(values.toArray()));
    } catch (InvocationTargetException e) {
      tell(type, e.getCause(), problem);
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The record " + type.getName() + " cannot be made", e);
    }
  }

  /** Calls the record's static {@code parse(String)}. */
  static <R extends Record> Optional<R> parse(
      Class<R> type, String text, Consumer<String> problem) {
    try {
      Method parse = type.getDeclaredMethod("parse", String.class);
      parse.setAccessible(true);
      return Optional.of(type.cast(parse.invoke(null, text)));
    } catch (InvocationTargetException e) {
      tell(type, e.getCause(), problem);
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The record " + type.getName() + " cannot be parsed", e);
    }
  }

  /** The value of a component by its name; null if there is none of that name. */
  public static @Nullable Object find(Record record, String component) {
    for (RecordComponent candidate : record.getClass().getRecordComponents()) {
      if (candidate.getName().equals(component)) {
        return read(record, candidate);
      }
    }
    return null;
  }

  /**
   * A record with another value in one of its components.
   *
   * @throws InputException if the record's own check refuses it
   */
  public static <R extends Record> R with(R record, String component, Object value) {
    @SuppressWarnings("unchecked")
    Class<R> type = (Class<R>) record.getClass();
    List<Object> values = new ArrayList<>();
    for (RecordComponent candidate : type.getRecordComponents()) {
      values.add(candidate.getName().equals(component) ? value : read(record, candidate));
    }
    List<String> problems = new ArrayList<>();
    return make(type, values, problems::add).orElseThrow(() -> new InputException(problems));
  }

  /** The value of a component. */
  static Object read(Record record, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The record " + record + " cannot be read", e);
    }
  }

  private static void tell(Class<?> type, @Nullable Throwable cause, Consumer<String> problem) {
    if (cause instanceof InputException input) {
      input.problems().forEach(problem);
    } else if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
      String message = cause.getMessage();
      problem.accept(message.endsWith(".") ? message : message + ".");
    } else {
      problem.accept("the check in " + type.getName() + " failed: " + cause + ".");
    }
  }
}
