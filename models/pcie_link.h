// SPDX-License-Identifier: GPL-3.0-or-later
// The arithmetic of a PCI Express link, shared by the families that are PCIe over some medium:
// slot, OCuLink, CopprLink, M.2, and the link inside a USB4 box. Sources: PCI Express Base
// Specification revisions 5.0 and 6.x ("Base"), by section or table.
#ifndef LW_PCIE_LINK_H
#define LW_PCIE_LINK_H

#include "models/family.h"

enum { LW_PCIE_GEN_MAX = 7 };

typedef enum lw_pcie_address { LW_PCIE_3DW, LW_PCIE_4DW } lw_pcie_address;
typedef enum lw_pcie_flit { LW_PCIE_FLIT_AUTO, LW_PCIE_FLIT_OFF, LW_PCIE_FLIT_ON } lw_pcie_flit;
typedef enum lw_pcie_clocking { LW_PCIE_COMMON, LW_PCIE_SRNS, LW_PCIE_SRIS } lw_pcie_clocking;
typedef enum lw_pcie_dllp {
    LW_PCIE_DLLP_SHARE,  // Ack and UpdateFC are a share of the opposite direction while packets arrive
    LW_PCIE_DLLP_TIMER,  // the same packet by packet
    // a fixed share of the same direction, limit counted in symbol times of the whole link
    LW_PCIE_DLLP_SYMBOL_TIME,
    // the same with the limit counted in bytes, as pcie-bench/pcie-model published it
    LW_PCIE_DLLP_BYTE,
    LW_PCIE_DLLP_NONE
} lw_pcie_dllp;
typedef enum lw_pcie_replay { LW_PCIE_REPLAY_STANDARD, LW_PCIE_REPLAY_SELECTIVE } lw_pcie_replay;

typedef struct lw_pcie_params {
    int64_t gen, lanes;
    int64_t mps_bytes, mrrs_bytes, rcb_bytes;
    int64_t completion_bytes;  // LW_AUTO: mps_bytes
    int64_t tags;              // LW_AUTO: by generation
    int address;               // lw_pcie_address
    bool ecrc;
    int flit_mode;      // lw_pcie_flit
    int64_t ohc_words;  // with flits
    int clocking;       // lw_pcie_clocking
    int dllp;           // lw_pcie_dllp
    // Credits that the receiver advertises; LW_AUTO: infinite.
    int64_t posted_header_credits, posted_data_credits, nonposted_header_credits;
    int64_t completion_header_credits, completion_data_credits;
    int64_t credit_return_ps;  // LW_AUTO: one update interval and the return path
    double bit_error_rate;     // without flits
    double flit_error_rate;    // with flits, after FEC
    int replay;                // lw_pcie_replay, with flits
    int64_t fec_ps;            // with flits
    int64_t retimers, retimer_ps;
    int64_t tx_port_ps, rx_port_ps;
    double cable_m, cable_ps_per_m;
    double cable_dB_per_m, fixed_dB, budget_dB;  // NaN: by generation
    double efficiency;
    // where an end has fewer than the connector: those of the connector; 0: as many as lanes
    int64_t connector_lanes;
} lw_pcie_params;

extern const lw_option lw_pcie_options[];
// in the order of the enums, NULL-terminated
extern const char *const lw_pcie_clocking_words[], *const lw_pcie_replay_words[];

// What a family adds to the link: names, limits and its usual cable.
typedef struct lw_pcie_medium {
    const char *family;      // "oculink", for findings
    const char *label;       // before generation and lanes: "OCuLink PCIe"
    double cable_m;          // where `cable` is auto
    const int *lanes_usual;  // 0-terminated; other widths are refused; NULL: all that PCIe knows
    const char *lanes_hint;
    int gen_min, gen_max;  // generations that the medium's standard names; a warning beyond
    const char *gen_hint;  // what to do about them
    double cable_max_m;    // longest that the medium's standard names; 0: none
    const char *cable_hint;
    double fixed_dB;  // what all but the cable loses at 16 GHz, pad to pad: a sum of LW_LOSS_..
} lw_pcie_medium;

// Parts of the 36 dB at 32 GT/s as Astera Labs splits them, at 16 GHz: package 9, board 16,
// connector 1.5, add-in card 9.5 dB. Of the board a cable's host is taken to have half: its socket
// lies nearer to the processor than the farthest slot.
#define LW_LOSS_PACKAGE 9.0
#define LW_LOSS_HOST_BOARD 8.0
#define LW_LOSS_CONNECTOR 1.5
#define LW_LOSS_CARD 9.5

// The functions of a family over a medium, with lw_pcie_options as its table.
lw_status lw_pcie_check(const lw_pcie_params *params, const lw_pcie_medium *medium, const lw_option_set *set, lw_place at,
                        lw_diags *diags);
void lw_pcie_resolve(const lw_pcie_params *params, const lw_pcie_medium *medium, lw_link_model *link);
// Defines lw_family_WORD, which is that and the file's own `medium` and `page`.
#define LW_PCIE_FAMILY(word, its_joins, its_hue, its_example, its_summary)                               \
    static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) { \
        return lw_pcie_check(params, &medium, set, at, diags);                                           \
    }                                                                                                    \
    static void resolve(const void *params, lw_link_model *link) {                                       \
        lw_pcie_resolve(params, &medium, link);                                                          \
    }                                                                                                    \
    const lw_family lw_family_##word = {                                                                 \
        .type =                                                                                          \
            {                                                                                            \
                .name = #word,                                                                           \
                .summary = (its_summary),                                                                \
                .page = page,                                                                            \
                .example = (its_example),                                                                \
                .options = lw_pcie_options,                                                              \
                .params_size = sizeof(lw_pcie_params),                                                   \
                .check = check,                                                                          \
            },                                                                                           \
        .hue = (its_hue),                                                                                \
        .joins = &(its_joins),                                                                           \
        .resolve = resolve,                                                                              \
        .multipath = LW_MULTIPATH_FIXED,                                                                 \
        .train_down = lw_pcie_train_down,                                                                \
    }
// A link trains down to what its ends have, in the connector that it was given. As
// lw_family.train_down.
void lw_pcie_train_down(void *params, const lw_port_bound *port, lw_lowered *lowered, void *user);
// One segment only, cleared first, for links with a PCIe link inside.
void lw_pcie_segment(const lw_pcie_params *params, const lw_pcie_medium *medium, lw_segment *segment);

// Raw rate of one direction before the line code, bytes per second: transfer rate x lanes / 8 (Base
// ch. 4 and 8).
int64_t lw_pcie_raw_Bps(int64_t gen, int64_t lanes);
// Latest Ack, and recommended UpdateFC, in symbol times of a link of that width (Base 5.0 tables
// 2-46..2-48 and 3-7..3-9, generated by their formula): floor((mps + 28) x AckFactor / lanes +
// internal delay).
int64_t lw_pcie_ack_limit_symbols(int64_t gen, int64_t lanes, int64_t mps_bytes);
// Symbol times, each the time of a byte on one lane (Base ch. 4: 4, 2, 1 ns at 2.5, 5, 8 GT/s),
// rounded down to 1 ps.
int64_t lw_pcie_symbols_ps(int64_t gen, int64_t symbols);
// In one direction, between the pins of both ports.
int64_t lw_pcie_retimers_ps(const lw_pcie_params *params);
int64_t lw_pcie_propagation_ps(const lw_pcie_params *params, const lw_pcie_medium *medium);
int64_t lw_pcie_tags(const lw_pcie_params *params);

#endif
