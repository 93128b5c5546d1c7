# SPDX-License-Identifier: MIT
# How every target of the project is declared: warnings on, includes from the folder root.

add_library(geoneuron_warnings INTERFACE)
# GCC 12 reports overlapping copies inside std::string where there are none (GCC bug 105651).
target_compile_options(geoneuron_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-restrict)

# geoneuron_library(NAME folder SOURCES ... LINKS ... PRIVATE_LINKS ...)
# One static library per folder; LINKS are the folders that its headers may include.
function(geoneuron_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/userspace)
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE geoneuron_warnings ${ARG_PRIVATE_LINKS})
endfunction()

# geoneuron_test(NAME LABELS ... VULKAN_CASES filter SOURCES ... LINKS ...)
# One GoogleTest program; each of its cases becomes a CTest test with the given labels, but those
# that VULKAN_CASES selects with the label vulkan: they need a Vulkan driver. Discovery waits for
# the test run, so that building never executes code.
function(geoneuron_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;VULKAN_CASES" "LABELS;SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  # Half the time to compile, and nobody waits for a test's own loops.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
  target_link_libraries(${name} PRIVATE geoneuron_warnings ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  set(filter)
  if(ARG_VULKAN_CASES)
    set(filter TEST_FILTER "-${ARG_VULKAN_CASES}")
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_FILTER "${ARG_VULKAN_CASES}"
                         TEST_LIST ${name}_VULKAN_CASES
                         PROPERTIES LABELS vulkan TIMEOUT ${ARG_TIMEOUT})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST ${filter}
                       PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
