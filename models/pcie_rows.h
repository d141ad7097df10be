// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of option tables that the families with a wire or packets of PCI Express have: PCIe itself,
// CXL and the link inside a USB4 box. Figures: PCI Express Base Specification 5.0 and 6.x.
#ifndef LW_PCIE_ROWS_H
#define LW_PCIE_ROWS_H

#include "models/link_rows.h"
#include "models/pcie_link.h"

// ---- The wire ----

#define LW_PCIE_ROW_CLOCKING(place)                                                                               \
    LW_ROW_WORD("clocking", place, "common", lw_pcie_clocking_words,                                              \
                "Reference clocks: common, separate (srns), or separate and spread (sris), which needs SKP sets " \
                "ten times as often.",                                                                            \
                "PCIe Base 6.x 4.2.8.4 and table 4-30; cards in slots share the slot's clock (CEM specification)")
#define LW_PCIE_ROW_FEC(place, says) \
    LW_ROW_TIME("fec_latency", place, "2 ns", 1e6, says, "2 to 3 ns is widely repeated, the standard gives no figure", LW_ASSUMED)
#define LW_PCIE_ROW_RETIMERS(place) \
    LW_ROW_COUNT("retimers", place, "0", 0, 2, "Retimers on the link.", "PCIe Base 4.3: at most two on a link")
#define LW_PCIE_ROW_RETIMER_LATENCY(place, automatic, advertised)                                    \
    LW_ROW_TIME("retimer_latency", place, "auto", 1e6,                                               \
                "One retimer, one direction; auto: the most that the standard allows" automatic ".", \
                "PCIe Base 6.x table 4-76; products advertise below " advertised, LW_SPECIFIED)
#define LW_PCIE_ROW_FLIT_ERRORS(place, says) \
    LW_ROW_SHARE("flit_error_rate", place, "0", 0.5, says, "PCIe Base 6.x 4.2.3.1.1 sets the target; the default is none")
#define LW_PCIE_ROW_REPLAY(place, says, more) \
    LW_ROW_WORD("replay", place, "standard", lw_pcie_replay_words, says, "PCIe Base 6.x 4.2.3.4.2.1" more)
// A port's half of a crossing of a switch.
#define LW_PCIE_ROW_PORT(word, place, says)        \
    LW_ROW_TIME(word, place, "52.5 ns", 1e9, says, \
                "half of the 105 ns from port to port of a PEX88000 switch (Linley Group, September 2019)", LW_ASSUMED)

// ---- Packets ----

#define LW_PCIE_ROW_MRRS(place, list, says) \
    LW_ROW_SIZE("mrrs", place, "512 B", list, says, "PCIe Base 7.5.3.4: 512 B is the value after reset")
#define LW_PCIE_ROW_COMPLETION(place, most, says)                                                                                \
    {                                                                                                                            \
        .key = "completion_bytes", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = (place), .fallback = "auto", \
        .minimum = 64, .maximum = (most), .help = (says), .source = "PCIe Base 2.3.1.1 allows any multiple of the RCB up to MPS" \
    }
#define LW_PCIE_ROW_TAGS(place, most)                                                                         \
    LW_ROW_COUNT("tags", place, "auto", 1, most,                                                              \
                 "Read requests that may be outstanding; auto: 32 (gen 1-2), 256 (gen 3), 768 (from gen 4).", \
                 "PCIe Base 2.2.6.2: 5-, 8- and 10-bit tags; 768 of 1024 codes of a 10-bit tag are usable")
#define LW_PCIE_ROW_ADDRESS(place, list)                                                                                       \
    LW_ROW_WORD("address", place, "4dw", list, "Header of requests: 3dw for addresses below 4 GiB, 4dw for 64-bit addresses.", \
                "PCIe Base 2.2.4.1: a 64-bit address needs a header of 4 double words")
#define LW_PCIE_ROW_DLLP(place, otherwise, list, says) \
    LW_ROW_WORD("dllp", place, otherwise, list, says, "PCIe Base 5.0 tables 2-46..2-48 and 3-7..3-9")

#endif
