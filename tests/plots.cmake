# SPDX-License-Identifier: GPL-3.0-or-later
foreach(module scale draw charts planes requests series)
  lanewise_test(${module} $<TARGET_OBJECTS:lanewise_plots> $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML PkgConfig::CAIRO PkgConfig::FONTCONFIG m)
endforeach()
