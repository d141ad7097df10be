# SPDX-License-Identifier: GPL-3.0-or-later
# `cpack -G DEB` in the build folder: one package with program, library and headers.
include(GNUInstallDirs)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lanewise)
set(CPACK_PACKAGE_CONTACT "lanewise developers <lanewise@lanewise.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of interconnect bandwidth and latency")
set(CPACK_PACKAGE_DESCRIPTION [[
lanewise tells how long bytes take to cross a link, on this machine, for
this job, and why. It simulates PCIe, OCuLink, Thunderbolt, NVLink, CXL,
Ethernet, InfiniBand and terahertz radio packet by packet, from a short YAML
file to tables, JSON and charts, and says of each comparison with a
measurement how far it is off.]])
set(CPACK_STRIP_FILES ON)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/sim/cli/copyright @ONLY CONTENT [[
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: lanewise

Files: *
Copyright: the lanewise developers
License: GPL-3+
 On Debian systems the text of the GNU General Public License, version 3, is
 in /usr/share/common-licenses/GPL-3.
]])
install(FILES ${PROJECT_BINARY_DIR}/sim/cli/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# Charts have text in this font; the others are loaded where a description of a machine, or a card, asks for them.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS fonts-dejavu-core)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libxml2, libhwloc15, ocl-icd-libopencl1, libgsl-dev, libyaml-dev, libjansson-dev")
include(CPack)
