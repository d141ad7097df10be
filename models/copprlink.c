// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pcie_link.h"

static const int lanes_usual[] = {4, 8, 16, 0};
static const lw_pcie_medium medium = {
    .family = "copprlink",
    .label = "CopprLink PCIe",
    .cable_m = 1.0,
    .lanes_usual = lanes_usual,
    .lanes_hint = "CopprLink cables have 4, 8 or 16 lanes",
    .gen_min = 5,
    .gen_max = 6,
    .gen_hint = "CopprLink is specified at 32 and 64 GT/s, generations 5 and 6",
    .cable_max_m = 2.0,
    .cable_hint = "1 m inside a case (SFF-TA-1016), 2 m outside (SFF-TA-1032)",
    // Sockets sit beside the chips, else the 2 m of the standard would not fit its 32 dB at 64
    // GT/s.
    .fixed_dB = LW_LOSS_PACKAGE + 2 * LW_LOSS_CONNECTOR + LW_LOSS_CARD,
};

static const char page[] = "CopprLink is PCI-SIG's cable for PCI Express at 32 and 64 GT/s (2024), the successor of OCuLink.\n"
                           "Inside a case it uses the SFF-TA-1016 connector, known as MCIO, up to 1 m; outside SFF-TA-1032, up\n"
                           "to 2 m. Both come with 4, 8 or 16 lanes.\n"
                           "\n"
                           "As with OCuLink the protocol is plain PCI Express. Eight lanes of generation 5 are 31.5 GB/s after\n"
                           "the line code, as much as sixteen lanes of generation 4. At generation 6 packets ride in flits and\n"
                           "236 of 256 bytes are theirs.\n"
                           "\n"
                           "At these rates the loss budget is short: 36 dB at 32 GT/s, and only 32 dB at 64 GT/s although the\n"
                           "frequency is the same, 16 GHz, because four signal levels leave less margin. A longer route needs a\n"
                           "retimer, which the standard allows 64 ns a direction while products promise less than 10 ns; the\n"
                           "cable itself takes 4.6 ns a metre.";

LW_PCIE_FAMILY(copprlink, lw_joins_pcie, LW_HUE_BROWN, "{preset: copprlink-5-x8}",
               "PCI Express 5.0 and 6.0 over CopprLink cables, inside and outside a case, 4 to 16 lanes");
