package io.perennial.distribution;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** The archives that this build made. */
final class Archive {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final String NAME = System.getProperty("archive.name", "");

  private Archive() {}

  /**
   * One file of an archive.
   *
   * @param mode its permissions, as in {@code 0755}
   */
  record Entry(long size, long crc, int mode) {}

  /** Unpacks the {@code .tar.gz}; returns the one directory that is in it. */
  static Path unpack(Path directory) throws IOException {
    try (TarArchiveInputStream tar = tar()) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = directory.resolve(entry.getName()).normalize();
        if (!file.startsWith(directory)) {
          throw new IOException(entry.getName() + " leads out of the archive");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(file, permissions(entry.getMode()));
      }
    }
    try (Stream<Path> roots = Files.list(directory)) {
      List<Path> all = roots.toList();
      if (all.size() != 1) {
        throw new IOException("expected one directory in the archive, not " + all);
      }
      return all.get(0);
    }
  }

  /** The files in the {@code .tar.gz}, by name. */
  static Map<String, Entry> inTar() throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (TarArchiveInputStream tar = tar()) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (!entry.isDirectory()) {
          entries.put(
              entry.getName(), new Entry(entry.getSize(), crc(tar), entry.getMode() & 0777));
        }
      }
    }
    return entries;
  }

  /** The files in the {@code .zip}, by name. */
  static Map<String, Entry> inZip() throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (ZipFile zip =
        ZipFile.builder()
            .setPath(TARGET.resolve(NAME + ".zip"))
            .setUseUnicodeExtraFields(true)
            .get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (!entry.isDirectory()) {
          try (InputStream in = zip.getInputStream(entry)) {
            entries.put(
                entry.getName(), new Entry(entry.getSize(), crc(in), entry.getUnixMode() & 0777));
          }
        }
      }
    }
    return entries;
  }

  private static TarArchiveInputStream tar() throws IOException {
    return new TarArchiveInputStream(
        new BufferedInputStream(
            new GZIPInputStream(Files.newInputStream(TARGET.resolve(NAME + ".tar.gz")), 1 << 16)));
  }

  private static long crc(InputStream in) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      crc.update(buffer, 0, n);
    }
    return crc.getValue();
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] highestFirst = PosixFilePermission.values();
    for (int i = 0; i < highestFirst.length; i++) {
      if ((mode & 0400 >> i) != 0) {
        permissions.add(highestFirst[i]);
      }
    }
    return permissions;
  }
}
