package io.perennial.runner;

import org.nd4j.linalg.factory.Nd4j;

/**
 * What a process may take. The heap has the virtual machine's own limit; what that leaves is the
 * limit of native arrays, which ND4J keeps: an array that would go beyond it is not made, and the
 * run ends with an error. Where the heap alone may take more than half of all, arrays may have the
 * other half, and the limit is only as good as the heap is small.
 *
 * @param process in bytes, 0 for none
 */
record MemoryLimit(long process) {
  private static final int PROCESSOR = 0;

  /** What native arrays may take, those that are there included. */
  long arrays() {
    return process - Math.min(Runtime.getRuntime().maxMemory(), process / 2);
  }

  /** What native arrays take. */
  static long arraysNow() {
    return Nd4j.getEnvironment().getDeviceCouner(PROCESSOR);
  }

  boolean isNone() {
    return process == 0;
  }

  /** Sees to it that it is kept from now on; without a limit, that there is none any more. */
  void enforce() {
    // Of ND4J's limits this one is looked at when an array is made; the others are only kept.
    Nd4j.getEnvironment().setDeviceLimit(PROCESSOR, isNone() ? 0 : arrays());
  }
}
