package io.perennial.runner.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file whose writes may be short or fail. */
final class FaultyChannel extends FileChannel {
  private final FileChannel real;
  private final FaultyFiles.Faults faults;

  FaultyChannel(FileChannel real, FaultyFiles.Faults faults) {
    this.real = real;
    this.faults = faults;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    faults.before(FaultyFiles.Operation.WRITE);
    int limit = source.limit();
    source.limit(source.position() + faults.taken(source.remaining()));
    try {
      return real.write(source);
    } finally {
      source.limit(limit);
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    faults.before(FaultyFiles.Operation.FORCE);
    real.force(metaData);
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    faults.before(FaultyFiles.Operation.READ);
    return real.read(destination);
  }

  @Override
  public int read(ByteBuffer destination, long position) throws IOException {
    faults.before(FaultyFiles.Operation.READ);
    return real.read(destination, position);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }

  // What the product does not use; whoever begins to needs faults here, too.

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source, long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
