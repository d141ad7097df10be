// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pcie_link.h"

static const int lanes_usual[] = {1, 2, 4, 0};
static const lw_pcie_medium medium = {
    .family = "m2",
    .label = "M.2 PCIe",
    .lanes_usual = lanes_usual,
    .lanes_hint = "an M.2 slot has at most 4 lanes",
    .gen_min = 1,
    .gen_max = 5,
    .gen_hint = "M.2 slots are built up to generation 5",
    // the slot's and the card's
    .fixed_dB = LW_LOSS_PACKAGE + LW_LOSS_HOST_BOARD + 2 * LW_LOSS_CONNECTOR + LW_LOSS_CARD,
};

static const char page[] = "An M.2 slot is a PCI Express slot with up to four lanes in another shape, so an adapter can lead\n"
                           "them to a graphics card, to an OCuLink socket or to a riser. Nothing is translated on the route:\n"
                           "electrically it is plain PCI Express.\n"
                           "\n"
                           "No measurement of a card straight in an M.2 slot was found. The presets take the residual of the\n"
                           "OCuLink adapters that sit in such a slot (0.943, see lanewise explain oculink), so that the two do\n"
                           "not differ where nothing is known. It is a residual of adapters with cables and graphics cards: a\n"
                           "drive plugged straight into the slot is a device on a board, take pcie-4-x4 for it. Drives of\n"
                           "generation 4 are sold at 7.0 to 7.45 GB/s, past the 6.77 that 0.943 leaves.\n"
                           "\n"
                           "Look at where the slot is wired. A slot at the processor has its four lanes for itself. A slot at\n"
                           "the chipset shares the chipset's own link with disks, network and USB: model that link too, with a\n"
                           "switch node, or the answer is too good.\n"
                           "\n"
                           "Adapters have no equaliser. A short ribbon works at generation 4, a long one often only at 3: set\n"
                           "gen to what the link really trains at, and cable with cable_loss to be warned.";

LW_PCIE_FAMILY(m2, lw_joins_pcie, LW_HUE_TEAL, "{preset: m2-gen4-x4}",
               "PCI Express from an M.2 slot through an adapter, up to 4 lanes");
