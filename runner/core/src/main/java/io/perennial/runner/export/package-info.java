/** Models as files for other software: ONNX for those that serve, safetensors for weights alone. */
@NullMarked
package io.perennial.runner.export;

import org.jspecify.annotations.NullMarked;
