# SPDX-License-Identifier: GPL-3.0-or-later
set(models $<TARGET_OBJECTS:lanewise_models> $<TARGET_OBJECTS:lanewise_base> PkgConfig::YAML GSL::gsl m)
lanewise_test(channel ${models})
lanewise_test(pcie ${models})
lanewise_test(usb4 ${models})
lanewise_test(family ${models})
lanewise_test(atmosphere ${models})
lanewise_test(radio ${models})
lanewise_test(thz ${models})
