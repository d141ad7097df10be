// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef LW_VERSION_H
#define LW_VERSION_H

extern const char lw_version[];  // "0.1.0": that of the project in CMakeLists.txt

#endif
