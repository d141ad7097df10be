# SPDX-License-Identifier: GPL-3.0-or-later
set(engine_objects $<TARGET_OBJECTS:lanewise_base> $<TARGET_OBJECTS:lanewise_models> $<TARGET_OBJECTS:lanewise_engine>
                   PkgConfig::YAML GSL::gsl m)
foreach(name engine event engine_property engine_random engine_sharing engine_window)
  lanewise_test(${name} ${engine_objects})
endforeach()
# Runs in several threads at once.
lanewise_test(engine_task ${engine_objects} OpenMP::OpenMP_C)

# Speed, as a table: run by ./dev bench, never as a test.
add_executable(lanewise_bench EXCLUDE_FROM_ALL bench/bench_engine.c)
target_link_libraries(lanewise_bench PRIVATE lanewise_flags ${engine_objects})
target_compile_definitions(lanewise_bench PRIVATE LW_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
