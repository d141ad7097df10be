# SPDX-License-Identifier: GPL-3.0-or-later
lanewise_test(measured lanewise_sim)
lanewise_test(calibrate lanewise_sim)
lanewise_test(uncertainty lanewise_sim)

# Every measured table is within its limit, and the README's table of accuracy is what validate prints.
add_test(NAME validate COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_readme.sh $<TARGET_FILE:lanewise> ${PROJECT_SOURCE_DIR}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})

# The scenario schema is valid, accepts what is shipped and refuses what is wrong, says a validator that is not ours.
# Debian's interpreter first: it is the one that ./dev gives the modules to.
find_program(LANEWISE_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(LANEWISE_PYTHON NAMES python3)
if(LANEWISE_PYTHON)
  add_test(NAME schema COMMAND ${LANEWISE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/check_schema.py $<TARGET_FILE:lanewise>
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(schema PROPERTIES SKIP_RETURN_CODE 77)
  add_test(NAME trace COMMAND ${LANEWISE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/check_trace.py $<TARGET_FILE:lanewise>
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endif()

# What is installed stands alone.
if(NOT LANEWISE_SANITIZE AND NOT LANEWISE_COVERAGE)
  add_test(NAME install COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_install.sh ${CMAKE_COMMAND} ${PROJECT_BINARY_DIR}
    ${PROJECT_SOURCE_DIR} ${CMAKE_C_COMPILER})
endif()

# The package of `cpack -G DEB` has what it needs, and works from where it was unpacked.
if(NOT LANEWISE_SANITIZE AND NOT LANEWISE_COVERAGE)
  add_test(NAME package COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_package.sh ${CMAKE_CPACK_COMMAND} ${PROJECT_BINARY_DIR}
    ${PROJECT_SOURCE_DIR} ${PROJECT_VERSION})
  set_tests_properties(package PROPERTIES SKIP_RETURN_CODE 77 LABELS long)
endif()

# valgrind finds nothing wrong in a scenario of all links.
if(NOT LANEWISE_SANITIZE AND NOT LANEWISE_COVERAGE)
  add_test(NAME valgrind COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_valgrind.sh $<TARGET_FILE:lanewise> ${PROJECT_SOURCE_DIR}/configs
    ${PROJECT_BINARY_DIR})
  set_tests_properties(valgrind PROPERTIES SKIP_RETURN_CODE 77)
endif()

# report.html in a browser.
if(NOT LANEWISE_SANITIZE AND NOT LANEWISE_COVERAGE)
  add_test(NAME browser COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_page.sh $<TARGET_FILE:lanewise> ${PROJECT_SOURCE_DIR}
    ${PROJECT_BINARY_DIR})
  set_tests_properties(browser PROPERTIES SKIP_RETURN_CODE 77)
endif()
