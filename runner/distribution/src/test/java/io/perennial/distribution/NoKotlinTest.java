package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The enforcer bans Kotlin by artifact; this finds Kotlin packed into a jar of another name. */
class NoKotlinTest {
  @Test
  void noJarOnTheClassPathCarriesKotlin() throws IOException {
    List<String> jars = new ArrayList<>();
    List<String> kotlin = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(element);
      if (!Files.isRegularFile(path)) {
        continue;
      }
      jars.add(path.getFileName().toString());
      try (JarFile jar = new JarFile(path.toFile());
          Stream<String> names = jar.stream().map(entry -> entry.getName())) {
        names
            .filter(NoKotlinTest::isKotlin)
            .forEach(name -> kotlin.add(path.getFileName() + "!" + name));
      }
    }
    // Without these the scan saw another class path than the runner's and proves nothing.
    assertThat(jars).anyMatch(name -> name.startsWith("nd4j-api-"));
    assertThat(jars).anyMatch(name -> name.startsWith("nd4j-native-"));
    assertThat(jars).anyMatch(name -> name.startsWith("guice-"));
    assertThat(kotlin).isEmpty();
  }

  /** Kotlin's library under its own name, or relocated into another package. */
  private static boolean isKotlin(String entry) {
    return entry.startsWith("kotlin/")
        || entry.startsWith("kotlinx/")
        || entry.endsWith("/kotlin/Unit.class");
  }
}
