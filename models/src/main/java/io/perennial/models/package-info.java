/** Networks and optimisers on ND4J. */
@NullMarked
package io.perennial.models;

import org.jspecify.annotations.NullMarked;
