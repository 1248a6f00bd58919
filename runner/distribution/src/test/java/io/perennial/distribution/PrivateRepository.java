package io.perennial.distribution;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * A Maven repository in which this build's artefacts lie as if they were released, and through
 * which everything else is taken from the user's. Nothing of ours gets into the user's own.
 */
final class PrivateRepository {
  private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();

  private PrivateRepository() {}

  /** Makes it in an empty directory. */
  static void fill(Path directory, Path users, String version) throws IOException {
    linkAll(users, directory, "io");
    Path io = Files.createDirectory(directory.resolve("io"));
    if (Files.isDirectory(users.resolve("io"))) {
      linkAll(users.resolve("io"), io, "perennial");
    }
    Path ours = Files.createDirectory(io.resolve("perennial"));
    for (Path module : modules()) {
      String artefact = artefact(module.resolve("pom.xml"));
      String file = artefact + "-" + version;
      Path place = Files.createDirectories(ours.resolve(artefact).resolve(version));
      Files.copy(module.resolve("pom.xml"), place.resolve(file + ".pom"));
      Path jar = module.resolve("target").resolve(file + ".jar");
      if (Files.exists(jar)) {
        Files.copy(jar, place.resolve(file + ".jar"));
      }
    }
  }

  private static void linkAll(Path from, Path to, String except) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(from)) {
      for (Path child : children) {
        if (!child.getFileName().toString().equals(except)) {
          Files.createSymbolicLink(to.resolve(child.getFileName()), child.toAbsolutePath());
        }
      }
    }
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> files = Files.walk(CHECKOUT, 3)) {
      return files
          .filter(file -> file.endsWith("pom.xml"))
          .filter(file -> !file.startsWith(CHECKOUT.resolve("target")))
          .map(Path::getParent)
          .toList();
    }
  }

  private static String artefact(Path pom) throws IOException {
    try {
      Element project =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(pom.toFile())
              .getDocumentElement();
      for (var child = project.getFirstChild(); child != null; child = child.getNextSibling()) {
        if (child.getNodeName().equals("artifactId")) {
          return child.getTextContent().trim();
        }
      }
      throw new IOException(pom + " names no artifactId");
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(pom + " cannot be read", e);
    }
  }
}
