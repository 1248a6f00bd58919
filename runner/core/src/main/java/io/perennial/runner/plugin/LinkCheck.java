package io.perennial.runner.plugin;

import io.perennial.runner.plugin.ClassFile.Member;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether everything is there that a drop-in's classes name: found in their bytes, before one of
 * them is loaded, and not when a run comes to the line that needs it. Beginning with the plugins
 * themselves, it follows every class named to the end, through the drop-in's libraries as well.
 *
 * <p>It cannot know whether a line is ever reached. A library that works without an optional one of
 * its own is therefore refused, unless the plugin's manifest names the packages or classes that may
 * be missing: {@code Perennial-Optional: com.github.luben.zstd, org.tukaani.xz}.
 */
final class LinkCheck {
  static final String OPTIONAL = "Perennial-Optional";

  private static final String REBUILD = "Its author must build it again.";
  private static final int SHOWN = 3;
  private static final String OBJECT = "java/lang/Object";

  /** Their methods take whatever they are called with. */
  private static final Set<String> POLYMORPHIC =
      Set.of("java/lang/invoke/MethodHandle", "java/lang/invoke/VarHandle");

  /** The number of Java 17's class files is 61, and so on. */
  private static final int NEWEST = Runtime.version().feature() + 44;

  private final Shared shared;
  private final List<Jar> jars;
  private final List<String> optional = new ArrayList<>();
  private final Map<String, Optional<ClassFile>> own = new HashMap<>();
  private final Map<String, String> missingClasses = new LinkedHashMap<>();
  private final Map<String, String> missingMembers = new LinkedHashMap<>();
  private final Set<String> incomplete = new HashSet<>();

  /** The classes of the JDK and the runner; one for all drop-ins, because they need the same. */
  static final class Shared {
    private final Exposed exposed;
    private final Map<String, Optional<ClassFile>> read = new HashMap<>();

    Shared(Exposed exposed) {
      this.exposed = exposed;
    }

    private Optional<ClassFile> find(String name) {
      return read.computeIfAbsent(name, this::read);
    }

    private Optional<ClassFile> read(String name) {
      try (InputStream in = exposed.getResourceAsStream(name + ".class")) {
        return in == null ? Optional.empty() : Optional.of(new ClassFile(in.readAllBytes(), false));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  LinkCheck(List<Jar> jars, Shared shared) {
    this.jars = jars;
    this.shared = shared;
    for (Jar jar : jars) {
      String names = jar.manifest().getValue(OPTIONAL);
      if (names != null) {
        Arrays.stream(names.split(",", -1)).map(String::strip).forEach(optional::add);
      }
    }
    optional.removeIf(String::isEmpty);
  }

  /**
   * Follows the classes.
   *
   * @param roots class names, in the drop-in
   * @return the drop-in's classes that were met and lack nothing
   * @throws RefusedException if something is missing, damaged or for a newer Java
   */
  List<String> check(Collection<String> roots) throws RefusedException {
    Set<String> seen = new LinkedHashSet<>();
    roots.forEach(root -> seen.add(root.replace('.', '/')));
    ArrayDeque<String> open = new ArrayDeque<>(seen);
    List<String> met = new ArrayList<>();
    while (!open.isEmpty()) {
      String name = open.remove();
      Optional<ClassFile> type = shared.find(name).isPresent() ? Optional.empty() : own(name);
      if (type.isEmpty()) {
        continue;
      }
      met.add(name);
      for (String need : type.get().needs()) {
        if (find(need).isEmpty()) {
          miss(missingClasses, need, need, name);
        } else if (seen.add(need)) {
          open.add(need);
        }
      }
      for (Member member : type.get().neededMembers()) {
        if (!resolves(member)) {
          miss(missingMembers, member.owner(), member.toString(), name);
        }
      }
    }
    if (!missingClasses.isEmpty()) {
      throw new RefusedException(
          "a class it needs is missing: " + shown(missingClasses),
          "Put the library with that class beside it, both in a sub-directory of their own; if the"
              + " class is never used, name it in the manifest's "
              + OPTIONAL
              + ".");
    }
    if (!missingMembers.isEmpty()) {
      throw new RefusedException(
          "a member it needs is missing: " + shown(missingMembers),
          "It was compiled against another version of that class: compile it against this one, or"
              + " put the library's right version beside it (what the JDK lacks: javac --release 17).");
    }
    return met.stream().filter(name -> !incomplete.contains(name)).map(LinkCheck::dotted).toList();
  }

  /** What the class says it was compiled against. */
  Optional<String> apiVersion(String className) throws RefusedException {
    return own(className.replace('.', '/')).flatMap(ClassFile::apiVersion);
  }

  /** Whether a class of the drop-in extends or implements a type, as far as can be followed. */
  boolean isA(String className, Class<?> type) throws RefusedException {
    String wanted = type.getName().replace('.', '/');
    ArrayDeque<String> open = new ArrayDeque<>(List.of(className.replace('.', '/')));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.remove();
      if (name.equals(wanted)) {
        return true;
      }
      if (seen.add(name)) {
        find(name).map(ClassFile::parents).ifPresent(open::addAll);
      }
    }
    return false;
  }

  private void miss(Map<String, String> missing, String owner, String what, String by) {
    String name = dotted(owner);
    if (optional.stream().anyMatch(o -> name.equals(o) || name.startsWith(o + "."))) {
      incomplete.add(by);
    } else {
      missing.putIfAbsent(dotted(what), dotted(by));
    }
  }

  private static String shown(Map<String, String> missing) {
    int more = missing.size() - SHOWN;
    return missing.entrySet().stream()
            .limit(SHOWN)
            .map(entry -> entry.getKey() + " (" + entry.getValue() + " needs it)")
            .collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more." : ".");
  }

  private static String dotted(String name) {
    return name.replace('/', '.');
  }

  /** As JVMS 5.4.3 looks for it, without access control: in the class, its parents, and Object. */
  private boolean resolves(Member member) throws RefusedException {
    if (POLYMORPHIC.contains(member.owner())) {
      return true;
    }
    ArrayDeque<String> open = new ArrayDeque<>(List.of(member.owner(), OBJECT));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!seen.add(name)) {
        continue;
      }
      Optional<ClassFile> type = find(name);
      // A class that is missing is told as such, and not once more for each of its members.
      if (type.isEmpty() || type.get().declares(member)) {
        return true;
      }
      open.addAll(type.get().parents());
    }
    return false;
  }

  private Optional<ClassFile> find(String name) throws RefusedException {
    Optional<ClassFile> found = shared.find(name);
    return found.isPresent() ? found : own(name);
  }

  private Optional<ClassFile> own(String name) throws RefusedException {
    Optional<ClassFile> known = own.get(name);
    if (known == null) {
      known = Optional.empty();
      for (Jar jar : jars) {
        Optional<byte[]> code = jar.code(name);
        if (code.isPresent()) {
          known = Optional.of(read(jar, name, code.get()));
          break;
        }
      }
      own.put(name, known);
    }
    return known;
  }

  private static ClassFile read(Jar jar, String name, byte[] code) throws RefusedException {
    int version = ClassFile.version(code);
    if (version > NEWEST) {
      throw new RefusedException(
          "it was compiled for a newer Java: "
              + dotted(name)
              + " in "
              + jar.name()
              + " has class-file version "
              + version
              + ", and Java "
              + Runtime.version().feature()
              + " reads up to "
              + NEWEST
              + ".",
          "Run with that Java, or compile it for Java 17.");
    }
    ClassFile read;
    try {
      read = new ClassFile(code, true);
    } catch (RuntimeException e) {
      // The reader checks nothing by itself: a damaged class makes it stumble in any way.
      throw new RefusedException(
          "the class file of " + dotted(name) + " in " + jar.name() + " is damaged.", REBUILD, e);
    }
    if (!read.name().equals(name)) {
      throw new RefusedException(
          "the class file of "
              + dotted(name)
              + " in "
              + jar.name()
              + " holds "
              + dotted(read.name())
              + ".",
          REBUILD);
    }
    return read;
  }
}
