# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name engine event flow fold engine_property engine_random engine_record engine_sharing engine_task engine_validate engine_window)
  lanewise_test(${name} lanewise_sim)
endforeach()
target_link_libraries(test_engine_task PRIVATE OpenMP::OpenMP_C)

# Speed, as a table: run by ./dev bench, never as a test.
add_executable(lanewise_bench EXCLUDE_FROM_ALL bench/bench_engine.c)
target_link_libraries(lanewise_bench PRIVATE lanewise_flags lanewise_sim)
target_compile_definitions(lanewise_bench PRIVATE LW_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
