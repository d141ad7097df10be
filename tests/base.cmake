# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name arena diag file fraction option quantity spread tree)
  lanewise_test(${name} $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML m)
endforeach()

# Each fuzz target is also a plain program that runs its corpus once; with clang and LANEWISE_FUZZ it searches for more.
foreach(name tree quantity)
  add_executable(replay_${name} fuzz/fuzz_${name}.c fuzz/replay.c)
  target_link_libraries(replay_${name} PRIVATE lanewise_flags $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML m)
  file(GLOB corpus CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus_${name}/*)
  add_test(NAME replay_${name} COMMAND replay_${name} ${corpus})
  if(LANEWISE_FUZZ)
    add_executable(fuzz_${name} fuzz/fuzz_${name}.c)
    target_link_libraries(fuzz_${name} PRIVATE lanewise_flags $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML m)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endif()
endforeach()
