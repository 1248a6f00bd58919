package io.perennial.runner.cli;

import io.perennial.api.Plugin;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Refusal;
import io.perennial.runner.plugin.Registry;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The extensions found, as a table or as JSON. */
final class Listing {
  private static final String AVAILABLE = "available";
  private static final String REFUSED = "refused";

  /** In the place of a kind: what it would offer is not known. */
  private static final String PLUGIN = "plugin";

  private static final String UNKNOWN = "-";

  private final Registry registry;
  private final CommandLine command;

  Listing(Registry registry, CommandLine command) {
    this.registry = registry;
    this.command = command;
  }

  int print(boolean json) {
    PrintWriter out = command.getOut();
    if (json) {
      out.println(json());
    } else {
      table(out);
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private void table(PrintWriter out) {
    TextTable table = new TextTable("kind", "name", "version", "jar", "API", "status");
    for (Extension<?> extension : registry.extensions()) {
      table.row(
          extension.kind(),
          extension.name(),
          extension.plugin().version(),
          extension.plugin().jarName(),
          extension.plugin().apiVersion(),
          AVAILABLE);
    }
    for (Refusal refusal : registry.refused()) {
      table.row(
          PLUGIN,
          refusal.plugin(),
          refusal.version().orElse(UNKNOWN),
          refusal.jar().isPresent() ? refusal.jarName() : UNKNOWN,
          refusal.apiVersion().orElse(UNKNOWN),
          REFUSED);
    }
    table.print(out);
    for (Refusal refusal : registry.refused()) {
      out.println();
      out.println(REFUSED + ": " + refusal);
    }
  }

  private String json() {
    JsonMapper mapper = new JsonMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("apiVersion", Plugin.API_VERSION);
    var extensions = root.putArray("extensions");
    for (Extension<?> extension : registry.extensions()) {
      ObjectNode entry = extensions.addObject();
      entry.put("kind", extension.kind());
      entry.put("name", extension.name());
      entry.put("version", extension.plugin().version());
      entry.put("plugin", extension.plugin().name());
      entry.put("jar", extension.plugin().jar().map(Path::toString).orElse(null));
      entry.put("apiVersion", extension.plugin().apiVersion());
      entry.put("status", AVAILABLE);
      entry.putNull("reason");
      entry.putNull("remedy");
    }
    var refused = root.putArray("refused");
    for (Refusal refusal : registry.refused()) {
      ObjectNode entry = refused.addObject();
      entry.put("kind", PLUGIN);
      entry.put("name", refusal.plugin());
      entry.put("version", refusal.version().orElse(null));
      entry.put("plugin", refusal.plugin());
      entry.put("jar", refusal.jar().map(Path::toString).orElse(null));
      entry.put("apiVersion", refusal.apiVersion().orElse(null));
      entry.put("status", REFUSED);
      entry.put("reason", refusal.reason());
      entry.put("remedy", refusal.remedy());
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }
}
