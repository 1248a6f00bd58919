package io.perennial.runner.plugin;

import static io.perennial.runner.fixtures.PluginJars.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Plugin;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.PluginJars;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever can be wrong with a dropped-in jar: it is refused with jar, plugin, reason and remedy,
 * and the good plugin beside it is loaded.
 */
class RefusalsTest {
  private static final String KEPT =
      "package bad; public class Kept implements io.perennial.api.Strategy {"
          + " @jakarta.inject.Inject Kept() {} %s }";
  private static final Map<String, byte[]> SOUND = plugin("");

  @TempDir private Path directory = Path.of("");
  private Path plugins = Path.of("");

  private static Map<String, byte[]> plugin(String body) {
    return compiled(Map.of("bad.Kept", KEPT.formatted(body)), "Kept.class", "");
  }

  /** A plugin whose registration and body are as given. */
  private static Map<String, byte[]> compiled(
      Map<String, String> others, String registration, String body) {
    Map<String, String> sources = new HashMap<>(others);
    sources.put(
        "bad.BadPlugin",
        """
        package bad;
        @io.perennial.api.Plugin.Info(apiVersion = io.perennial.api.Plugin.API_VERSION)
        public class BadPlugin implements io.perennial.api.Plugin {
          %s
          @SuppressWarnings({"unchecked", "rawtypes"})
          @Override public void configure(com.google.inject.Binder binder) {
            io.perennial.api.ExtensionBinder.of(binder)
                .register(io.perennial.api.Strategy.class, "bad", %s);
          }
        }
        """
            .formatted(body, registration));
    return PluginJars.plugin("bad.BadPlugin", PluginJars.compile(sources));
  }

  @BeforeEach
  void goodOne() throws IOException {
    plugins = directory.resolve("plugins");
    PluginJars.write(
        plugins.resolve("good.jar"),
        PluginJars.plugin(
            "good.GoodPlugin",
            PluginJars.compile(
                Map.of(
                    "good.Good",
                    "package good; public class Good implements io.perennial.api.Strategy {"
                        + " @jakarta.inject.Inject Good() {} }",
                    "good.GoodPlugin",
                    PluginJars.registering("good.GoodPlugin", "good", "Good")))));
  }

  private Path bad() {
    return plugins.resolve("bad.jar");
  }

  private Refusal refused(Map<String, byte[]> entries) throws IOException {
    PluginJars.write(bad(), entries);
    return refused();
  }

  /** The only refusal; everything else must be as if the bad jar were not there. */
  private Refusal refused() {
    Registry registry = Registry.load(RefusalsTest.class.getClassLoader(), DropIns.in(plugins));
    assertThat(registry.names(Strategy.class)).contains("good").doesNotContain("bad");
    assertThat(registry.refused()).hasSize(1);
    Refusal refusal = registry.refused().get(0);
    assertThat(refusal.remedy()).endsWith(".");
    assertThat(refusal.toString())
        .contains(plugins.resolve("bad").toString(), refusal.plugin(), refusal.reason());
    return refusal;
  }

  private static Map<String, byte[]> with(String name, byte[] content) {
    Map<String, byte[]> entries = new LinkedHashMap<>(SOUND);
    entries.put(name, content);
    return entries;
  }

  private static Map<String, byte[]> without(String name) {
    Map<String, byte[]> entries = new LinkedHashMap<>(SOUND);
    assertThat(entries.remove(name)).isNotNull();
    return entries;
  }

  @Test
  void theSoundOneIsLoaded() throws IOException {
    PluginJars.write(bad(), SOUND);
    Registry registry = Registry.load(RefusalsTest.class.getClassLoader(), DropIns.in(plugins));
    assertThat(registry.names(Strategy.class)).contains("good", "bad");
    assertThat(registry.refused()).isEmpty();
  }

  @Test
  void notAJar() throws IOException {
    Files.writeString(bad(), "hello");
    assertThat(refused().reason()).startsWith("bad.jar is no jar file: ");
    Files.write(bad(), new byte[0]);
    assertThat(refused().reason()).startsWith("bad.jar is no jar file: ");
    assertThat(refused().plugin()).isEqualTo("bad.jar");
    assertThat(refused().jar()).contains(bad());
    Files.delete(bad());
    Files.createSymbolicLink(bad(), directory.resolve("nowhere"));
    assertThat(refused().reason()).isEqualTo("bad.jar is no regular file: a dead link.");
  }

  @Test
  void truncated() throws IOException {
    PluginJars.write(bad(), SOUND);
    byte[] whole = Files.readAllBytes(bad());
    Files.write(bad(), Arrays.copyOf(whole, whole.length / 2));
    assertThat(refused().reason()).startsWith("bad.jar is damaged or cut off: ");
    assertThat(refused().remedy()).isEqualTo("Copy or download it again.");
  }

  @Test
  void everyCrcIsVerified() throws IOException {
    byte[] noise = new byte[5000];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) ((i * i * 31) >> 3);
    }
    Path jar = bad();
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : with("bad/weights.bin", noise).entrySet()) {
        ZipEntry stored = new ZipEntry(entry.getKey());
        CRC32 crc = new CRC32();
        crc.update(entry.getValue());
        stored.setMethod(ZipEntry.STORED);
        stored.setSize(entry.getValue().length);
        stored.setCrc(crc.getValue());
        out.putNextEntry(stored);
        out.write(entry.getValue());
      }
    }
    byte[] whole = Files.readAllBytes(jar);
    whole[indexOf(whole, Arrays.copyOfRange(noise, 2000, 2050))] ^= 1;
    Files.write(jar, whole);
    assertThat(refused().reason())
        .isEqualTo(
            "bad.jar is damaged or cut off: the entry 'bad/weights.bin' does not have the size and"
                + " CRC noted for it.");
  }

  @Test
  void aDamagedNameOfAResource() throws IOException {
    PluginJars.write(bad(), with("bad/weights.bin", new byte[10]));
    byte[] whole = Files.readAllBytes(bad());
    byte[] name = bytes("weights");
    int local = indexOf(whole, name);
    int central = local + 1 + indexOf(Arrays.copyOfRange(whole, local + 1, whole.length), name);
    whole[central] = 'v';
    Files.write(bad(), whole);
    assertThat(refused().reason())
        .isEqualTo(
            "bad.jar is damaged or cut off: its directory and its contents disagree about"
                + " 'bad/veights.bin'.");
  }

  private static int indexOf(byte[] whole, byte[] part) {
    int index =
        new String(whole, StandardCharsets.ISO_8859_1)
            .indexOf(new String(part, StandardCharsets.ISO_8859_1));
    assertThat(index).isNotNegative();
    return index;
  }

  @Test
  void entriesThatPointOutside() throws IOException {
    for (String name :
        List.of("../../evil.sh", "/etc/passwd", "a/../../b", "C:/windows", "..\\evil.bat")) {
      Refusal refusal = refused(with(name, new byte[1]));
      assertThat(refusal.reason())
          .isEqualTo("bad.jar has an entry that points out of it, '" + name + "'.");
    }
  }

  @Test
  void absurdlyLarge() throws IOException {
    // Zeros: 20 MB that take up 20 kB.
    assertThat(refused(with("bad/Huge.class", new byte[20 << 20])).reason())
        .isEqualTo(
            "bad.jar is absurdly large: the entry 'bad/Huge.class' unpacks to more than 16777216"
                + " bytes.");
    assertThat(Files.size(bad())).isLessThan(100_000);
  }

  @Test
  void twoEntriesOfOneName() throws IOException {
    PluginJars.write(bad(), with("bad/Kepu.class", new byte[1]));
    byte[] whole = Files.readAllBytes(bad());
    String text = new String(whole, StandardCharsets.ISO_8859_1).replace("Kepu", "Kept");
    Files.write(bad(), text.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(refused().reason())
        .isEqualTo("bad.jar has two entries 'bad/Kept.class', and which one counts is chance.");
  }

  @Test
  void whatItMustNotCarry() throws IOException {
    assertThat(refused(with("org/nd4j/linalg/factory/Nd4j.class", new byte[1])).reason())
        .isEqualTo("bad.jar carries ND4J itself (org.nd4j.*), of which there must be one only.");
    assertThat(refused(with("org/bytedeco/javacpp/linux-x86_64/libjni.so", new byte[1])).reason())
        .contains("JavaCPP");
    assertThat(refused(with("com/google/inject/Guice.class", new byte[1])).reason())
        .contains("Guice");
    assertThat(refused(with("io/perennial/api/Plugin.class", new byte[1])).reason())
        .contains("the API");
    Refusal refusal = refused(with("io/perennial/models/Mlp.class", new byte[1]));
    assertThat(refusal.reason()).contains("the models");
    assertThat(refusal.remedy()).contains("scope 'provided'");
    Map<String, byte[]> released = with("META-INF/versions/9/org/nd4j/X.class", new byte[1]);
    released.put(PluginJars.MANIFEST, bytes("Manifest-Version: 1.0\nMulti-Release: true\n"));
    assertThat(refused(released).reason()).contains("ND4J");
  }

  @Test
  void serviceFiles() throws IOException {
    Refusal library = refused(without(PluginJars.SERVICE));
    assertThat(library.reason()).startsWith("it names no plugin: there is no class in a META-INF");
    assertThat(library.remedy()).startsWith("A library belongs into a sub-directory");
    assertThat(refused(with(PluginJars.SERVICE, bytes("# nothing\n"))).reason())
        .startsWith("it names no plugin");
    Refusal missing = refused(with(PluginJars.SERVICE, bytes("bad.Nobody")));
    assertThat(missing.reason())
        .isEqualTo("the service file in bad.jar is broken: there is no class bad.Nobody.");
    assertThat(missing.plugin()).isEqualTo("bad.Nobody");
    assertThat(refused(with(PluginJars.SERVICE, bytes("not a class"))).reason())
        .isEqualTo("the service file in bad.jar is broken: 'not a class' is no class name.");
    assertThat(refused(with(PluginJars.SERVICE, bytes("bad.Kept"))).reason())
        .isEqualTo(
            "the service file in bad.jar is broken: bad.Kept is no io.perennial.api.Plugin.");
    assertThat(refused(without(PluginJars.MANIFEST)).reason())
        .startsWith("bad.jar has no manifest");
  }

  @Test
  void anotherVersionOfTheApi() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(SOUND);
    String code =
        new String(PluginJars.entry(SOUND, "bad/BadPlugin.class"), StandardCharsets.ISO_8859_1);
    assertThat(code).as("the compiler has written it into the class").contains(Plugin.API_VERSION);
    entries.put(
        "bad/BadPlugin.class",
        code.replace(Plugin.API_VERSION, "9.9").getBytes(StandardCharsets.ISO_8859_1));
    // Of another version anything may be missing; the version is the reason to tell.
    entries.remove("bad/Kept.class");
    Refusal refusal = refused(entries);
    assertThat(refusal.reason())
        .isEqualTo(
            "it was compiled against version 9.9 of the API, and this is version "
                + Plugin.API_VERSION
                + ".");
    assertThat(refusal.plugin()).isEqualTo("bad.BadPlugin");
    assertThat(refusal.version()).contains("1.2");
    assertThat(refusal.apiVersion()).contains("9.9");
    assertThat(refusal.jar()).contains(bad());
  }

  @Test
  void aNewerJava() throws IOException {
    byte[] code = PluginJars.entry(SOUND, "bad/Kept.class");
    code[7] = 99;
    Refusal refusal = refused(with("bad/Kept.class", code));
    assertThat(refusal.reason())
        .startsWith(
            "it was compiled for a newer Java: bad.Kept in bad.jar has class-file version 99, and"
                + " Java ");
    assertThat(refusal.remedy()).contains("compile it for Java 17");
  }

  @Test
  void aMissingClassAnywhere() throws IOException {
    String deep = "Object late() { return new Between(); }";
    String between = "package bad; class Between { Object later() { return new %s(); } }";
    Map<String, byte[]> entries =
        compiled(
            Map.of(
                "bad.Kept",
                KEPT.formatted(deep),
                "bad.Between",
                between.formatted("Gone"),
                "bad.Gone",
                "package bad; class Gone {}"),
            "Kept.class",
            "");
    entries.remove("bad/Gone.class");
    Refusal refusal = refused(entries);
    assertThat(refusal.reason())
        .isEqualTo("a class it needs is missing: bad.Gone (bad.Between needs it).");
    assertThat(refusal.remedy()).contains("Perennial-Optional");
    entries.put(
        PluginJars.MANIFEST, bytes("Manifest-Version: 1.0\nPerennial-Optional: x, bad.Gone\n"));
    PluginJars.write(bad(), entries);
    Registry registry = Registry.load(RefusalsTest.class.getClassLoader(), DropIns.in(plugins));
    assertThat(registry.names(Strategy.class)).contains("bad");
  }

  @Test
  void theRunnerItselfIsNotThere() throws IOException {
    assertThat(
            refused(plugin("Object o() { return io.perennial.runner.Perennial.start(); }"))
                .reason())
        .isEqualTo(
            "a class it needs is missing: io.perennial.runner.Perennial (bad.Kept needs it).");
    assertThat(
            refused(plugin("Object o() { return com.google.common.collect.ImmutableList.of(); }"))
                .reason())
        .startsWith("a class it needs is missing: com.google.common.collect.ImmutableList");
  }

  @Test
  void aMissingMember() throws IOException {
    Map<String, byte[]> entries =
        compiled(
            Map.of(
                "bad.Kept",
                KEPT.formatted("int late() { return Library.count(3); }"),
                "bad.Library",
                "package bad; class Library { static int count(int n) { return n; } }"),
            "Kept.class",
            "");
    entries.put(
        "bad/Library.class",
        PluginJars.entry(
            PluginJars.compile(Map.of("bad.Library", "package bad; class Library {}")),
            "bad/Library.class"));
    Refusal refusal = refused(entries);
    assertThat(refusal.reason())
        .isEqualTo("a member it needs is missing: bad.Library.count(int) (bad.Kept needs it).");
    assertThat(refusal.remedy()).startsWith("It was compiled against another version");
  }

  /** As if it had been compiled when the interface asked for less. */
  @Test
  void aMethodThatItDoesNotImplement() throws IOException {
    String whole =
        "package bad; public %s class Kept implements io.perennial.api.Regularizer {"
            + " @jakarta.inject.Inject Kept() {} %s}";
    Map<String, byte[]> entries =
        compiled(Map.of("bad.Kept", whole.formatted("abstract", "")), "Kept.class", "");
    assertThat(refused(entries).reason()).endsWith("'bad': bad.Kept is abstract.");
    byte[] code = PluginJars.entry(entries, "bad/Kept.class");
    int flags = indexOf(code, new byte[] {0x04, 0x21});
    code[flags] = 0;
    entries.put("bad/Kept.class", code);
    assertThat(refused(entries).reason())
        .contains("'bad': bad.Kept lacks the method public abstract double")
        .contains("penalize");
  }

  @Test
  void codeThatDoesNotVerify() throws IOException {
    byte[] code = PluginJars.entry(SOUND, "bad/Kept.class");
    // The constructor's first instruction, aload_0, becomes pop: it takes from an empty stack.
    int at = indexOf(code, new byte[] {0x2a, (byte) 0xb7});
    code[at] = 0x57;
    assertThat(refused(with("bad/Kept.class", code)).reason())
        .startsWith("a class of it does not link: java.lang.VerifyError");
    byte[] short0 = Arrays.copyOf(PluginJars.entry(SOUND, "bad/Kept.class"), 100);
    assertThat(refused(with("bad/Kept.class", short0)).reason())
        .isEqualTo("the class file of bad.Kept in bad.jar is damaged.");
    assertThat(
            refused(with("bad/Kept.class", PluginJars.entry(SOUND, "bad/BadPlugin.class")))
                .reason())
        .isEqualTo("the class file of bad.Kept in bad.jar holds bad.BadPlugin.");
  }

  @Test
  void settingsThatAreNoRecord() throws IOException {
    assertThat(
            refused(
                    compiled(
                        Map.of("bad.Kept", KEPT.formatted("")),
                        "Kept.class, (Class) String.class",
                        ""))
                .reason())
        .contains("java.lang.String must be a record");
  }

  @Test
  void aNameTwice() throws IOException {
    String twice = "Kept.class).register(io.perennial.api.Strategy.class, \"bad\", Kept.class";
    assertThat(refused(compiled(Map.of("bad.Kept", KEPT.formatted("")), twice, "")).reason())
        .isEqualTo("it registers the strategy 'bad' twice.");
  }

  @Test
  void aNameThatAnotherDropInHas() throws IOException {
    String taken = "Kept.class).register(io.perennial.api.Strategy.class, \"good\", Kept.class";
    Map<String, byte[]> entries = compiled(Map.of("bad.Kept", KEPT.formatted("")), taken, "");
    // In the order of names the bad one would come first.
    PluginJars.write(plugins.resolve("zzz.jar"), entries);
    Registry registry = Registry.load(RefusalsTest.class.getClassLoader(), DropIns.in(plugins));
    assertThat(registry.names(Strategy.class)).contains("good").doesNotContain("bad");
    assertThat(registry.refused().get(0).reason())
        .startsWith("it brings a strategy 'good', which good.GoodPlugin (");
  }

  @Test
  void pluginsThatThrow() throws IOException {
    Map<String, String> kept = Map.of("bad.Kept", KEPT.formatted(""));
    assertThat(
            refused(
                    compiled(
                        kept,
                        "Kept.class",
                        "public BadPlugin() { throw new IllegalStateException(\"not today\"); }"))
                .reason())
        .isEqualTo("it failed: java.lang.IllegalStateException: not today.");
    assertThat(
            refused(
                    compiled(
                        kept,
                        "Kept.class",
                        "static { if (true) throw new IllegalStateException(\"never\"); }"))
                .reason())
        .contains("java.lang.ExceptionInInitializerError");
    assertThat(
            refused(compiled(kept, "Kept.class", "int n = n(); int n() { return 1 + n(); }"))
                .reason())
        .isEqualTo("it failed: java.lang.StackOverflowError.");
    assertThat(refused(compiled(kept, "Kept.class", "private BadPlugin() {}")).reason())
        .contains("the service file is broken", "public no-arg constructor");
  }

  @Test
  void implementationsThatGuiceCannotMake() throws IOException {
    String closed =
        "package bad; public class Kept implements io.perennial.api.Strategy {"
            + " private Kept() {} }";
    assertThat(refused(compiled(Map.of("bad.Kept", closed), "Kept.class", "")).reason())
        .contains("'bad': No injectable constructor for type bad.Kept");
  }

  /** Two plugins in one jar: none of it is loaded if one is bad. */
  @Test
  void nothingIsLoadedByHalf() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(SOUND);
    entries.putAll(
        PluginJars.compile(
            Map.of(
                "bad.Other",
                KEPT.formatted("").replace("Kept", "Other"),
                "bad.OtherPlugin",
                PluginJars.registering("bad.OtherPlugin", "other", "Other")
                    .replace("configure(", "configure(final ")
                    .replace(
                        "{\n    io", "{ if (true) throw new RuntimeException(\"no\");\n io"))));
    entries.put(PluginJars.SERVICE, bytes("bad.BadPlugin\nbad.OtherPlugin\n"));
    Refusal refusal = refused(entries);
    assertThat(refusal.plugin()).isEqualTo("bad.BadPlugin, bad.OtherPlugin");
  }

  @Test
  void aBadLibraryInASubDirectory() throws IOException {
    PluginJars.write(plugins.resolve("bad/plugin.jar"), SOUND);
    Files.writeString(plugins.resolve("bad/library.jar"), "PKxx");
    Refusal refusal = refused();
    assertThat(refusal.reason()).startsWith("library.jar is damaged or cut off: ");
    assertThat(refusal.jar()).contains(plugins.resolve("bad"));
  }
}
