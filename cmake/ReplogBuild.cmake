# How every target of replog is made: warnings, sanitizers, a fast linker, and libraries that see only what they declare.

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

if(REPLOG_SANITIZE)
  add_compile_options(-fsanitize=${REPLOG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${REPLOG_SANITIZE})
endif()
if(REPLOG_FUZZERS)  # the libraries are instrumented too, so that a fuzzer sees which of their branches it reached
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

function(replog_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
endfunction()

# replog_library(NAME SOURCES … DEPENDS …): a folder's library, replog::NAME. Headers are included from the root of the
# repository; what a library may use is what it DEPENDS on, so a wrong include fails to link.
function(replog_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(replog_${name} STATIC ${ARG_SOURCES})
  add_library(replog::${name} ALIAS replog_${name})
  target_include_directories(replog_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(replog_${name} PUBLIC ${ARG_DEPENDS})
  replog_warnings(replog_${name})
endfunction()

# replog_program(NAME SOURCES … DEPENDS …): a program, in the build's bin folder.
function(replog_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  replog_warnings(${name})
endfunction()

# replog_add_test(NAME COMMAND … [LABELS …] [TIMEOUT seconds]): what ctest runs. Tests of the programs find them by the
# environment. The time-out only ends a test that hangs; no test measures time. Labels:
#   release_only  runs in the release build only (crash rounds, big data)
#   soak          runs only when asked for: ./dev test soak
function(replog_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "REPLOGD=${CMAKE_BINARY_DIR}/bin/replogd;REPLOG_CLI=${CMAKE_BINARY_DIR}/bin/replog")
endfunction()

# replog_test(NAME SOURCES … DEPENDS … [LABELS …] [TIMEOUT seconds]): one GoogleTest program.
function(replog_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  replog_program(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  replog_add_test(${name} COMMAND ${name} LABELS ${ARG_LABELS} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# replog_fuzzer(NAME SOURCES … DEPENDS …): a libFuzzer program fuzz_NAME, in the build's fuzz folder; its seeds are the
# files of tests/fuzz/corpus/NAME. `./dev fuzz` runs them all.
function(replog_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  replog_program(fuzz_${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()
