/** Extension points and value types. */
@NullMarked
package io.perennial.api;

import org.jspecify.annotations.NullMarked;
