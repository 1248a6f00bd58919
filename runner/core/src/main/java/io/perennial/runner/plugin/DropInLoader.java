package io.perennial.runner.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * The classes and resources of one drop-in, behind {@link Exposed}. Classes come from memory: what
 * was verified is what runs, even if a jar is replaced during a long run. A {@code Class-Path} in a
 * manifest has no effect, because it would bring in jars that nobody verified.
 */
final class DropInLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final Map<Jar, ProtectionDomain> jars = new LinkedHashMap<>();

  DropInLoader(String name, List<Jar> jars, Exposed parent) {
    super(name, parent);
    for (Jar jar : jars) {
      CodeSource source = new CodeSource(jar.url(), (Certificate[]) null);
      this.jars.put(jar, new ProtectionDomain(source, null, this, null));
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/');
    for (Map.Entry<Jar, ProtectionDomain> entry : jars.entrySet()) {
      Optional<byte[]> code = entry.getKey().code(path);
      if (code.isPresent()) {
        definePackage(name, entry.getKey());
        return defineClass(name, code.get(), 0, code.get().length, entry.getValue());
      }
    }
    throw new ClassNotFoundException(name);
  }

  private void definePackage(String className, Jar jar) {
    String name = className.substring(0, Math.max(0, className.lastIndexOf('.')));
    if (getDefinedPackage(name) != null) {
      return;
    }
    Attributes main = jar.manifest();
    try {
      definePackage(
          name,
          main.getValue(Attributes.Name.SPECIFICATION_TITLE),
          main.getValue(Attributes.Name.SPECIFICATION_VERSION),
          main.getValue(Attributes.Name.SPECIFICATION_VENDOR),
          main.getValue(Attributes.Name.IMPLEMENTATION_TITLE),
          main.getValue(Attributes.Name.IMPLEMENTATION_VERSION),
          main.getValue(Attributes.Name.IMPLEMENTATION_VENDOR),
          null);
    } catch (IllegalArgumentException e) {
      // Another thread was faster; its package is as good.
      if (getDefinedPackage(name) == null) {
        throw e;
      }
    }
  }

  @Override
  protected @Nullable URL findResource(String name) {
    return jars.keySet().stream()
        .flatMap(jar -> jar.resource(name).stream())
        .findFirst()
        .orElse(null);
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    List<URL> found = new ArrayList<>();
    jars.keySet().forEach(jar -> jar.resource(name).ifPresent(found::add));
    return Collections.enumeration(found);
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    URL url = getResource(name);
    if (url == null) {
      return null;
    }
    try {
      URLConnection connection = url.openConnection();
      // The JVM's cache would keep the jar open, and show an old one after it was replaced.
      connection.setUseCaches(false);
      return connection.getInputStream();
    } catch (IOException e) {
      // As the method is specified: what cannot be read is not there.
      return null;
    }
  }
}
