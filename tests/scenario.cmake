# SPDX-License-Identifier: GPL-3.0-or-later
if(TARGET lanewise_sim)
  foreach(name catalog sweep build scenario cxl_run band every_link systems)
    lanewise_test(${name} lanewise_sim)
  endforeach()
  lanewise_test(topology lanewise_sim $<TARGET_OBJECTS:lanewise_plots> PkgConfig::CAIRO PkgConfig::FONTCONFIG)
endif()
