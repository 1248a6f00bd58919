package io.perennial.runner.report;

import freemarker.core.HTMLOutputFormat;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The report as one HTML file: the template with its texts, scripts and data. */
final class Page {
  private static final List<String> SCRIPTS =
      List.of("echarts.min.js", "draw.js", "costs.js", "pictures.js", "charts.js", "report.js");

  private final List<Entry> entries;
  private final boolean live;

  Page(List<Entry> entries, boolean live) {
    this.entries = entries;
    this.live = live;
  }

  String html() {
    ReportData data = new ReportData(entries);
    List<String> scripts = SCRIPTS.stream().map(Resources::text).toList();
    String style = Resources.text("report.css");
    Map<String, Object> model = new LinkedHashMap<>(new PageText(entries, data).toMap());
    model.put("policy", policy(scripts, style, live));
    model.put("style", style);
    model.put("scripts", scripts);
    model.put("data", EmbeddedJson.of(data.toMap()));
    model.put("live", live);
    return fill(model);
  }

  /** Nothing may be loaded, and no script or style may run but those whose hashes stand here. */
  private static String policy(List<String> scripts, String style, boolean live) {
    return "default-src 'none'; script-src "
        + scripts.stream().map(Page::hash).collect(Collectors.joining(" "))
        + "; style-src "
        + hash(style)
        + "; img-src data:"
        + (live ? "; connect-src 'self'" : "")
        + "; base-uri 'none'; form-action 'none'";
  }

  private static String hash(String content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  private static String fill(Map<String, Object> model) {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(Page.class, "");
    configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
    configuration.setOutputFormat(HTMLOutputFormat.INSTANCE);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
    StringWriter html = new StringWriter();
    try {
      configuration.getTemplate("report.ftlh").process(model, html);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException("The report's template does not fit its data", e);
    }
    return html.toString();
  }
}
