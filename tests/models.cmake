# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name channel pcie usb4 cxl nvlink scaleup socket network family atmosphere radio thz)
  lanewise_test(${name} lanewise_sim)
endforeach()
