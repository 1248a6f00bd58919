package io.perennial.runner.plugin;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The jars that {@code --locked} accepts: for each plugin all of its jars, with the SHA-256 of
 * their bytes. A line is the digest, two blanks and the path in the plugin directory, as {@code
 * sha256sum} writes it; lines that begin with # are for people. Immutable.
 */
public final class LockFile {
  /** Its name, in the directory where the command is given. */
  public static final String NAME = "plugins.lock";

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (\\S.*)");
  private static final String RENEW =
      "If the change is meant, write the lock again: perennial lock.";

  private final Path file;
  private final Map<String, Map<String, String>> plugins;

  private LockFile(Path file, Map<String, Map<String, String>> plugins) {
    this.file = file;
    this.plugins = plugins;
  }

  /**
   * Reads a lock file.
   *
   * @throws InputException if it cannot be read or has a line of another form
   */
  static LockFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "the lock file " + file + " does not exist. 'perennial lock' writes it.");
    }
    Map<String, Map<String, String>> plugins = new TreeMap<>();
    try {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).stripTrailing();
        if (line.isEmpty() || line.startsWith("#")) {
          continue;
        }
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
          throw new InputException(
              file
                  + ":"
                  + (i + 1)
                  + ": expected a SHA-256, two blanks and a path, not '"
                  + line
                  + "'. "
                  + "'perennial lock' writes the file again.");
        }
        String path = matcher.group(2);
        String plugin = path.replaceFirst("/.*", "");
        plugins.computeIfAbsent(plugin, p -> new TreeMap<>()).put(path, matcher.group(1));
      }
    } catch (IOException e) {
      throw new InputException("the lock file " + file + " cannot be read: " + e + ".", e);
    }
    return new LockFile(file, plugins);
  }

  /**
   * The text of a lock file for the drop-ins that the registry has accepted.
   *
   * @throws InputException if two of them have one name, or a jar cannot be read
   */
  public static String of(Registry registry) {
    Map<String, Path> seen = new TreeMap<>();
    StringBuilder text = new StringBuilder();
    text.append("# The plugins that --locked accepts, written by 'perennial lock'.\n");
    text.append("# SHA-256 of each of their jars, and where it lies in the plugin directory.\n");
    for (DropIns.DropIn dropIn : registry.dropIns()) {
      Path other = seen.put(dropIn.name(), dropIn.path());
      if (other != null) {
        throw new InputException(
            "two plugins have one name, and a lock could not tell them apart: "
                + other
                + " and "
                + dropIn.path()
                + ". Rename one.");
      }
      sums(dropIn).forEach((path, digest) -> text.append(digest + "  " + path + "\n"));
    }
    return text.toString();
  }

  /**
   * The SHA-256 of each jar, by its path in the plugin directory.
   *
   * @throws InputException if one cannot be read
   */
  static Map<String, String> sums(DropIns.DropIn dropIn) {
    try {
      return digests(dropIn);
    } catch (RefusedException e) {
      throw new InputException(dropIn.path() + ": " + e.getMessage(), e);
    }
  }

  void check(DropIns.DropIn dropIn) throws RefusedException {
    Map<String, String> locked = plugins.get(dropIn.name());
    if (locked == null) {
      throw new RefusedException(
          "it is not in " + file + ", and only locked plugins are loaded.", RENEW);
    }
    Map<String, String> found = digests(dropIn);
    if (!found.equals(locked)) {
      throw new RefusedException(
          "it is not what " + file + " has locked: " + difference(locked, found) + ".", RENEW);
    }
  }

  private static String difference(Map<String, String> locked, Map<String, String> found) {
    List<String> differences = new ArrayList<>();
    found.forEach(
        (path, digest) -> {
          String expected = locked.get(path);
          if (expected == null) {
            differences.add(path + " was added");
          } else if (!expected.equals(digest)) {
            differences.add(path + " has the SHA-256 " + digest + ", not " + expected);
          }
        });
    locked.keySet().stream()
        .filter(path -> !found.containsKey(path))
        .forEach(path -> differences.add(path + " is gone"));
    return String.join("; ", differences);
  }

  private static Map<String, String> digests(DropIns.DropIn dropIn) throws RefusedException {
    Map<String, String> digests = new TreeMap<>();
    for (Path jar : dropIn.jars()) {
      String path =
          jar.equals(dropIn.path()) ? dropIn.name() : dropIn.name() + "/" + jar.getFileName();
      digests.put(path, digest(jar));
    }
    return digests;
  }

  private static String digest(Path jar) throws RefusedException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(jar), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (IOException e) {
      throw new RefusedException(
          jar.getFileName() + " cannot be read: " + e + ".", "See who may read it.", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
