# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name arena diag file fraction option quantity spread tree)
  lanewise_test(${name} lanewise_sim)
endforeach()

foreach(name tree quantity)
  lanewise_fuzz(${name} lanewise_sim)
endforeach()
