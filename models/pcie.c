// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pcie_link.h"

static const lw_pcie_medium medium = {
    .family = "pcie",
    .label = "PCIe",
    .gen_min = 1,
    .gen_max = LW_PCIE_GEN_MAX,
    // a riser: slot and socket
    .fixed_dB = LW_LOSS_PACKAGE + LW_LOSS_HOST_BOARD + 2 * LW_LOSS_CONNECTOR + LW_LOSS_CARD,
};

static const char page[] =
    "PCI Express is a bundle of lanes, each a pair of wires for each direction, that carries packets\n"
    "between a root complex and its devices. One lane signals at 2.5, 5, 8, 16, 32, 64 or 128 GT/s\n"
    "(generation 1 to 7); a link has 1 to 32 lanes. Both directions run at full rate at once.\n"
    "\n"
    "GT/s count bits on the wire, and some are not data. Up to generation 2 ten bits carry eight\n"
    "(8b/10b), from 3 to 5 130 carry 128, from 6 all of them count. So generation 4 with 16 lanes is 256\n"
    "GT/s in sum, 31.5 GB/s after the line code, 28.7 GB/s of payload in packets of 256 B: each brings a\n"
    "header of 12 or 16 B and 8 B of framing. Bigger packets (mps) help writes and completions; a bigger\n"
    "read request (mrrs) only saves requests. One port on the path that is fixed at 128 B lowers all to\n"
    "128 B.\n"
    "\n"
    "From generation 6 packets ride in flits of 256 B, of which 236 are packets and the rest\n"
    "acknowledges, checks and corrects. A generation 6 link of 16 lanes is 128 GB/s raw and 118 GB/s of\n"
    "packets in each direction. It is neither 128 GB/s per lane nor 121 GB/s: 242 of 256 would count the\n"
    "link's own bytes as useful. Once negotiated, flits stay when the link falls to a lower rate.\n"
    "\n"
    "Generation 5 was finished in 2019, generation 6 in January 2022; its first hardware, switches and\n"
    "network cards, came in August 2025. The first GPUs on it are modules for data centres, B300 and\n"
    "GB300, since late 2025 (Inside NVIDIA Blackwell Ultra, NVIDIA technical blog, August 2025); by the\n"
    "middle of 2026 no card for a slot has it. Generation 7 was finished in June 2025, 8 is a draft for\n"
    "2028.\n"
    "\n"
    "Without flits Ack and UpdateFC packets take their share of the other direction: 8 B each, at the\n"
    "latest after a limit that the standard gives in symbol times of the link. A symbol time carries a\n"
    "byte on every lane; to count it as one byte of the whole link, as a published model does, makes wide\n"
    "links look 10 % too slow (dllp: byte).\n"
    "\n"
    "A write is posted: nothing comes back. A read sends requests and waits, and only as many may be\n"
    "outstanding as there are tags, so its rate is at most tags x mrrs / round trip. Over a long path\n"
    "this window, not the wire, is often the limit.";

LW_PCIE_FAMILY(pcie, lw_joins_slot, LW_HUE_BLUE, "{preset: pcie-4-x16}",
               "PCI Express 1 to 7 in a slot or on a board, 1 to 32 lanes");
