package io.perennial.runner.cli;

import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import io.perennial.runner.plugin.Suggestion;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** Everything a name stands for, with its settings. */
final class Describing {
  private final Registry registry;
  private final CommandLine command;

  Describing(Registry registry, CommandLine command) {
    this.registry = registry;
    this.command = command;
  }

  int print(String name) {
    List<Extension<?>> found = registry.named(name);
    if (found.isEmpty()) {
      List<String> names = registry.extensions().stream().map(Extension::name).distinct().toList();
      throw new InputException(
          "there is no extension '"
              + name
              + "'."
              + Suggestion.sentence(name, names)
              + " 'perennial list' shows all.");
    }
    PrintWriter out = command.getOut();
    String separator = "";
    for (Extension<?> extension : found) {
      out.print(separator);
      describe(extension, out);
      separator = System.lineSeparator();
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private void describe(Extension<?> extension, PrintWriter out) {
    out.println(extension.kind() + " " + extension.name());
    extension
        .description()
        .ifPresent(about -> paragraph(out, "  ", SettingDescription.sentence(about.value())));
    extension
        .description()
        .map(Description::paper)
        .filter(paper -> !paper.isEmpty())
        .ifPresent(paper -> paragraph(out, "  ", "Paper: " + paper));
    extension
        .description()
        .map(Description::needs)
        .filter(needs -> !needs.isEmpty())
        .ifPresent(needs -> paragraph(out, "  ", "Needs: " + needs));
    out.println(
        "  From " + extension.plugin().jarName() + ", version " + extension.plugin().version());
    List<SettingDescription> settings = extension.settings();
    if (settings.isEmpty()) {
      out.println("  It has no settings.");
    }
    settings.forEach(setting -> describe(setting, "", out));
  }

  private void describe(SettingDescription setting, String prefix, PrintWriter out) {
    String name = prefix + setting.name();
    String range = setting.range().isEmpty() ? "" : ", " + setting.range();
    out.println();
    out.println(
        "  "
            + name
            + ": "
            + type(setting.type())
            + range
            + "; "
            + setting.byDefault().map(text -> "default " + text).orElse("required"));
    paragraph(out, "      ", setting.meaning());
    if (!setting.description().paper().isEmpty()) {
      paragraph(out, "      ", "Paper: " + setting.description().paper());
    }
    if (setting.type() instanceof SettingType.Block block) {
      SettingDescription.of(block.settings()).forEach(inner -> describe(inner, name + ".", out));
    }
  }

  private String type(SettingType type) {
    if (type instanceof SettingType.Slot slot) {
      return "{type: " + String.join(" | ", registry.names(slot.kind())) + "}";
    } else if (type instanceof SettingType.Several several) {
      return "list of " + type(several.element());
    }
    return type.toString();
  }

  private void paragraph(PrintWriter out, String indent, String text) {
    int width = command.getUsageHelpWidth() - indent.length();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        out.println(indent + line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    out.println(indent + line);
  }
}
