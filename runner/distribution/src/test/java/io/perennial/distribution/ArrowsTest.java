package io.perennial.distribution;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** Who may know whom. */
class ArrowsTest {
  private static final String API = "io.perennial.api..";
  private static final String MODELS = "io.perennial.models..";
  private static final String RUNNER = "io.perennial.runner..";

  private static JavaClasses classes;

  @BeforeAll
  static void load() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.perennial");
    // A rule about no class at all would always hold.
    assertThat(classes.containPackage("io.perennial.api")).isTrue();
    assertThat(classes.containPackage("io.perennial.models")).isTrue();
    assertThat(classes.containPackage("io.perennial.runner")).isTrue();
    assertThat(classes.containPackage("io.perennial.ewc")).isTrue();
    assertThat(classes.containPackage("io.perennial.baselines")).isTrue();
  }

  /** One package a strategy: everything that is neither api, models nor runner. */
  private static String[] strategies() {
    String[] strategies =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.matches("io\\.perennial\\.(api|models|runner|distribution).*"))
            .distinct()
            .sorted()
            .toArray(String[]::new);
    assertThat(strategies).contains("io.perennial.ewc", "io.perennial.baselines");
    return strategies;
  }

  @Test
  void apiKnowsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(API)
        .should()
        .dependOnClassesThat(resideInAPackage("io.perennial..").and(not(resideInAPackage(API))))
        .because("the extension points must stand without any implementation")
        .check(classes);
  }

  @Test
  void modelsKnowTheApiOnly() {
    noClasses()
        .that()
        .resideInAPackage(MODELS)
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.perennial..").and(not(resideInAnyPackage(API, MODELS))))
        .because("building blocks must be usable by any strategy")
        .check(classes);
  }

  @Test
  void theRunnerKnowsNoStrategy() {
    noClasses()
        .that()
        .resideInAPackage(RUNNER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(strategies())
        .because("strategies are plugins, ours like anyone's")
        .check(classes);
  }

  @Test
  void aStrategyKnowsTheApiAndTheModelsOnly() {
    for (String strategy : strategies()) {
      noClasses()
          .that()
          .resideInAPackage(strategy)
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.perennial..")
                  .and(not(resideInAnyPackage(API, MODELS, strategy))))
          .because("a strategy is written against the api and the models, never another strategy")
          .check(classes);
    }
  }

  @Test
  void standardOutputBelongsToTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.perennial.runner.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("an embedder's output is not ours; everything else logs")
        .check(classes);
  }

  @Test
  void noGlobalRandomGenerator() {
    noClasses()
        .should()
        .callMethod(Nd4j.class, "getRandom")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Random")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
        .because("every component draws from its own seeded generator, whose state is saved")
        .check(classes);
  }

  @Test
  void noJavaSerialisation() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectOutputStream")
        .because("a checkpoint must be safe to read")
        .check(classes);
  }
}
