package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Plugin;
import io.perennial.models.NativeSetup;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What plugins are compiled against, listed in {@code docs/public-api.txt}. Whoever changes it sees
 * so here, reads "Compatibility" in {@code docs/plugins.md}, raises {@link Plugin#API_VERSION} if
 * that asks for it, and writes the listing anew with {@code -Dperennial.write=true}.
 */
class PublicApiTest {
  private static final Path LISTING =
      Path.of(System.getProperty("basedir", ".")).resolve("../../docs/public-api.txt");

  @Test
  void isAsListed() throws IOException, ReflectiveOperationException, URISyntaxException {
    String listing = listing();
    // A listing of nothing would always agree.
    assertThat(listing)
        .contains("\npublic abstract interface io.perennial.api.Strategy : ")
        .contains("\n  public static final java.lang.String API_VERSION = \"0.1\"\n")
        .contains("io.perennial.models.Mlp");
    if (Boolean.getBoolean("perennial.write")) {
      Files.writeString(LISTING, listing);
    }
    assertThat(listing)
        .as(
            "the public API has changed: see 'Compatibility' in docs/plugins.md, and write"
                + " docs/public-api.txt anew with -Dperennial.write=true")
        .isEqualTo(Files.readString(LISTING));
  }

  private static String listing()
      throws IOException, ReflectiveOperationException, URISyntaxException {
    List<Class<?>> types = new ArrayList<>();
    for (String name : classes(Plugin.class, NativeSetup.class)) {
      Class<?> type = Class.forName(name, false, Plugin.class.getClassLoader());
      if (isVisible(type)) {
        types.add(type);
      }
    }
    types.sort((a, b) -> a.getName().compareTo(b.getName()));
    StringBuilder listing = new StringBuilder();
    listing.append("# The public API, version ").append(Plugin.API_VERSION);
    listing.append(": what plugins are compiled against. Written by PublicApiTest.\n");
    for (Class<?> type : types) {
      listing.append('\n').append(head(type)).append('\n');
      for (String member : members(type)) {
        listing.append("  ").append(member).append('\n');
      }
    }
    return listing.toString();
  }

  /** The names of all classes that stand where these do, in a directory or a jar. */
  private static List<String> classes(Class<?>... examples) throws IOException, URISyntaxException {
    List<String> names = new ArrayList<>();
    for (Class<?> example : examples) {
      Path place = Path.of(example.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(place)) {
        try (Stream<Path> files = Files.walk(place)) {
          files.forEach(file -> names.add(place.relativize(file).toString()));
        }
      } else {
        try (JarFile jar = new JarFile(place.toFile())) {
          jar.stream().forEach(entry -> names.add(entry.getName()));
        }
      }
    }
    return names.stream()
        .filter(name -> name.endsWith(".class"))
        .map(name -> name.replaceFirst("\\.class$", "").replaceAll("[/\\\\]", "."))
        .filter(name -> !name.endsWith("-info"))
        .toList();
  }

  private static boolean isVisible(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      if (!Modifier.isPublic(c.getModifiers()) || c.isAnonymousClass() || c.isLocalClass()) {
        return false;
      }
    }
    return true;
  }

  private static String head(Class<?> type) {
    List<Type> parents = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
    if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
      parents.add(0, Objects.requireNonNull(type.getGenericSuperclass()));
    }
    // Only later JDKs print "sealed", so we say it ourselves.
    String head = type.toGenericString().replaceFirst("\\b(non-)?sealed ", "");
    if (!parents.isEmpty()) {
      head += " : " + parents.stream().map(Type::getTypeName).collect(Collectors.joining(", "));
    }
    if (type.isSealed()) {
      head +=
          " permits "
              + Arrays.stream(type.getPermittedSubclasses())
                  .map(Class::getName)
                  .sorted()
                  .collect(Collectors.joining(", "));
    }
    return head;
  }

  private static Iterable<String> members(Class<?> type) throws ReflectiveOperationException {
    TreeSet<String> members = new TreeSet<>();
    for (AccessibleObject object :
        Stream.of(
                type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
            .flatMap(Arrays::stream)
            .toList()) {
      Member member = (Member) object;
      int modifiers = member.getModifiers();
      if ((Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))
          && !member.isSynthetic()) {
        members.add(text(type, object));
      }
    }
    return members;
  }

  private static String text(Class<?> type, AccessibleObject member)
      throws ReflectiveOperationException {
    String text;
    if (member instanceof Constructor<?> constructor) {
      text = constructor.toGenericString();
    } else if (member instanceof Method method) {
      text = method.toGenericString();
      if (method.getDefaultValue() != null) {
        text += " default " + plain(method.getDefaultValue());
      }
    } else {
      Field field = (Field) member;
      text = field.toGenericString();
      boolean constant =
          Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
      if (constant && (field.getType().isPrimitive() || field.getType() == String.class)) {
        // The compiler copies it into every plugin.
        text += " = " + plain(Objects.requireNonNull(field.get(null)));
      }
    }
    // The type is in the line above; its own name before each member would only be noise.
    return text.replace(" " + type.getName() + ".", " ");
  }

  private static String plain(Object value) {
    return value instanceof String text ? '"' + text.replace("\0", "\\0") + '"' : value.toString();
  }
}
