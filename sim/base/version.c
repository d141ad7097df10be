// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/version.h"

const char lw_version[] = LANEWISE_VERSION;
