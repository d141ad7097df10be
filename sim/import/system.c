// SPDX-License-Identifier: GPL-3.0-or-later
// Hardware as a system: nodes and links of presets, and in comments what the file says of each.
#include <stdlib.h>

#include "sim/base/quantity.h"
#include "sim/import/hardware.h"

enum { HOSTS_MAX = 16 };

typedef struct writing {
    const lw_import *file;
    const lw_import_on *on;
    lw_presets *presets;
    const lw_part *part;
    size_t count;
    const char **preset;  // of each part; NULL: none
    int socket[HOSTS_MAX], hosts;
    const char *host;
    lw_width usual;  // of a card, for parts of which nobody says more
    lw_text *out;
} writing;

// Names come from drivers and files: a comment has to stay one line of plain text.
static void comment(lw_text *out, const char *text) {
    enum { LONGEST = 80 };
    for (size_t i = 0; text[i] != '\0' && i < LONGEST; i++) {
        lw_text_add_n(out, text[i] >= ' ' && text[i] <= '~' ? &text[i] : "?", 1);
    }
}

static const char *node_name(const writing *w, size_t part) {
    static const char *const words[] = {"bridge", "switch", "gpu", "nic"};
    return lw_arena_print(w->file->arena, "%s%d", words[w->part[part].kind], w->part[part].number);
}

// ---- Hosts ----

static lw_status find_hosts(writing *w) {
    const lw_hardware *hardware = w->file->hardware;
    for (size_t i = 0; i < w->count && !hardware->one_processor; i++) {
        const int socket = w->part[i].gone ? -1 : w->part[i].socket;
        int at = 0;
        while (at < w->hosts && w->socket[at] < socket) {
            at++;
        }
        if (socket < 0 || (at < w->hosts && w->socket[at] == socket)) {
            continue;
        }
        if (w->hosts == HOSTS_MAX) {
            return lw_error(w->file->diags, w->part[i].place, NULL, "more than %d memory nodes have devices", HOSTS_MAX);
        }
        memmove(&w->socket[at + 1], &w->socket[at], (size_t)(w->hosts - at) * sizeof w->socket[0]);
        w->socket[at] = socket;
        w->hosts++;
    }
    while (w->hosts < HOSTS_MAX && (w->hosts == 0 || w->hosts < hardware->sockets)) {
        w->socket[w->hosts] = w->hosts > 0 ? w->socket[w->hosts - 1] + 1 : 0;
        w->hosts++;
    }
    return LW_OK;
}

static const char *host_name(const writing *w, int socket) {
    int at = 0;
    while (at + 1 < w->hosts && w->socket[at] != socket) {
        at++;
    }
    at = w->socket[at] == socket ? at : 0;
    return w->hosts == 1 ? "host" : lw_arena_print(w->file->arena, "host%d", at);
}

// The links between the processors of a computer, as the systems in configs/systems have them.
static const char *socket_link(const char *host) {
    static const char *const links[][2] = {{"xeon-e5", "socket-qpi"},          {"server-skl", "socket-upi-10"},
                                           {"server-spr", "socket-upi-16"},    {"server-epyc", "socket-epyc-18"},
                                           {"server-genoa", "socket-epyc-32"}, {"power9", "socket-x-bus"}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        if (strcmp(links[i][0], host) == 0) {
            return links[i][1];
        }
    }
    return "socket-upi-16";
}

static lw_status write_hosts(writing *w) {
    const bool told = w->on->host != NULL || w->file->hardware->host != NULL;
    w->host = w->on->host != NULL               ? w->on->host
              : w->file->hardware->host != NULL ? w->file->hardware->host
              : w->hosts > 1                    ? "server-spr"
                                                : "desktop-ddr5";
    for (int i = 0; i < w->hosts; i++) {
        const char *name = host_name(w, w->socket[i]);
        LW_TRY(name == NULL ? LW_NO_MEMORY : LW_OK);
        lw_text_print(w->out, "  %s: {preset: %s}%s\n", name, w->host, told ? "" : "   # assumed: the processor is not told");
    }
    return LW_OK;
}

// ---- Nodes ----

static int64_t native(const writing *w, size_t part, const char *key) {
    const lw_preset *preset = NULL;
    const lw_status status =
        w->preset[part] != NULL ? lw_presets_read(w->presets, LW_SHELF_DEVICES, w->preset[part], &preset) : LW_BAD_INPUT;
    return status == LW_OK && preset != NULL ? lw_import_preset_number(preset, key) : 0;
}

// The link of a part as it will run; of what nobody tells, what the part can.
static lw_width link_of(const writing *w, size_t part) {
    lw_width link = w->part[part].link;
    link.gen = link.gen != 0 ? link.gen : native(w, part, "native_gen");
    link.lanes = link.lanes != 0 ? link.lanes : native(w, part, "native_lanes");
    return (lw_width){link.gen != 0 ? link.gen : w->usual.gen, link.lanes != 0 ? link.lanes : w->usual.lanes};
}

static lw_status find_presets(writing *w) {
    static const char *const kinds[] = {"", "switch", "gpu", "nic"};
    for (size_t i = 0; i < w->count; i++) {
        const lw_part *part = &w->part[i];
        if (part->gone) {
            continue;
        }
        LW_TRY(lw_import_device(part->name, part->id, kinds[part->kind], w->presets, &w->preset[i]));
        if (w->preset[i] == NULL && part->kind == LW_PART_CARD) {
            w->preset[i] = w->on->card;
        }
        const lw_width link = part->kind == LW_PART_CARD ? link_of(w, i) : (lw_width){0};
        w->usual = w->usual.gen == 0 && link.lanes != 0 ? link : w->usual;
        if (part->kind == LW_PART_CARD && w->on->link == NULL && (link.gen == 0 || link.lanes == 0)) {
            return lw_error(w->file->diags, part->place, "name the card by --on, as in --on rtx-4090",
                            "nothing says what card this is, or which link it is on");
        }
    }
    return LW_OK;
}

static lw_status write_nodes(writing *w) {
    static const char *const kinds[] = {"", "switch", "gpu", "nic"};
    LW_TRY(write_hosts(w));
    for (size_t i = 0; i < w->count; i++) {
        const lw_part *part = &w->part[i];
        if (part->gone) {
            continue;
        }
        const char *name = node_name(w, i);
        LW_TRY(name == NULL ? LW_NO_MEMORY : LW_OK);
        if (w->preset[i] != NULL) {
            lw_text_print(w->out, "  %s: {preset: %s}", name, w->preset[i]);
        } else if (part->kind == LW_PART_CARD && link_of(w, i).gen != 0) {
            const lw_width link = part->most.gen != 0 && part->most.lanes != 0 ? part->most : link_of(w, i);
            lw_text_print(w->out, "  %s: {kind: gpu, native_gen: %lld, native_lanes: %lld}", name, (long long)link.gen,
                          (long long)link.lanes);
        } else {
            lw_text_print(w->out, "  %s: {kind: %s}", name, kinds[part->kind]);
        }
        lw_text_add(w->out, "   # ");
        comment(w->out, part->address != NULL ? part->address : "");
        lw_text_add(w->out, part->address != NULL && (part->name != NULL || part->id != NULL) ? " " : "");
        const char *said = part->name != NULL ? part->name : part->id != NULL ? part->id : "";
        comment(w->out, said);
        if (w->preset[i] == NULL) {
            const bool any = part->address != NULL || *said != '\0';
            lw_text_print(w->out, "%sno preset: it costs no time of its own", any ? "; " : "");
        }
        lw_text_add(w->out, "\n");
    }
    return LW_OK;
}

// ---- Links ----

// "preset: pcie-4-x16", with the lanes where no preset has that many.
static lw_status write_plain(const writing *w, lw_width link) {
    enum { WIDEST = 16 };
    const char *preset = NULL;
    LW_TRY(lw_import_plain_link(w->presets, link.gen, link.lanes, &preset));
    if (preset != NULL) {
        lw_text_print(w->out, "preset: %s}", preset);
        return LW_OK;
    }
    LW_TRY(lw_import_plain_link(w->presets, link.gen, WIDEST, &preset));
    lw_text_print(w->out, "preset: %s, lanes: %lld}", preset != NULL ? preset : "", (long long)link.lanes);
    return LW_OK;
}

static lw_status write_slot(const writing *w, size_t i) {
    const lw_part *part = &w->part[i];
    size_t up = part->parent;
    while (up != LW_NO_PART && w->part[up].gone) {
        up = w->part[up].parent;
    }
    const char *name = node_name(w, i), *end = up != LW_NO_PART ? node_name(w, up) : host_name(w, part->socket);
    if (name == NULL || end == NULL) {
        return LW_NO_MEMORY;
    }
    lw_text_print(w->out, "  %s_%s: {between: [%s, %s], ", part->kind == LW_PART_SWITCH ? "uplink" : "slot", name, end, name);
    const lw_width link = link_of(w, i);
    const char *preset = part->kind == LW_PART_CARD && w->on->link != NULL ? w->on->link : part->tunnel;
    if (preset != NULL) {
        lw_text_print(w->out, "preset: %s}", preset);
        lw_text_add(w->out, preset == part->tunnel ? "   # by the name of its bridge; what the ports of a tunnel print is no rate"
                                                   : "   # as --on says");
    } else {
        LW_TRY(write_plain(w, link));
        const bool assumed = part->link.gen == 0 || part->link.lanes == 0;
        if (part->told != NULL || assumed) {
            lw_text_print(w->out, "   # %s", part->told != NULL ? part->told : "assumed: the file does not say the link");
        }
    }
    lw_text_add(w->out, "\n");
    return LW_OK;
}

static lw_status write_sockets(const writing *w) {
    for (int a = 0; a < w->hosts; a++) {
        for (int b = a + 1; b < w->hosts; b++) {
            lw_text_print(w->out, "  sockets%d_%d: {between: [host%d, host%d], preset: %s}%s\n", a, b, a, b, socket_link(w->host),
                          w->hosts > 2 ? "   # memory nodes may be parts of one processor" : "   # as of such processors");
        }
    }
    return LW_OK;
}

// ---- Fabrics of cards ----

// The preset of the fabric's links at a card: named after the card, where there is one with so many
// links between two cards rather than to a switch; else that of its generation, which a compute
// capability tells (NVIDIA/nccl 5067397, src/graph/topo.h).
static lw_status fabric_link(const writing *w, const lw_bond *bond, const char **preset, int64_t *gen) {
    const lw_catalog *catalog = lw_presets_catalog(w->presets);
    const char *card = w->preset[bond->a];
    const int64_t capability = native(w, bond->a, "compute_capability");
    const lw_preset *read = NULL;
    *preset = NULL;
    *gen = capability >= 100 ? 5 : capability >= 90 ? 4 : capability >= 80 ? 3 : capability >= 70 ? 2 : 1;
    for (size_t length = card != NULL ? strlen(card) : 0; length > 0 && *preset == NULL; length--) {
        for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LINKS); i++) {
            static const char first[] = "nvlink-";
            const char *name = lw_catalog_names(catalog, LW_SHELF_LINKS)[i], *rest = name + strlen(first) + length;
            if ((card[length] != '\0' && card[length] != '-') || strncmp(name, first, strlen(first)) != 0 ||
                strncmp(name + strlen(first), card, length) != 0) {
                continue;
            }
            const bool between = strncmp(rest, "-pair", 5) == 0 || strncmp(rest, "-bridge", 7) == 0;
            LW_TRY(lw_presets_read(w->presets, LW_SHELF_LINKS, name, &read));
            const bool fits = between && bond->b != LW_NO_PART && lw_import_preset_number(read, "links") == bond->links;
            *preset = fits || (*rest == '\0' && *preset == NULL) ? name : *preset;
        }
    }
    if (*preset == NULL && capability > 0) {
        *preset = lw_arena_print(w->file->arena, "nvlink-%d", (int)*gen);
        return *preset == NULL ? LW_NO_MEMORY : LW_OK;
    }
    return LW_OK;
}

static lw_status write_bonds(const writing *w, bool nodes) {
    const lw_bond *bond = LW_LIST_ITEMS(&w->file->hardware->bond, const lw_bond);
    bool drawn = false;
    for (size_t i = 0; i < w->file->hardware->bond.count; i++) {
        const char *preset = NULL, *a = node_name(w, bond[i].a),
                   *b = bond[i].b != LW_NO_PART ? node_name(w, bond[i].b) : "nvswitch";
        const lw_preset *read = NULL;
        int64_t gen = 0;
        LW_TRY(a == NULL || b == NULL ? LW_NO_MEMORY : fabric_link(w, &bond[i], &preset, &gen));
        if (preset == NULL) {
            if (nodes) {
                lw_warn(w->file->diags, w->part[bond[i].a].place, "name the card by --on",
                        "NVLink is left out: nothing says of which generation it is");
            }
            continue;
        }
        if (nodes) {
            if (bond[i].b == LW_NO_PART && !drawn) {
                lw_text_print(w->out, "  nvswitch: {preset: nvswitch-%lld}   # all chips as one\n",
                              (long long)(gen > 2 ? gen - 1 : 1));
                drawn = true;
            }
            continue;
        }
        LW_TRY(lw_presets_read(w->presets, LW_SHELF_LINKS, preset, &read));
        lw_text_print(w->out, "  nvlink_%s_%s: {between: [%s, %s], preset: %s", a, b, a, b, preset);
        if (read == NULL || lw_import_preset_number(read, "links") != bond[i].links) {
            lw_text_print(w->out, ", links: %lld", (long long)bond[i].links);
        }
        lw_text_add(w->out, "}\n");
    }
    return LW_OK;
}

lw_status lw_system_write(const lw_import *file, const lw_import_on *on, lw_presets *presets, lw_text *out) {
    writing w = {.file = file, .on = on, .presets = presets, .out = out};
    if (on->system != NULL) {
        (void)lw_error(file->diags, (lw_place){0}, "name a host, a card or a link", "--on: the file is a system itself");
        return LW_BAD_USAGE;
    }
    LW_TRY(lw_hardware_settle(file));
    w.part = LW_LIST_ITEMS(&file->hardware->part, const lw_part);
    w.count = file->hardware->part.count;
    w.preset = LW_NEW_ARRAY(file->arena, const char *, w.count);
    LW_TRY(w.preset == NULL ? LW_NO_MEMORY : find_hosts(&w));
    LW_TRY(find_presets(&w));
    lw_text_print(out,
                  "# A machine as %s shows it, written by lanewise import.\nlanewise: 1\ntitle: \"Machine of %s\"\n\nnodes:\n",
                  file->tool, file->tool);
    LW_TRY(write_nodes(&w));
    LW_TRY(write_bonds(&w, true));
    lw_text_add(out, "\nlinks:\n");
    LW_TRY(write_sockets(&w));
    for (size_t i = 0; i < w.count; i++) {
        LW_TRY(w.part[i].gone ? LW_OK : write_slot(&w, i));
    }
    LW_TRY(write_bonds(&w, false));
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
