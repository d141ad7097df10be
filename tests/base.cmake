# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name arena diag file fraction option quantity spread tree)
  lanewise_test(${name} $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML m)
endforeach()

foreach(name tree quantity)
  lanewise_fuzz(${name} $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML m)
endforeach()
