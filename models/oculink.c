// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pcie_link.h"

static const int lanes_usual[] = {4, 8, 0};
static const lw_pcie_medium medium = {
    .family = "oculink",
    .label = "OCuLink PCIe",
    .cable_m = 0.5,
    .lanes_usual = lanes_usual,
    .lanes_hint = "OCuLink connectors have 4 or 8 lanes",
    .gen_min = 1,
    .gen_max = 4,
    .gen_hint = "OCuLink-1 is PCIe 3.0, OCuLink-2 is PCIe 4.0; for cabled PCIe 5.0 see copprlink",
    // Both plugs of the cable and the dock's slot.
    .fixed_dB = LW_LOSS_PACKAGE + LW_LOSS_HOST_BOARD + 3 * LW_LOSS_CONNECTOR + LW_LOSS_CARD,
};

static const char page[] =
    "OCuLink is PCI Express in a cable: the same lanes, the same packets, nothing translated. The plug is\n"
    "SFF-8611, the socket SFF-8612; PCI-SIG finished the specification 1.0 in October 2015.\n"
    "\n"
    "OCuLink-1 carries PCIe 3.0, OCuLink-2 carries PCIe 4.0: 3.94 and 7.88 GB/s with four lanes after the\n"
    "line code. It is not PCIe 5.0. Docks are sold as such, yet no text of PCI-SIG supports it; cabled\n"
    "PCIe 5.0 and 6.0 is CopprLink.\n"
    "\n"
    "What a graphics card loses on OCuLink is lanes: four where the slot has sixteen. Four lanes of\n"
    "generation 4 give about a quarter of the slot's rate, and the fixed cost of a small copy stays the\n"
    "same. The cable itself hardly delays: 0.5 m is 2.3 ns.\n"
    "\n"
    "Measured copies over OCuLink are still 6 % below what such a link could carry: one laptop, an\n"
    "adapter in its M.2 slot, two cards at two generations (0.943), and a desktop with another card\n"
    "agrees. The protocol does not explain it, nor would packets of 128 B: those could not reach what was\n"
    "measured. So the presets of OCuLink, and by assumption those of M.2, carry 0.943 as efficiency,\n"
    "while a slot without a measurement carries 1. The 6 % between pcie-4-x4 and oculink-2-x4 are this\n"
    "gap of knowledge, not a gain of a slot: cards of two makers in slots reach 0.91 to 1 of theirs.\n"
    "\n"
    "Its length matters for the signal. The receivers tolerate a loss that the generation sets, and the\n"
    "cable takes its part of it with every metre (cable_loss, loss_budget). Beyond the budget expect\n"
    "errors and a link that trains at a lower generation. Vendors also note that OCuLink is not made to\n"
    "be plugged while the machine runs.";

LW_PCIE_FAMILY(oculink, lw_joins_pcie, LW_HUE_VERMILLION, "{preset: oculink-2-x4}",
               "PCI Express over an OCuLink cable (SFF-8611 and SFF-8612), 4 or 8 lanes");
