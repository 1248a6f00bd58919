@echo off
rem Runs Perennial from an unpacked archive on Windows.
rem   JAVA_HOME             the Java to use; otherwise the one on PATH (17 or newer)
rem   PERENNIAL_JAVA_OPTS   more options for the JVM
setlocal
set "PERENNIAL=%~dp0.."
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -XX:+UseParallelGC -XX:MaxNewSize=64m -Dlog4j2.contextSelector=org.apache.logging.log4j.core.selector.BasicContextSelector "-Dperennial.home=%PERENNIAL%" %PERENNIAL_JAVA_OPTS% -cp "%PERENNIAL%\lib\*" io.perennial.runner.cli.Main %*
exit /b %ERRORLEVEL%
