# SPDX-License-Identifier: GPL-3.0-or-later
foreach(module accuracy scale draw charts choices page planes margin requests series timeline)
  lanewise_test(${module} lanewise_plots lanewise_cairo lanewise_sim)
endforeach()
