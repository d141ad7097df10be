# SPDX-License-Identifier: GPL-3.0-or-later
lanewise_test(report lanewise_sim)
lanewise_test(grid lanewise_sim)
lanewise_test(validation lanewise_sim)
lanewise_test(memory lanewise_sim)
lanewise_test(architecture lanewise_sim)

# Every header compiles alone.
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/sim/*.h ${PROJECT_SOURCE_DIR}/models/*.h ${PROJECT_SOURCE_DIR}/plots/*.h)
set(alone "")
foreach(header IN LISTS headers)
  string(REPLACE "/" "_" name ${header})
  file(CONFIGURE OUTPUT headers/${name}.c CONTENT "#include \"@header@\"\n" @ONLY)
  list(APPEND alone ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.c)
endforeach()
add_library(lanewise_headers OBJECT ${alone})
target_link_libraries(lanewise_headers PRIVATE lanewise_flags PkgConfig::CAIRO PkgConfig::FONTCONFIG PkgConfig::JANSSON PkgConfig::YAML)

# Manual pages and completion have every verb and flag.
if(TARGET lanewise)
  add_test(NAME manual COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_manual.sh $<TARGET_FILE:lanewise>)
endif()

# The program from outside: command lines with what they must print.
if(TARGET lanewise)
  foreach(name cli terminal)
    lanewise_test(${name})
    target_compile_definitions(test_${name} PRIVATE LW_PROGRAM="$<TARGET_FILE:lanewise>")
    add_dependencies(test_${name} lanewise)
  endforeach()
endif()
