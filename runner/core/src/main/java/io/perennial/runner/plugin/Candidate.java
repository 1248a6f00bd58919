package io.perennial.runner.plugin;

import io.perennial.api.Registration;
import java.util.List;

/** A plugin that is sound by itself, and what it registers. */
record Candidate(LoadedPlugin plugin, List<Registration<?>> registrations) {}
