package io.perennial.api;

import com.google.inject.Module;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A jar's entry point: a Guice module, found by {@link java.util.ServiceLoader}, that registers
 * extensions through {@link ExtensionBinder} and may bind helpers of its own. It has a public
 * constructor without parameters, carries {@link Info}, and does nothing but bind: {@code
 * configure} also runs when extensions are merely listed.
 *
 * <pre>{@code
 * @AutoService(Plugin.class)
 * @Plugin.Info(apiVersion = Plugin.API_VERSION)
 * public final class EwcPlugin implements Plugin {
 *   @Override
 *   public void configure(Binder binder) {
 *     ExtensionBinder.of(binder)
 *         .register(Strategy.class, "ewc", ElasticWeightConsolidation.class, Settings.class);
 *   }
 * }
 * }</pre>
 *
 * <p>Each plugin gets an injector of its own, so two plugins may bind the same type. Guice runs
 * strictly: explicit bindings and constructor injection only.
 */
public interface Plugin extends Module {
  /** The version of this API; the compiler writes it into each plugin's {@link Info}. */
  String API_VERSION = "0.1";

  /** What the runner needs to know before it touches a plugin's classes. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface Info {
    /** Always {@link Plugin#API_VERSION}: the version the plugin was compiled against. */
    String apiVersion();
  }
}
