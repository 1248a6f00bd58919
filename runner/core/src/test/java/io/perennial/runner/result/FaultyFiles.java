package io.perennial.runner.result;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The real files, whose operations ask before they do anything, and may then fail. */
final class FaultyFiles extends FileSystemProvider {
  /** What is done to a file. */
  enum Operation {
    OPEN,
    READ,
    WRITE,
    FORCE,
    CREATE_DIRECTORY,
    LIST,
    DELETE,
    MOVE
  }

  /** Decides about each operation. */
  interface Faults {
    /** Throws if the operation is to fail. */
    void before(Operation operation) throws IOException;

    /** How many of so many bytes a write takes, at least 1. */
    default int taken(int bytes) {
      return bytes;
    }
  }

  private final FileSystem realFiles;
  private final FileSystemProvider real;
  private final Faults faults;
  private final FileSystem files = new Files();

  private FaultyFiles(FileSystem realFiles, Faults faults) {
    this.realFiles = realFiles;
    this.real = realFiles.provider();
    this.faults = faults;
  }

  /** The same path, with faults. */
  static Path path(Path path, Faults faults) {
    return new FaultyFiles(path.getFileSystem(), faults).wrap(path);
  }

  /** A path of this provider. */
  private interface Faulty {
    Path real();
  }

  private static Path unwrap(Path path) {
    return path instanceof Faulty faulty ? faulty.real() : path;
  }

  private Path wrap(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            FaultyFiles.class.getClassLoader(),
            new Class<?>[] {Path.class, Faulty.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("real")) {
                return path;
              }
              if (method.getName().equals("getFileSystem")) {
                return files;
              }
              try {
                return wrapAny(method.invoke(path, unwrapAll(arguments)));
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private static Object @Nullable [] unwrapAll(Object @Nullable [] arguments) {
    if (arguments == null) {
      return null;
    }
    Object[] plain = arguments.clone();
    for (int i = 0; i < plain.length; i++) {
      plain[i] = plain[i] instanceof Path path ? unwrap(path) : plain[i];
    }
    return plain;
  }

  private @Nullable Object wrapAny(@Nullable Object result) {
    return result instanceof Path path ? wrap(path) : result;
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    faults.before(Operation.OPEN);
    return new FaultyChannel(real.newFileChannel(unwrap(path), options, attributes), faults);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    faults.before(Operation.OPEN);
    return new FaultyChannel(real.newFileChannel(unwrap(path), options, attributes), faults);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    faults.before(Operation.LIST);
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = real.newDirectoryStream(unwrap(directory), any -> true)) {
      for (Path entry : stream) {
        if (filter.accept(wrap(entry))) {
          entries.add(wrap(entry));
        }
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    faults.before(Operation.CREATE_DIRECTORY);
    real.createDirectory(unwrap(directory), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    faults.before(Operation.DELETE);
    real.delete(unwrap(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    throw new UnsupportedOperationException("nothing is copied");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    faults.before(Operation.MOVE);
    real.move(unwrap(source), unwrap(target), options);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real.isSameFile(unwrap(path), unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(unwrap(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real.readAttributes(unwrap(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real.setAttribute(unwrap(path), name, value, options);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("there is one only");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return files;
  }

  @Override
  public Path getPath(URI uri) {
    return wrap(real.getPath(uri));
  }

  private final class Files extends FileSystem {
    @Override
    public FileSystemProvider provider() {
      return FaultyFiles.this;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return realFiles.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      return realFiles.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return realFiles.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return realFiles.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
      return wrap(realFiles.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
      return realFiles.getPathMatcher(pattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      return realFiles.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
      return realFiles.newWatchService();
    }
  }
}
