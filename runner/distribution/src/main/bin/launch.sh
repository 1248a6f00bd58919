# What the launchers of a checkout and of an unpacked archive share; both source this file (POSIX sh).
#   JAVA_HOME             the Java to use; otherwise the one on PATH (17 or newer)
#   PERENNIAL_JAVA_OPTS   more options for the JVM, split at blanks, after ours and so overriding them

fail() {
  printf 'perennial: %s\n' "$*" >&2
  exit 1
}

# Sets java, and version to its major version. The argument says what is needed: a JDK, a Java runtime.
find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it. Set it to $1 17 or newer, or unset it."
  else
    java=$(command -v java) || fail "no Java found. Install $1 17 or newer and put it on PATH, or set JAVA_HOME."
  fi
  # The release file costs no start of a JVM.
  version=
  release=$(dirname "$(dirname "$(readlink -f "$java" 2>/dev/null || printf %s "$java")")")/release
  if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$release")
  fi
  if [ -z "$version" ]; then
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1)
  fi
  case $version in
    '' | *[!0-9]*) fail "$java does not tell its version. Perennial needs Java 17 or newer." ;;
  esac
  [ "$version" -ge 17 ] || fail "$java is Java $version. Perennial needs Java 17 or newer: set JAVA_HOME."
}

# Makes the archive of the classes that a small run loads, which takes a start to a third of its time.
# The kind that is dumped from a list, not the one written at exit, has the command line's old class
# files, too, and the JDK's own classes as this program needs them.
archive_classes() {
  work=$archive.$$
  if [ -t 2 ]; then
    printf 'Preparing faster starts (once for each Java)\n' >&2
  fi
  printf '%s\n' 'name: start' 'pipeline: knowledge-retention' \
    'scenario: {type: split, dataset: {type: digits}, tasks: 2}' 'model: {type: mlp, hidden: [8]}' \
    'training: {iterations: 2}' 'strategies: [{type: ewc}]' >"$work.yaml"
  # shellcheck disable=SC2086 # flags are split at blanks on purpose
  "$java" $collector $permissions -XX:DumpLoadedClassList="$work.classes" $properties \
    -cp "$classpath" "$main" run "$work.yaml" --quiet --out "$work.out" </dev/null >/dev/null 2>&1
  # With the JVM's own collector: archives made under another lack the objects that are ready to use.
  # Only a complete one is given its name: some JVMs crash on a cut one. An empty file stands for
  # "this Java cannot" and is not tried again.
  # shellcheck disable=SC2086
  if ! "$java" $permissions -Xshare:dump -XX:SharedClassListFile="$work.classes" \
    -XX:SharedArchiveFile="$work" -cp "$classpath" </dev/null >/dev/null 2>&1 || [ ! -f "$work" ]; then
    : >"$work"
  fi
  mv -f "$work" "$archive"
  rm -rf "$work.yaml" "$work.classes" "$work.out"
}

# Sets heap to the option that gives the heap half of what --memory allows: the other half is for native
# arrays. Nothing for less than 128 MiB, which is refused by what a process takes, or for what is no size.
limit_heap() {
  heap=
  size=
  previous=
  for argument in "$@"; do
    case $argument in --memory=*) size=${argument#*=} ;; esac
    [ "$previous" != --memory ] || size=$argument
    previous=$argument
  done
  number=${size%[kKmMgGtT]}
  case $number in '' | 0* | *[!0-9]* | ??????????????*) return ;; esac
  case ${size#"$number"} in
    '') kibibytes=$((number / 1024)) ;;
    [kK]) kibibytes=$number ;;
    [mM]) kibibytes=$((number * 1024)) ;;
    [gG]) kibibytes=$((number * 1048576)) ;;
    *) kibibytes=$((number * 1073741824)) ;;
  esac
  [ "$kibibytes" -lt 131072 ] || heap=-Xmx$((kibibytes / 2))k
}

# Sets collector to the JVM's garbage collector; one named by the user replaces ours, because the JVM
# refuses two. What a run leaves to it is small and soon dead: without a limit the heap's part for that
# grows to gigabytes, task by task, before the collector looks at it.
choose_collector() {
  case "${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${PERENNIAL_JAVA_OPTS:-}" in
    *-XX:+Use*GC*) collector= ;;
    *) collector='-XX:+UseParallelGC -XX:MaxNewSize=64m' ;;
  esac
}

# Sets compiler to how the JVM compiles. Commands that only tell something end before optimised code
# pays off: without it they take four fifths of the time. The others optimise ten times later than by
# default, or more: at a start much is called some thousand times and never again, and compiling it
# keeps a core busy that the start itself could use. What trains gets there within milliseconds.
choose_compiler() {
  compiler='-XX:Tier4InvocationThreshold=50000 -XX:Tier4CompileThreshold=1000000'
  compiler="$compiler -XX:Tier4BackEdgeThreshold=400000"
  case ${1:-} in
    '' | -* | list | describe | schema | lock) compiler=-XX:TieredStopAtLevel=1 ;;
  esac
  for argument in "$@"; do
    case $argument in -h | --help) compiler=-XX:TieredStopAtLevel=1 ;; esac
  done
}

# launch HOME APPLICATION ARGUMENT...
# Becomes the runner. Drop-in plugins are found beside HOME, the jars are in APPLICATION/lib.
launch() {
  home=$1
  application=$2
  shift 2

  case $application in
    *:*) fail "a class path cannot hold the colon in $application. Move the directory." ;;
  esac
  # Explicit and sorted: which of two equal class names wins must not depend on the file system.
  classpath=
  for jar in "$application"/lib/*.jar; do
    [ -f "$jar" ] || fail "there are no jars in $application/lib. Unpack the archive again, as a whole."
    classpath=${classpath:+$classpath:}$jar
  done
  main=io.perennial.runner.cli.Main

  choose_collector
  # ND4J loads native libraries and its buffers use Unsafe: from 24 on both want a permission.
  permissions=
  if [ "$version" -ge 24 ]; then
    permissions="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
  fi
  # One log4j context serves the runner and every plugin's class loader.
  properties=-Dlog4j2.contextSelector=org.apache.logging.log4j.core.selector.BasicContextSelector

  # There is an archive for each Java, set of flags and class path, made by the first start that may
  # write it. A JVM that cannot use it goes on without it.
  key=$(printf '%s' "$java $collector $permissions $classpath" | cksum | cut -d ' ' -f 1)
  archive=$application/classes-$version-$key.jsa
  if [ ! -f "$archive" ] && [ -w "$application" ]; then
    archive_classes
  fi

  # What the user asks for comes after our options and so wins over them.
  limit_heap "$@"
  choose_compiler "$@"
  set -f
  # shellcheck disable=SC2086 # the options are split at blanks on purpose
  set -- $compiler $heap ${PERENNIAL_JAVA_OPTS:-} -cp "$classpath" "$main" "$@"
  set +f
  # The JVM's own warnings would go to standard output, among the results: its errors are enough, on
  # the other stream, without those of an archive it does not take.
  set -- -Xlog:disable -Xlog:all=error:stderr '-Xlog:cds*=off:stderr' \
    $properties -Dperennial.home="$home" "$@"
  if [ -s "$archive" ]; then
    set -- -Xshare:auto -XX:SharedArchiveFile="$archive" "$@"
    # Where the archive lies in memory is left to the system by default, and 60 MB of addresses are
    # adjusted at every start. A diagnostic option, so only for versions that are known to have it.
    if [ "$version" -le 25 ]; then
      set -- -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 "$@"
    fi
  fi

  # shellcheck disable=SC2086
  exec "$java" $collector $permissions "$@"
}
