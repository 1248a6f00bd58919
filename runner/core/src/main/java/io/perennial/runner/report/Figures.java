package io.perennial.runner.report;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import io.perennial.runner.result.AtomicFile;
import io.perennial.runner.result.Slug;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptableObject;

/**
 * Each chart of the report as SVG and PNG: the report's own scripts, run without a browser. Rhino
 * interprets ECharts, which takes seconds to start and a second or two a chart.
 */
final class Figures {
  private static final List<String> SCRIPTS =
      List.of("echarts.min.js", "draw.js", "costs.js", "pictures.js", "charts.js", "figures.js");

  /** ECharts asks for these when it starts; a picture needs no time and no window. */
  private static final String WINDOW =
      "var window = this, self = this; function setTimeout() { return 0; } function clearTimeout() {}";

  /** Twice the SVG's pixels: sharp at the width of a page's column. */
  private static final int SCALE = 2;

  private final ReportData data;
  private final List<Path> written = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final boolean fonts = fonts();

  Figures(ReportData data) {
    this.data = data;
  }

  List<Path> write(Path directory) {
    Context context = Context.enter();
    try {
      // Compiled, its largest functions would be beyond the limits of a class file.
      context.setInterpretedMode(true);
      context.setLanguageVersion(Context.VERSION_ES6);
      // Without access to Java.
      ScriptableObject scope = context.initSafeStandardObjects();
      context.evaluateString(scope, WINDOW, "window", 1, null);
      for (String script : SCRIPTS) {
        context.evaluateString(scope, Resources.text(script), script, 1, null);
      }
      Callable figures = (Callable) scope.get("perennialFigures", scope);
      NativeArray list =
          (NativeArray)
              figures.call(context, scope, scope, new Object[] {EmbeddedJson.of(data.toMap())});
      boolean several = data.groups().size() > 1;
      for (Object element : list) {
        Map<?, ?> figure = (Map<?, ?>) element;
        String group = several ? "group-" + (number(figure.get("group")) + 1) + "-" : "";
        String name = free(group + Slug.of(String.valueOf(figure.get("name"))));
        write(directory, name, figure, context, scope);
      }
    } finally {
      Context.exit();
    }
    return List.copyOf(written);
  }

  private void write(
      Path directory, String name, Map<?, ?> figure, Context context, ScriptableObject scope) {
    if (figure.get("png") instanceof CharSequence png) {
      write(directory.resolve(name + ".png"), Base64.getDecoder().decode(png.toString()));
      return;
    }
    Callable draw = (Callable) Objects.requireNonNull(figure.get("svg"));
    String svg = draw.call(context, scope, scope, new Object[0]).toString();
    write(directory.resolve(name + ".svg"), svg.getBytes(StandardCharsets.UTF_8));
    if (fonts) {
      // Java's own name of the machine's sans serif: it knows no CSS.
      String java = svg.replaceAll("font-family:[^;\"]*", "font-family:SansSerif");
      write(directory.resolve(name + ".png"), png(java.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private void write(Path file, byte[] content) {
    AtomicFile.write(file, content);
    written.add(file);
  }

  private String free(String name) {
    String free = name;
    for (int copy = 2; !taken.add(free); copy++) {
      free = name + "-" + copy;
    }
    return free;
  }

  /**
   * Whether texts can be drawn: a bare machine has no fonts, and Java's answer is an error then.
   */
  private static boolean fonts() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames().length
          > 0;
    } catch (RuntimeException | LinkageError | InternalError e) {
      return false;
    }
  }

  private static int number(@Nullable Object value) {
    return value instanceof Number number ? number.intValue() : 0;
  }

  private static byte[] png(byte[] svg) {
    SVGDocument document =
        Objects.requireNonNull(
            new SVGLoader()
                .load(new ByteArrayInputStream(svg), null, LoaderContext.createDefault()),
            "an SVG of ECharts");
    int width = (int) Math.ceil(document.size().width) * SCALE;
    int height = (int) Math.ceil(document.size().height) * SCALE;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.scale(SCALE, SCALE);
    document.render(null, graphics);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
