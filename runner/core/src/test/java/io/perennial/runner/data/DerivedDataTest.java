package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DerivedDataTest {
  @TempDir Path temporary;
  private Path source;
  private Path directory;
  private int made;

  @BeforeEach
  void write() throws IOException {
    source = Files.writeString(temporary.resolve("source"), "first");
    directory = temporary.resolve("deep/cache");
  }

  @Test
  void makesAnEntryOnceForTheSameContents() throws IOException {
    DerivedData data = data(1 << 20);
    assertThat(get(data, "kind", "settings")).isEqualTo("FIRST");
    assertThat(get(data(1 << 20), "kind", "settings")).isEqualTo("FIRST");
    assertThat(made).isEqualTo(1);
    // The same contents elsewhere, at another time.
    Path copy = Files.copy(source, temporary.resolve("copy"));
    Files.setLastModifiedTime(copy, FileTime.fromMillis(0));
    source = copy;
    assertThat(get(data, "kind", "settings")).isEqualTo("FIRST");
    assertThat(made).isEqualTo(1);
    assertThat(get(data, "kind", "others")).isEqualTo("FIRST");
    assertThat(get(data, "other", "settings")).isEqualTo("FIRST");
    assertThat(made).isEqualTo(3);
    Files.writeString(source, "second");
    assertThat(get(data, "kind", "settings")).isEqualTo("SECOND");
    assertThat(made).isEqualTo(4);
  }

  @Test
  void theBordersBetweenFilesCount() throws IOException {
    List<List<String>> contents = List.of(List.of("ab", "c"), List.of("a", "bc"), List.of("abc"));
    for (List<String> parts : contents) {
      List<Path> files = new ArrayList<>();
      for (String part : parts) {
        files.add(Files.writeString(temporary.resolve("part" + files.size()), part));
      }
      String text = String.join("|", parts);
      try (DerivedFile file =
          data(1 << 20)
              .get("k", "s", files, out -> out.write(text.getBytes(StandardCharsets.UTF_8)))) {
        assertThat(new String(file.from(0).readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(text);
      }
    }
  }

  @Test
  void damagedEntriesAreMadeAgain() throws IOException {
    DerivedData data = data(1 << 20);
    get(data, "kind", "settings");
    Path entry = entries().get(0);
    byte[] whole = Files.readAllBytes(entry);
    for (int position = 0; position < whole.length; position++) {
      // The header's last eight bytes have no meaning.
      if (position >= 24 && position < 32) {
        continue;
      }
      byte[] damaged = whole.clone();
      damaged[position] ^= 0x10;
      madeAgain(data, entry, damaged, whole);
    }
    for (int length = 0; length < whole.length; length++) {
      madeAgain(data, entry, Arrays.copyOf(whole, length), whole);
    }
    madeAgain(data, entry, Arrays.copyOf(whole, whole.length + 1), whole);
  }

  private void madeAgain(DerivedData data, Path entry, byte[] damaged, byte[] whole)
      throws IOException {
    Files.write(entry, damaged);
    int before = made;
    assertThat(get(data, "kind", "settings")).isEqualTo("FIRST");
    assertThat(made).isEqualTo(before + 1);
    assertThat(Files.readAllBytes(entry)).isEqualTo(whole);
  }

  @Test
  void theLeastRecentlyUsedGo() throws IOException {
    // Each entry has 32 + 5 bytes.
    DerivedData data = data(3 * 37);
    for (String settings : List.of("a", "b", "c")) {
      get(data, "kind", settings);
    }
    age();
    get(data, "kind", "a");
    get(data, "kind", "d");
    assertThat(entries()).hasSize(3);
    made = 0;
    get(data, "kind", "a");
    get(data, "kind", "d");
    assertThat(made).isZero();
    // An entry larger than the limit is kept while it is the newest.
    DerivedData narrow = data(1);
    get(narrow, "kind", "e");
    assertThat(entries()).hasSize(1);
    made = 0;
    get(narrow, "kind", "e");
    assertThat(made).isZero();
  }

  @Test
  void whatKilledProcessesLeftGoes() throws IOException {
    Files.createDirectories(directory);
    Path old = Files.createFile(directory.resolve("making1.tmp"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path young = Files.createFile(directory.resolve("making2.tmp"));
    Path foreign = Files.createFile(directory.resolve("foreign"));
    get(data(1), "kind", "a");
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(foreign).exists();
  }

  @Test
  void nothingStaysOfWhatFailed() {
    assertThatThrownBy(
            () ->
                data(1 << 20)
                    .get(
                        "kind",
                        "s",
                        List.of(source),
                        out -> {
                          out.write(1);
                          throw new InputException("line 7 is wrong");
                        }))
        .isInstanceOf(InputException.class)
        .hasMessage("line 7 is wrong");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void filesThatChangeWhileTheyAreRead() {
    assertThatThrownBy(
            () ->
                data(1 << 20)
                    .get(
                        "kind",
                        "s",
                        List.of(source),
                        out -> Files.writeString(source, "longer than first")))
        .isInstanceOf(InputException.class)
        .hasMessage(source + ": changed while it was read. Start again when it is complete.");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatCannotBeMade() throws IOException {
    Files.writeString(temporary.resolve("deep"), "a file");
    assertThatThrownBy(() -> get(data(1 << 20), "kind", "s"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory + ": derived data cannot be kept there")
        .hasMessageContaining("PERENNIAL_CACHE");
  }

  @Test
  void whereItIs() {
    assertThat(DerivedData.directory(Map.of(), "Linux", "/home/ada"))
        .isEqualTo(Path.of("/home/ada/.cache/perennial"));
    assertThat(DerivedData.directory(Map.of("XDG_CACHE_HOME", "/big"), "Linux", "/home/ada"))
        .isEqualTo(Path.of("/big/perennial"));
    assertThat(DerivedData.directory(Map.of(), "Mac OS X", "/Users/ada"))
        .isEqualTo(Path.of("/Users/ada/Library/Caches/perennial"));
    assertThat(DerivedData.directory(Map.of("LOCALAPPDATA", "/local"), "Windows 11", "/ada"))
        .isEqualTo(Path.of("/local/perennial"));
    assertThat(
            DerivedData.directory(
                Map.of("PERENNIAL_CACHE", "/mine", "XDG_CACHE_HOME", "/big"), "Linux", "/home/ada"))
        .isEqualTo(Path.of("/mine").toAbsolutePath());
  }

  @Test
  void howLargeItMayBe() {
    assertThat(DerivedData.limit(Map.of())).isEqualTo(20_000_000_000L);
    assertThat(DerivedData.limit(Map.of("PERENNIAL_CACHE_GB", "0.5"))).isEqualTo(500_000_000L);
    for (String wrong : List.of("-1", "0", "much", "NaN")) {
      assertThatThrownBy(() -> DerivedData.limit(Map.of("PERENNIAL_CACHE_GB", wrong)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("PERENNIAL_CACHE_GB: must be a number of gigabytes")
          .hasMessageContaining("'" + wrong + "'");
    }
  }

  /** Two processes make, use and evict the same entries; each gets what it asked for every time. */
  @Test
  void twoProcesses() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Contender.class.getName(),
                  temporary.toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : processes) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("done");
    }
    assertThat(entries()).isNotEmpty();
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  /** One of the processes. */
  static final class Contender {
    private Contender() {}

    public static void main(String[] arguments) throws IOException {
      Path temporary = Path.of(arguments[0]);
      // Room for three entries of five.
      DerivedData data = new DerivedData(temporary.resolve("deep/cache"), 3 * 100_032, 0);
      for (int round = 0; round < 60; round++) {
        byte[] contents = new byte[100_000];
        Arrays.fill(contents, (byte) (round % 5));
        try (DerivedFile file =
            data.get(
                "kind",
                "settings " + round % 5,
                List.of(temporary.resolve("source")),
                out -> out.write(contents))) {
          Segments records = file.records(contents.length, 1);
          byte[] read = new byte[contents.length];
          records.read(0, 0, read, read.length);
          if (!Arrays.equals(read, contents)) {
            throw new IllegalStateException("round " + round + " got another entry");
          }
        }
      }
      System.out.print("done");
    }
  }

  private DerivedData data(long limit) {
    return new DerivedData(directory, limit, 0);
  }

  /** The source in capital letters. */
  private String get(DerivedData data, String kind, String settings) throws IOException {
    try (DerivedFile file =
        data.get(
            kind,
            settings,
            List.of(source),
            out -> {
              made++;
              out.write(
                  Files.readString(source)
                      .toUpperCase(Locale.ROOT)
                      .getBytes(StandardCharsets.UTF_8));
            })) {
      return new String(file.from(0).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void age() throws IOException {
    for (Path entry : entries()) {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".bin")).sorted().toList();
    }
  }
}
