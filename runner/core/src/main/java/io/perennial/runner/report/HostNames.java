package io.perennial.runner.report;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a server may be called in a request's {@code Host}. A page of another site can reach this
 * machine by making its own name resolve to it, and its requests then carry that name. Numeric
 * addresses need no name, so that nobody can give them another meaning; but on the loopback
 * interface only its own are ever needed.
 */
final class HostNames {
  private static final Pattern NUMERIC =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+\\]");

  private final Set<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
  private final boolean anyNumeric;
  private final String name;
  private final int port;

  /** Of a server that listens there. */
  HostNames(InetAddress address, int port) {
    this.port = port;
    this.anyNumeric = !address.isLoopbackAddress();
    if (address.equals(InetAddress.getLoopbackAddress())) {
      this.name = "localhost";
    } else if (address.isAnyLocalAddress()) {
      this.name = ownName();
    } else {
      // As it was given: no name server is asked.
      this.name = inUri(new InetSocketAddress(address, port).getHostString());
    }
    names.add(name);
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** IPv6 in brackets, without the interface's name. */
  private static String inUri(String host) {
    String plain = host.toLowerCase(Locale.ROOT).replaceFirst("%.*", "");
    return plain.indexOf(':') >= 0 ? "[" + plain + "]" : plain;
  }

  /** What to ask for. */
  String name() {
    return name;
  }

  /** Whether a request's {@code Host} is this server's. */
  boolean contains(String host) {
    String suffix = ":" + port;
    if (!host.endsWith(suffix)) {
      return false;
    }
    String asked = host.substring(0, host.length() - suffix.length()).toLowerCase(Locale.ROOT);
    return names.contains(asked) || (anyNumeric && NUMERIC.matcher(asked).matches());
  }
}
