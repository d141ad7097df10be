// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/cxl_slots.h"

#include <assert.h>
#include <string.h>

enum { PARTS_MAX = 3, SLOTS_MAX = 15 };

// What a slot of each format carries. Tables end with a format that carries nothing.
typedef struct part {
    int count;  // 0 ends the list
    lw_cxl_message message;
} part;

typedef struct format {
    part part[PARTS_MAX];
} format;

// CXL 4.2.3: header slot (12 B for messages) and generic slots of 68 B flits, both directions.
static const format header_68[] = {
    {{{1, LW_CXL_H2D_REQ}, {1, LW_CXL_H2D_RSP}}},                        // H0 to the device
    {{{1, LW_CXL_H2D_DATA}, {2, LW_CXL_H2D_RSP}}},                       // H1
    {{{1, LW_CXL_H2D_REQ}, {1, LW_CXL_H2D_DATA}}},                       // H2
    {{{4, LW_CXL_H2D_DATA}}},                                            // H3
    {{{1, LW_CXL_M2S_RWD}}},                                             // H4
    {{{1, LW_CXL_M2S_REQ}}},                                             // H5
    {{{1, LW_CXL_D2H_DATA}, {2, LW_CXL_D2H_RSP}, {1, LW_CXL_S2M_NDR}}},  // H0 to the host
    {{{1, LW_CXL_D2H_REQ}, {1, LW_CXL_D2H_DATA}}},                       // H1
    {{{4, LW_CXL_D2H_DATA}, {1, LW_CXL_D2H_RSP}}},                       // H2
    {{{1, LW_CXL_S2M_DRS}, {1, LW_CXL_S2M_NDR}}},                        // H3
    {{{2, LW_CXL_S2M_NDR}}},                                             // H4
    {{{2, LW_CXL_S2M_DRS}}},                                             // H5
    {{{0}}},
};
static const format generic_68[] = {
    {{{4, LW_CXL_H2D_RSP}}},                                             // G1 to the device
    {{{1, LW_CXL_H2D_REQ}, {1, LW_CXL_H2D_DATA}, {1, LW_CXL_H2D_RSP}}},  // G2
    {{{4, LW_CXL_H2D_DATA}, {1, LW_CXL_H2D_RSP}}},                       // G3
    {{{1, LW_CXL_M2S_REQ}, {1, LW_CXL_H2D_DATA}}},                       // G4
    {{{1, LW_CXL_M2S_RWD}, {1, LW_CXL_H2D_RSP}}},                        // G5
    {{{1, LW_CXL_D2H_REQ}, {2, LW_CXL_D2H_RSP}}},                        // G1 to the host
    {{{1, LW_CXL_D2H_REQ}, {1, LW_CXL_D2H_DATA}, {1, LW_CXL_D2H_RSP}}},  // G2
    {{{4, LW_CXL_D2H_DATA}}},                                            // G3
    {{{1, LW_CXL_S2M_DRS}, {2, LW_CXL_S2M_NDR}}},                        // G4
    {{{2, LW_CXL_S2M_NDR}}},                                             // G5
    {{{3, LW_CXL_S2M_DRS}}},                                             // G6
    {{{0}}},
};

// CXL 4.3, tables 4-14 to 4-16: 256 B flits with hierarchy-based routing. H is slot 0 with 14 B, HS
// slot 8 of latency-optimised flits with 12 B. Formats that fit only while the bytes left out
// happen to be zero (HS4, HS14) do not count.
static const format header_256[] = {
    {{{1, LW_CXL_H2D_REQ}}},                       // H0
    {{{2, LW_CXL_H2D_RSP}}},                       // H1
    {{{1, LW_CXL_D2H_REQ}, {1, LW_CXL_D2H_RSP}}},  // H2
    {{{4, LW_CXL_D2H_RSP}}},                       // H3
    {{{1, LW_CXL_M2S_REQ}}},                       // H4
    {{{2, LW_CXL_M2S_BIRSP}}},                     // H5
    {{{1, LW_CXL_S2M_BISNP}}},                     // H6
    {{{2, LW_CXL_S2M_NDR}}},                       // H7
    {{{3, LW_CXL_H2D_DATA}}},                      // H12
    {{{4, LW_CXL_D2H_DATA}}},                      // H13
    {{{1, LW_CXL_M2S_RWD}}},                       // H14
    {{{2, LW_CXL_S2M_DRS}}},                       // H15
    {{{0}}},
};
static const format subset_256[] = {
    {{{1, LW_CXL_D2H_REQ}}},   // HS2
    {{{3, LW_CXL_D2H_RSP}}},   // HS3
    {{{3, LW_CXL_D2H_DATA}}},  // HS13
    {{{0}}},
};
static const format generic_256[] = {
    {{{1, LW_CXL_H2D_REQ}, {1, LW_CXL_H2D_RSP}}},    // G0
    {{{3, LW_CXL_H2D_RSP}}},                         // G1
    {{{1, LW_CXL_D2H_REQ}, {2, LW_CXL_D2H_RSP}}},    // G2
    {{{4, LW_CXL_D2H_RSP}}},                         // G3
    {{{1, LW_CXL_M2S_REQ}}},                         // G4
    {{{3, LW_CXL_M2S_BIRSP}}},                       // G5
    {{{1, LW_CXL_S2M_BISNP}, {1, LW_CXL_S2M_NDR}}},  // G6
    {{{3, LW_CXL_S2M_NDR}}},                         // G7
    {{{4, LW_CXL_H2D_DATA}}},                        // G12
    {{{4, LW_CXL_D2H_DATA}}},                        // G13
    {{{1, LW_CXL_M2S_RWD}}},                         // G14
    {{{3, LW_CXL_S2M_DRS}}},                         // G15
    {{{0}}},
};

// The same tables for port-based routing. Header slots are inferred, not read: what both the
// generic slot with these ids and the header slot without them take; H4 and H14 fit only while the
// bytes left out are zero and do not count.
static const format header_pbr[] = {
    {{{1, LW_CXL_H2D_REQ}}},    // H0
    {{{2, LW_CXL_H2D_RSP}}},    // H1
    {{{1, LW_CXL_D2H_REQ}}},    // H2
    {{{3, LW_CXL_D2H_RSP}}},    // H3
    {{{2, LW_CXL_M2S_BIRSP}}},  // H5
    {{{1, LW_CXL_S2M_BISNP}}},  // H6
    {{{2, LW_CXL_S2M_NDR}}},    // H7
    {{{3, LW_CXL_H2D_DATA}}},   // H12
    {{{3, LW_CXL_D2H_DATA}}},   // H13
    {{{2, LW_CXL_S2M_DRS}}},    // H15
    {{{0}}},
};
static const format generic_pbr[] = {
    {{{1, LW_CXL_H2D_REQ}}},                       // G0
    {{{2, LW_CXL_H2D_RSP}}},                       // G1
    {{{1, LW_CXL_D2H_REQ}, {1, LW_CXL_D2H_RSP}}},  // G2
    {{{3, LW_CXL_D2H_RSP}}},                       // G3
    {{{1, LW_CXL_M2S_REQ}}},                       // G4
    {{{2, LW_CXL_M2S_BIRSP}}},                     // G5
    {{{1, LW_CXL_S2M_BISNP}}},                     // G6
    {{{2, LW_CXL_S2M_NDR}}},                       // G7
    {{{3, LW_CXL_H2D_DATA}}},                      // G12
    {{{3, LW_CXL_D2H_DATA}}},                      // G13
    {{{1, LW_CXL_M2S_RWD}}},                       // G14
    {{{2, LW_CXL_S2M_DRS}}},                       // G15
    {{{0}}},
};

// Messages of a class that one group of slots may carry; 0: none at all. A group is a 68 B flit
// (CXL 4.2.5) or the slots 0-3, 4-7, 8-11 or 12-14 of a 256 B flit (CXL table 4-18).
static const int limit_68[LW_CXL_MESSAGES] = {
    [LW_CXL_M2S_REQ] = 2, [LW_CXL_M2S_RWD] = 1, [LW_CXL_H2D_REQ] = 2, [LW_CXL_H2D_RSP] = 4, [LW_CXL_H2D_DATA] = 4,
    [LW_CXL_S2M_NDR] = 2, [LW_CXL_S2M_DRS] = 3, [LW_CXL_D2H_REQ] = 4, [LW_CXL_D2H_RSP] = 2, [LW_CXL_D2H_DATA] = 4,
};
static const int limit_256[LW_CXL_MESSAGES] = {
    [LW_CXL_M2S_REQ] = 4,   [LW_CXL_M2S_RWD] = 2,  [LW_CXL_M2S_BIRSP] = 3, [LW_CXL_H2D_REQ] = 2,
    [LW_CXL_H2D_RSP] = 6,   [LW_CXL_H2D_DATA] = 4, [LW_CXL_S2M_NDR] = 6,   [LW_CXL_S2M_DRS] = 3,
    [LW_CXL_S2M_BISNP] = 2, [LW_CXL_D2H_REQ] = 4,  [LW_CXL_D2H_RSP] = 4,   [LW_CXL_D2H_DATA] = 4,
};

enum {
    GROUP_SLOTS = 4,
    // CXL 4.3: a data header stands in a header slot only while no more data slots are owed
    HEADER_OWED_MAX = 16,
    SUBSET_SLOT = 8
};

static const struct layout {
    int64_t bytes;
    int slots;
    bool all_data;  // a flit may be all data, and is when that much is owed (CXL 4.2.2)
    const format *header, *subset, *generic;
    const int *limit;
} layouts[LW_CXL_FLITS] = {
    [LW_CXL_68B] = {68, 4, true, header_68, NULL, generic_68, limit_68},
    [LW_CXL_256B] = {256, SLOTS_MAX, false, header_256, NULL, generic_256, limit_256},
    [LW_CXL_256B_LOPT] = {256, SLOTS_MAX, false, header_256, subset_256, generic_256, limit_256},
    [LW_CXL_256B_PBR] = {256, SLOTS_MAX, false, header_pbr, NULL, generic_pbr, limit_256},
};

int64_t lw_cxl_flit_bytes(lw_cxl_flit flit) {
    return layouts[flit].bytes;
}

static bool has_line(lw_cxl_message message) {
    return message == LW_CXL_M2S_RWD || message == LW_CXL_H2D_DATA || message == LW_CXL_S2M_DRS || message == LW_CXL_D2H_DATA;
}

// A class may run this many rounds ahead of the slowest: enough to fill the largest format, little
// enough to keep to the mix.
enum { ROUNDS_AHEAD = 4 };

typedef struct sender {
    const struct layout *layout;
    int64_t mix[LW_CXL_MESSAGES];
    int64_t rounds;                  // that all classes have sent
    int64_t extra[LW_CXL_MESSAGES];  // sent beyond them
    int64_t owed;                    // data slots of headers already sent
    int in_group[LW_CXL_MESSAGES];
} sender;

// How many messages of a part the sender can put into a slot now.
static int64_t sendable(const sender *s, part p, bool generic) {
    bool enough = s->mix[p.message] == 0 || s->extra[p.message] >= ROUNDS_AHEAD * s->mix[p.message];
    if (enough || (has_line(p.message) && !generic && s->owed > HEADER_OWED_MAX)) {
        return 0;
    }
    int left = s->layout->limit[p.message] - s->in_group[p.message];
    return p.count < left ? p.count : left;
}

typedef struct choice {
    const format *format;
    bool fills;               // data follow for all generic slots that are left
    lw_cxl_message furthest;  // behind
    int64_t messages;
} choice;

static bool is_further_behind(const sender *s, lw_cxl_message a, lw_cxl_message b) {
    return s->extra[a] * s->mix[b] < s->extra[b] * s->mix[a];
}

static bool is_better(const sender *s, const choice *a, const choice *b) {
    if (b->format == NULL || a->fills != b->fills) {
        return b->format == NULL || a->fills;
    }
    if (is_further_behind(s, a->furthest, b->furthest) || is_further_behind(s, b->furthest, a->furthest)) {
        return is_further_behind(s, a->furthest, b->furthest);
    }
    return a->messages > b->messages;
}

// The best of the formats for a slot that `slots_after` generic slots follow; format NULL where
// nothing can be sent.
static choice choose(const sender *s, const format *formats, bool generic, int slots_after) {
    choice best = {NULL, false, LW_CXL_MESSAGES, 0};
    for (const format *f = formats; f->part[0].count > 0; f++) {
        choice this = {f, false, LW_CXL_MESSAGES, 0};
        int64_t data = 0;
        for (int i = 0; i < PARTS_MAX && f->part[i].count > 0; i++) {
            lw_cxl_message message = f->part[i].message;
            int64_t count = sendable(s, f->part[i], generic);
            data += has_line(message) ? count * LW_CXL_LINE_SLOTS : 0;
            this.messages += count;
            if (count > 0 && (this.furthest == LW_CXL_MESSAGES || is_further_behind(s, message, this.furthest))) {
                this.furthest = message;
            }
        }
        this.fills = !generic && s->owed + data >= slots_after;
        if (this.messages > 0 && is_better(s, &this, &best)) {
            best = this;
        }
    }
    return best;
}

static void send(sender *s, const format *f, bool generic) {
    for (int i = 0; f != NULL && i < PARTS_MAX && f->part[i].count > 0; i++) {
        lw_cxl_message message = f->part[i].message;
        int64_t count = sendable(s, f->part[i], generic);
        s->extra[message] += count;
        s->in_group[message] += (int)count;
        s->owed += has_line(message) ? count * LW_CXL_LINE_SLOTS : 0;
    }
}

static void settle_rounds(sender *s) {
    int64_t whole = INT64_MAX;
    for (int m = 0; m < LW_CXL_MESSAGES; m++) {
        int64_t rounds = s->mix[m] > 0 ? s->extra[m] / s->mix[m] : whole;
        whole = rounds < whole ? rounds : whole;
    }
    for (int m = 0; m < LW_CXL_MESSAGES; m++) {
        s->extra[m] -= whole * s->mix[m];
    }
    s->rounds += whole;
}

static void send_flit(sender *s) {
    const struct layout *layout = s->layout;
    if (layout->all_data && s->owed >= layout->slots) {
        s->owed -= layout->slots;
        return;
    }
    for (int slot = 0; slot < layout->slots; slot++) {
        if (slot % GROUP_SLOTS == 0) {
            memset(s->in_group, 0, sizeof s->in_group);
        }
        bool subset = layout->subset != NULL && slot == SUBSET_SLOT;
        bool generic = slot > 0 && !subset;
        if (generic && s->owed > 0) {
            s->owed--;
            continue;
        }
        const format *formats = subset ? layout->subset : generic ? layout->generic : layout->header;
        send(s, choose(s, formats, generic, layout->slots - 1 - slot).format, generic);
        settle_rounds(s);
    }
}

bool lw_cxl_pack(lw_cxl_flit flit, const int64_t mix[LW_CXL_MESSAGES], lw_fraction *flits) {
    sender now = {.layout = &layouts[flit]};
    int64_t divisor = 0;  // 2 : 2 is the mix 1 : 1, twice
    for (int m = 0; m < LW_CXL_MESSAGES; m++) {
        if (mix[m] < 0 || (mix[m] > 0 && now.layout->limit[m] == 0)) {
            return false;
        }
        divisor = (int64_t)lw_common_divisor(divisor, mix[m]);
    }
    *flits = (lw_fraction){0, 1};
    if (divisor == 0) {
        return true;
    }
    for (int m = 0; m < LW_CXL_MESSAGES; m++) {
        now.mix[m] = mix[m] / divisor;
    }
    // The state at the start of a flit soon repeats: what was sent between is the answer. Brent's
    // search for the period (BIT 20, 1980): compare with a saved state, which is renewed after 1,
    // 2, 4, ... flits.
    sender saved = now;
    int64_t sent = 0, power = 1;
    do {
        if (sent == power) {
            power *= 2;
            sent = 0;
            saved = now;
        }
        send_flit(&now);
        sent++;
    } while (now.owed != saved.owed || memcmp(now.extra, saved.extra, sizeof now.extra) != 0);
    assert(now.rounds > saved.rounds);  // the class furthest behind always gets a slot before long
    *flits = lw_fraction_of(sent * divisor, now.rounds - saved.rounds);
    return true;
}
