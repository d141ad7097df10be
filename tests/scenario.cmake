# SPDX-License-Identifier: GPL-3.0-or-later
if(TARGET lanewise_sim)
  foreach(name kinds catalog sweep build scenario keys words answers metamorphic critical_path cxl_run band reach generic every_link systems limits lift
    root_complex task_graph goal chakra collectives nccl rccl flows import)
    lanewise_test(${name} lanewise_sim)
  endforeach()
  lanewise_test(topology lanewise_sim $<TARGET_OBJECTS:lanewise_plots> PkgConfig::CAIRO PkgConfig::FONTCONFIG)
  lanewise_fuzz(scenario lanewise_sim lanewise_plots PkgConfig::CAIRO PkgConfig::FONTCONFIG)
  if(LANEWISE_FUZZ)
    target_sources(fuzz_scenario PRIVATE fuzz/mutate_yaml.c)
  endif()
endif()
