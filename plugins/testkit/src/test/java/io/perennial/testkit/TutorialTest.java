package io.perennial.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** docs/plugins.md is followed to the letter, from an empty directory to a result. */
class TutorialTest {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("../..");
  private static final Pattern FILE =
      Pattern.compile("^`([^`\n]+)`:\n\n```[a-z]+\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern JAVA =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir Path directory;

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/plugins.md"));
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    Matcher file = FILE.matcher(page());
    while (file.find()) {
      files.put(file.group(1), file.group(2));
    }
    return files;
  }

  @Test
  void itLeadsToAResult() throws Exception {
    for (Map.Entry<String, String> file : files().entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Path classes = compile("src/main/java", "classes");
    assertThat(classes.resolve("META-INF/services/io.perennial.api.Plugin"))
        .hasContent("org.example.StayNearPlugin");
    Path tests = compile("src/test/java", "test-classes", classes);
    URL[] urls = {classes.toUri().toURL(), tests.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, TutorialTest.class.getClassLoader())) {
      assertTheLawsAreKept(loader.loadClass("org.example.StayNearTest"));
      Registry registry = Registry.load(loader);
      Results near = run(registry, "near", List.of());
      Results naive = run(registry, "naive", List.of("strategies=[]"));
      assertThat(near.mean("forgetting")).isLessThan(naive.mean("forgetting") - 0.05);
      assertThat(near.mean("averageAccuracy")).isGreaterThan(0.5);
    }
  }

  private Results run(Registry registry, String out, List<String> overrides) {
    try (Perennial perennial = Perennial.start(1, registry)) {
      return perennial.run(
          perennial.read(directory.resolve("experiment.yaml"), overrides),
          RunOptions.into(directory.resolve(out)));
    }
  }

  private static void assertTheLawsAreKept(Class<?> conformance) {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(conformance))
        .execute()
        .testEvents()
        .assertStatistics(events -> events.started(15).succeeded(15));
  }

  private Path compile(String sources, String target, Path... more) throws IOException {
    Path output = Files.createDirectories(directory.resolve("target").resolve(target));
    List<Path> units = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory.resolve(sources))) {
      all.filter(path -> path.toString().endsWith(".java")).forEach(units::add);
    }
    StringBuilder classPath = new StringBuilder(System.getProperty("java.class.path"));
    for (Path path : more) {
      classPath.append(File.pathSeparator).append(path);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "-d",
            output.toString(),
            "--release",
            "17",
            "-cp",
            classPath.toString(),
            "-processor",
            "com.google.auto.service.processor.AutoServiceProcessor",
            "-processorpath",
            System.getProperty("java.class.path"));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(units))
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
    return output;
  }

  /** Its versions are those of this build, so that nobody starts from stale ones. */
  @Test
  void theBuildFileAsksForWhatThereIs() throws Exception {
    Document tutorial = xml(files().getOrDefault("pom.xml", ""));
    String root = Files.readString(ROOT.resolve("pom.xml"));
    assertThat(text(tutorial, "perennial.version")).isEqualTo(text(xml(root), "version"));
    assertThat(root)
        .contains("<auto-service.version>" + text(tutorial, "auto-service.version"))
        .contains("<junit.version>" + version(tutorial, "junit-jupiter"))
        .contains("<compiler-plugin.version>" + version(tutorial, "maven-compiler-plugin"))
        .contains("<surefire-plugin.version>" + version(tutorial, "maven-surefire-plugin"));
    NodeList dependencies = tutorial.getElementsByTagName("dependency");
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      assertThat(text(dependency, "scope")).isIn("provided", "test");
      assertThat(root).contains("<groupId>" + text(dependency, "groupId") + "</groupId>");
    }
    assertThat(dependencies.getLength()).isEqualTo(5);
  }

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(text)));
  }

  private static String version(Document pom, String artifact) {
    NodeList all = pom.getElementsByTagName("artifactId");
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i).getTextContent().equals(artifact)) {
        return text((Element) all.item(i).getParentNode(), "version");
      }
    }
    throw new AssertionError("The tutorial's build has no " + artifact);
  }

  private static String text(Document document, String tag) {
    return text(document.getDocumentElement(), tag);
  }

  private static String text(Element element, String tag) {
    return element.getElementsByTagName(tag).item(0).getTextContent();
  }

  @Test
  void theExcerptsAreThePluginsOwnCode() throws IOException {
    String sources =
        squeeze(
            Files.readString(
                    ROOT.resolve(
                        "plugins/memory-aware-synapses/src/main/java/io/perennial/aware/MemoryAwareSynapses.java"))
                + Files.readString(
                    ROOT.resolve(
                        "plugins/synaptic-intelligence/src/main/java/io/perennial/synaptic/SynapticIntelligence.java")));
    int excerpts = 0;
    Matcher java = JAVA.matcher(page());
    while (java.find()) {
      if (!java.group(1).startsWith("package ")) {
        excerpts++;
        assertThat(sources).contains(squeeze(java.group(1)));
      }
    }
    assertThat(excerpts).isEqualTo(4);
  }

  private static String squeeze(String text) {
    return text.replaceAll("\\s", "");
  }

  @Test
  void thePageListsEveryLaw() throws IOException {
    String page = page();
    assertThat(Laws.ALL).allSatisfy(law -> assertThat(page).contains("| " + law.name() + " |"));
  }
}
