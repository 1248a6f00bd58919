package io.perennial.runner.cli;

import io.perennial.api.Plugin;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Refusal;
import io.perennial.runner.plugin.Registry;
import java.io.PrintWriter;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The extensions found, as a table or as JSON. */
final class Listing {
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
    TextTable table = new TextTable("kind", "name", "version", "jar");
    for (Extension<?> extension : registry.extensions()) {
      table.row(
          extension.kind(),
          extension.name(),
          extension.plugin().version(),
          extension.plugin().jarName());
    }
    table.print(out);
    for (Refusal refusal : registry.refused()) {
      out.println();
      out.println("refused: " + refusal);
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
      entry.put("jar", extension.plugin().jar().map(Object::toString).orElse(null));
      entry.put("status", "available");
    }
    var refused = root.putArray("refused");
    for (Refusal refusal : registry.refused()) {
      ObjectNode entry = refused.addObject();
      entry.put("plugin", refusal.plugin());
      entry.put("jar", refusal.jar().map(Object::toString).orElse(null));
      entry.put("reason", refusal.reason());
      entry.put("remedy", refusal.remedy());
      entry.put("status", "refused");
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }
}
