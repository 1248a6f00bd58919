package io.perennial.models;

import org.bytedeco.javacpp.Pointer;

/** A pointer to a given address, which owns nothing. */
final class Address extends Pointer {
  Address(long address) {
    super((Pointer) null);
    this.address = address;
  }
}
