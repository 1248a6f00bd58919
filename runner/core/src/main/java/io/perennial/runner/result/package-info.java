/**
 * What a run leaves behind: its result as a value, the files that hold it, and checkpoints to go on
 * from.
 *
 * <p>Every file is complete or absent: it is written under another name in the same directory,
 * forced to the disk and renamed. JSON, CSV, PNG and safetensors only; nothing is serialised by
 * Java. A disk that fails is an {@link java.io.UncheckedIOException}; files that are not what they
 * should be are an {@link io.perennial.api.InputException}.
 */
@NullMarked
package io.perennial.runner.result;

import org.jspecify.annotations.NullMarked;
