/** Where the runs of several seeds execute: in this process. */
@NullMarked
package io.perennial.runner.launch;

import org.jspecify.annotations.NullMarked;
