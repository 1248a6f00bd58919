package io.perennial.runner.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Whether the report is served while a run goes on, and where. */
final class LiveOptions {
  private static final int LAST_PORT = 65_535;

  @Option(
      names = "--live",
      description = "Shows the report in a browser on this machine while the run goes on.")
  private boolean live;

  @Option(
      names = "--live-port",
      paramLabel = "N",
      description = "The port of the live report; 0 for any that is free. Default: 0")
  private @Nullable Integer port;

  @Option(
      names = "--live-address",
      paramLabel = "HOST",
      description = {
        "Serves the live report on this address of the machine instead of the loopback interface,"
            + " such as 192.0.2.7, or 0.0.0.0 for all.",
        "Whoever reaches it reads the report: there is no password."
      })
  private @Nullable String address;

  /** Where the report is to be served; empty for nowhere. */
  Optional<InetSocketAddress> where(CommandSpec own) {
    if (!live && port == null && address == null) {
      return Optional.empty();
    }
    int number = port == null ? 0 : port;
    if (number < 0 || number > LAST_PORT) {
      throw new ParameterException(
          own.commandLine(), "--live-port must be from 0 to 65535, not " + number);
    }
    return Optional.of(new InetSocketAddress(host(own), number));
  }

  private InetAddress host(CommandSpec own) {
    String given = address;
    if (given == null) {
      return InetAddress.getLoopbackAddress();
    }
    try {
      if (given.isBlank()) {
        // To the JDK that is the loopback interface, which nobody means who writes an address.
        throw new UnknownHostException(given);
      }
      return InetAddress.getByName(given);
    } catch (UnknownHostException e) {
      throw new ParameterException(
          own.commandLine(),
          "--live-address must be an address or a name of this machine, such as 0.0.0.0, not '%s'"
              .formatted(given),
          e);
    }
  }
}
