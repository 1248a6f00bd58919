/**
 * Event files that TensorBoard reads: {@code tensorboard --logdir RUNS}. The format is
 * TensorFlow's: records with a length, the length's checksum, the data and its checksum (masked
 * CRC-32C), each of them an {@code Event} in protocol-buffer encoding with scalars.
 */
@NullMarked
package io.perennial.tensorboard;

import org.jspecify.annotations.NullMarked;
