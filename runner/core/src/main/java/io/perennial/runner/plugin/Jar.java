package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * A jar that was read from beginning to end and is intact: every entry's size and CRC, and its two
 * lists of entries, agree. Of a multi-release jar only what this Java would use counts. Immutable.
 */
final class Jar {
  static final String SERVICE = "META-INF/services/" + Plugin.class.getName();

  private static final long LARGEST_ENTRY = 512L << 20;
  private static final long LARGEST_CLASS = 16L << 20;
  private static final long LARGEST_JAR = 1L << 30;
  private static final int MOST_ENTRIES = 100_000;

  private static final Pattern RELEASE = Pattern.compile("META-INF/versions/(\\d{1,4})/(.+)");
  private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:");
  private static final String AGAIN = "Copy or download it again.";

  private final Path file;
  private final Map<String, String> entries = new HashMap<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private Attributes manifest = new Attributes();

  private Jar(Path file) {
    this.file = file;
  }

  /**
   * Reads and verifies a jar.
   *
   * @throws RefusedException if it is not an intact jar
   */
  static Jar read(Path file) throws RefusedException {
    Jar jar = new Jar(file);
    if (!Files.isRegularFile(file)) {
      throw new RefusedException(
          jar.name() + " is no regular file" + (Files.exists(file) ? "." : ": a dead link."),
          "Put the jar itself there.");
    }
    try {
      jar.read();
    } catch (IOException | IllegalArgumentException e) {
      throw new RefusedException(
          jar.name()
              + (jar.looksLikeZip() ? " is damaged or cut off: " : " is no jar file: ")
              + e.getMessage()
              + ".",
          AGAIN,
          e);
    }
    return jar;
  }

  private boolean looksLikeZip() {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'P', 'K'});
    } catch (IOException e) {
      return false;
    }
  }

  private void read() throws IOException, RefusedException {
    Set<String> names = new HashSet<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      long total = 0;
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String name = entry.getName();
        if (isUnsafe(name)) {
          throw new RefusedException(
              name() + " has an entry that points out of it, '" + name + "'.",
              "Do not use it; tell whoever gave it to you.");
        }
        if (!names.add(name)) {
          throw new RefusedException(
              name() + " has two entries '" + name + "', and which one counts is chance.",
              "Its author must build it again.");
        }
        if (names.size() > MOST_ENTRIES) {
          throw tooLarge("more than " + MOST_ENTRIES + " entries");
        }
        if (!entry.isDirectory()) {
          total += verify(zip, entry, LARGEST_JAR - total);
        }
      }
    }
    compareWithLocalHeaders(names);
    readManifest(names);
  }

  /** Reads an entry to its end, whatever size it claims; returns its size. */
  private long verify(ZipFile zip, ZipEntry entry, long left) throws IOException, RefusedException {
    String name = entry.getName();
    boolean keep = isKept(name);
    long limit = Math.min(left, keep ? LARGEST_CLASS : LARGEST_ENTRY);
    CRC32 crc = new CRC32();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    long size = 0;
    byte[] buffer = new byte[1 << 14];
    try (InputStream in = zip.getInputStream(entry)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        size += n;
        if (size > limit) {
          throw tooLarge("the entry '" + name + "' unpacks to more than " + limit + " bytes");
        }
        crc.update(buffer, 0, n);
        if (keep) {
          content.write(buffer, 0, n);
        }
      }
    }
    if (crc.getValue() != entry.getCrc() || size != entry.getSize()) {
      throw new ZipException(
          "the entry '" + name + "' does not have the size and CRC noted for it");
    }
    if (keep) {
      contents.put(name, content.toByteArray());
    }
    return size;
  }

  private static boolean isKept(String name) {
    return name.endsWith(".class") || name.equals("META-INF/MANIFEST.MF") || name.equals(SERVICE);
  }

  /**
   * A jar tells its entries' names twice, and only one list is used to look them up: a damaged name
   * there would go unnoticed until somebody asks for it.
   */
  private void compareWithLocalHeaders(Set<String> names) throws IOException {
    Set<String> different = new TreeSet<>(names);
    try (ZipInputStream in =
        new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!different.remove(entry.getName())) {
          different.add(entry.getName());
          break;
        }
      }
    }
    if (!different.isEmpty()) {
      throw new ZipException(
          "its directory and its contents disagree about '" + different.iterator().next() + "'");
    }
  }

  private void readManifest(Set<String> names) throws IOException {
    byte[] bytes = contents.get("META-INF/MANIFEST.MF");
    if (bytes != null) {
      manifest = new Manifest(new ByteArrayInputStream(bytes)).getMainAttributes();
    }
    boolean releases = Boolean.parseBoolean(manifest.getValue(Attributes.Name.MULTI_RELEASE));
    Map<String, Integer> newest = new HashMap<>();
    for (String name : names) {
      Matcher matcher = RELEASE.matcher(name);
      boolean versioned = releases && matcher.matches();
      int release = versioned ? Integer.parseInt(matcher.group(1)) : 0;
      String effective = versioned ? matcher.group(2) : name;
      if (release <= Runtime.version().feature() && newest.getOrDefault(effective, -1) < release) {
        newest.put(effective, release);
        entries.put(effective, name);
      }
    }
  }

  private static boolean isUnsafe(String name) {
    return name.isEmpty()
        || name.startsWith("/")
        || name.indexOf('\\') >= 0
        || name.indexOf('\0') >= 0
        || DRIVE.matcher(name).find()
        || Arrays.asList(name.split("/", -1)).contains("..");
  }

  private RefusedException tooLarge(String what) {
    return new RefusedException(
        name() + " is absurdly large: " + what + ".",
        "Do not use it; tell whoever gave it to you.");
  }

  Path file() {
    return file;
  }

  /** The file's name. */
  String name() {
    return String.valueOf(file.getFileName());
  }

  URL url() {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The manifest's main section; empty if there is none. */
  Attributes manifest() {
    return manifest;
  }

  /** The {@code Implementation-Version}. */
  Optional<String> version() {
    return Optional.ofNullable(manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION));
  }

  boolean hasManifest() {
    return contents.containsKey("META-INF/MANIFEST.MF");
  }

  /** The names of all entries that count, with the version directories taken off. */
  Set<String> names() {
    return entries.keySet();
  }

  /** A class file. The array is not to be modified. */
  Optional<byte[]> code(String internalName) {
    return content(internalName + ".class");
  }

  private Optional<byte[]> content(String name) {
    String entry = entries.get(name);
    return entry == null ? Optional.empty() : Optional.ofNullable(contents.get(entry));
  }

  /** Where a resource can be read. */
  Optional<URL> resource(String name) {
    String entry = entries.get(name);
    if (entry == null) {
      return Optional.empty();
    }
    try {
      String path = new URI(null, null, "/" + entry, null).getRawPath();
      return Optional.of(new URL("jar:" + url() + "!" + path));
    } catch (URISyntaxException | MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The lines of the service file that names plugins, without comments; empty if it has none. */
  Optional<List<String>> plugins() {
    return content(SERVICE)
        .map(
            bytes ->
                new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .distinct()
                    .toList());
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
