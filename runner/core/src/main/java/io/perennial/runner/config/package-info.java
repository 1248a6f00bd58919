/**
 * From YAML to records and back: reading with all problems at once, writing with all defaults, and
 * the JSON Schema.
 *
 * <p>The only description of what a configuration may hold is {@link io.perennial.api.Description}
 * on the components of records, the runner's own ({@link
 * io.perennial.runner.config.RunConfiguration}) and the plugins' alike.
 */
@NullMarked
package io.perennial.runner.config;

import org.jspecify.annotations.NullMarked;
