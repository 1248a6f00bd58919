package io.perennial.runner.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Artefact;
import io.perennial.runner.result.RunResult;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class FiguresTest {
  @TempDir private Path directory = Path.of("");

  /** One run of the interpreter for all that is to be seen: it takes seconds to start. */
  @Test
  void eachChartIsDrawnWithItsNumbersAndNames() throws Exception {
    String evil = "<b>\"&'{a|b}";
    Runs ewc = Runs.of("ewc", 2, 0.9);
    Runs other = new Runs("x", List.of(evil), ewc.tasks(), 0.5);
    List<Artefact> artefacts = List.of(new Artefact.Image("i", "Samples", new float[][] {{0, 1}}));
    RunResult run = other.run(1, RunResult.Status.COMPLETE, 2, Map.of("s", artefacts));
    Path out = directory.resolve("figures");
    List<Path> files =
        Report.of(
                List.of(
                    ewc.write(directory.resolve("a"), 1, 2),
                    other.write(directory.resolve("b"), run)))
            .writeFigures(out);
    List<String> names = files.stream().map(file -> out.relativize(file).toString()).toList();
    assertThat(names)
        .contains(
            "learning-accuracy-over-the-stream-average-over-the-tasks-seen-so.svg",
            "learning-accuracy-over-the-stream-ewc.png",
            "matrices-ewc.svg",
            "metrics-forgetting.svg",
            "cost-parameters-and-accuracy.svg",
            "cost-model-growth.png",
            "cost-time-by-phase.svg",
            "pictures-samples.png")
        .doesNotHaveDuplicates();
    String heat = texts(out.resolve("matrices-ewc.svg"));
    // 0.95 + 0.0015 in the mean of the two seeds, and what is left of it.
    assertThat(heat).contains("95.2", "85.7");
    assertThat(texts(out.resolve("metrics-forgetting.svg"))).contains(evil).contains("0.475");
    for (Path file : files) {
      if (file.toString().endsWith(".png") && !file.toString().contains("pictures")) {
        assertThat(colours(file)).as(file.toString()).hasSizeGreaterThan(8);
      }
    }
  }

  private static String texts(Path svg) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    NodeList texts = document.getElementsByTagName("text");
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < texts.getLength(); i++) {
      all.append(texts.item(i).getTextContent()).append('\n');
    }
    return all.toString();
  }

  private static Set<Integer> colours(Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y += 2) {
      for (int x = 0; x < image.getWidth(); x += 2) {
        colours.add(image.getRGB(x, y));
      }
    }
    assertThat(Files.size(png)).isLessThan(500_000);
    return colours;
  }
}
