package io.perennial.runner.plugin;

import static io.perennial.runner.fixtures.PluginJars.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Configured;
import io.perennial.api.Plugin;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.PluginJars;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hundred jars that were a good one before something happened to them, the same ones in every
 * run: each is refused, with a reason and a remedy, or does exactly what the good one does.
 */
class MutatedJarsTest {
  private static final int JARS = 200;
  private static final String NAME = "mutated";

  @TempDir private Path directory = Path.of("");

  private static Map<String, byte[]> good() {
    Map<String, byte[]> entries =
        PluginJars.plugin(
            "good.GoodPlugin",
            PluginJars.compile(
                Map.of(
                    "good.Good",
                    """
                    package good;
                    /** Uses everything in its jar. */
                    public class Good implements io.perennial.api.Strategy {
                      @jakarta.inject.Inject Good(Helper helper) { this.helper = helper; }
                      private final Helper helper;
                      @Override public java.util.Map<String, String> conventions() {
                        return java.util.Map.of("helper", helper.toString(),
                            "sum", Integer.toString(new Summing().sum(1, 2, 3)),
                            "version", "" + getClass().getPackage().getImplementationVersion());
                      }
                    }
                    """,
                    "good.Helper",
                    "package good; public class Helper { @jakarta.inject.Inject Helper() {}"
                        + " @Override public String toString() { return \"helps\"; } }",
                    "good.Summing",
                    "package good; class Summing { int sum(int... n) {"
                        + " return java.util.Arrays.stream(n).map(i -> i * i).sum(); } }",
                    "good.GoodPlugin",
                    PluginJars.registering("good.GoodPlugin", NAME, "Good")
                        .replace("binder) {", "binder) { binder.bind(Helper.class);"))));
    return entries;
  }

  /** What one can see of the plugin; empty if it is refused. */
  private Optional<String> behaviour(byte[] jar) throws IOException {
    Files.write(directory.resolve("plugin.jar"), jar);
    Registry registry =
        Registry.load(MutatedJarsTest.class.getClassLoader(), DropIns.in(directory));
    Optional<Extension<Strategy>> found = registry.find(Strategy.class, NAME);
    if (found.isEmpty()) {
      assertThat(registry.refused()).hasSize(1);
      assertThat(registry.refused().get(0).reason()).isNotBlank();
      assertThat(registry.refused().get(0).remedy()).isNotBlank();
      assertThat(registry.plugins()).noneMatch(plugin -> plugin.name().startsWith("good."));
      return Optional.empty();
    }
    assertThat(registry.refused()).isEmpty();
    Strategy strategy =
        new Wiring(registry, new RandomSource(1), binder -> {})
            .create(
                new Configured<>(Strategy.class, NAME, new Registration.NoSettings()), "strategy");
    LoadedPlugin plugin = found.get().plugin();
    return Optional.of(
        plugin.name()
            + plugin.version()
            + plugin.apiVersion()
            + new TreeMap<>(strategy.conventions()));
  }

  private static byte[] pack(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** One kind of accident after the other. */
  private static byte[] mutated(Map<String, byte[]> good, int number, SplittableRandom random)
      throws IOException {
    byte[] jar = pack(good);
    Map<String, byte[]> entries = new LinkedHashMap<>(good);
    List<String> names = new ArrayList<>(good.keySet());
    String name = names.get(random.nextInt(names.size()));
    switch (number % 8) {
      case 0 -> {
        return Arrays.copyOf(jar, random.nextInt(jar.length));
      }
      case 1, 2 -> {
        for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
          jar[random.nextInt(jar.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return jar;
      }
      case 3 -> {
        int from = random.nextInt(jar.length);
        int to = Math.min(jar.length, from + random.nextInt(1, 200));
        Arrays.fill(jar, from, to, (byte) random.nextInt(256));
        return jar;
      }
      case 4 -> entries.remove(name);
      case 5 -> {
        // The archive is intact, its content is not: cut or partly overwritten. (The manifest may
        // say what it likes, its own version included.)
        name = names.get(random.nextInt(1, names.size()));
        byte[] content = PluginJars.entry(good, name);
        if (random.nextBoolean()) {
          content = Arrays.copyOf(content, random.nextInt(content.length));
        } else {
          content[random.nextInt(Math.min(10, content.length))] ^= 0x55;
        }
        entries.put(name, content);
      }
      case 6 -> {
        String code =
            new String(
                PluginJars.entry(good, "good/GoodPlugin.class"), StandardCharsets.ISO_8859_1);
        String version = random.nextInt(9) + "." + random.nextInt(2, 9);
        entries.put(
            "good/GoodPlugin.class",
            code.replace(Plugin.API_VERSION, version).getBytes(StandardCharsets.ISO_8859_1));
      }
      default -> {
        byte[] content = PluginJars.entry(good, "good/Summing.class");
        content[7] = (byte) random.nextInt(70, 120);
        entries.put("good/Summing.class", content);
        if (random.nextBoolean()) {
          entries.put("extra.txt", bytes("more"));
        }
      }
    }
    return pack(entries);
  }

  @Test
  void refusedOrAsGoodAsTheGoodOne() throws IOException {
    Map<String, byte[]> good = good();
    Optional<String> expected = behaviour(pack(good));
    assertThat(expected).isPresent();
    SplittableRandom random = new SplittableRandom(20261123);
    int refused = 0;
    for (int number = 0; number < JARS; number++) {
      byte[] jar = mutated(good, number, random.split());
      Optional<String> behaviour = behaviour(jar);
      assertThat(behaviour.isEmpty() || behaviour.equals(expected))
          .as("jar %d: %s", number, behaviour)
          .isTrue();
      refused += behaviour.isEmpty() ? 1 : 0;
    }
    // Some flips hit a time stamp or a comment; if most did, this would test nothing.
    assertThat(refused).isGreaterThan(JARS * 3 / 4);
  }
}
