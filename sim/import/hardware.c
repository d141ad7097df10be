// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/hardware.h"

#include <ctype.h>
#include <math.h>

// A machine of today has some hundred functions; deeper trees of buses than this have no numbers.
enum { PARTS_MAX = 1024, DEPTH_MAX = 256 };

lw_hardware *lw_hardware_of(lw_import *file) {
    if (file->hardware == NULL) {
        file->hardware = LW_NEW(file->arena, lw_hardware);
    }
    return file->hardware;
}

lw_status lw_hardware_add(lw_import *file, const lw_part *part, size_t *out) {
    lw_list *list = &file->hardware->part;
    if (list->count == PARTS_MAX) {
        return lw_error(file->diags, part->place, NULL, "more than %d devices in one machine", PARTS_MAX);
    }
    lw_part *slot = LW_LIST_ADD(list, lw_part, file->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = *part;
    *out = list->count - 1;
    return LW_OK;
}

lw_status lw_hardware_bond(lw_import *file, size_t a, size_t b, int64_t links) {
    lw_bond *slot = LW_LIST_ADD(&file->hardware->bond, lw_bond, file->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (lw_bond){a, b, links};
    return LW_OK;
}

// PCI Express Base Specification, 8.1: a lane of generation 1, 2, ... in GT/s.
static const double lane_rates[] = {2.5, 5, 8, 16, 32, 64, 128};
enum { GENERATIONS = sizeof lane_rates / sizeof lane_rates[0] };

int64_t lw_generation_of(double gigatransfers) {
    for (int i = 0; i < GENERATIONS; i++) {
        if (gigatransfers >= lane_rates[i] && gigatransfers <= lane_rates[i]) {
            return i + 1;
        }
    }
    return 0;
}

lw_width lw_width_of(double GBps) {
    // PCI Express Base Specification: GB/s of a lane after its line code, as hwloc counts them
    static const double lane_GBps[] = {
        0.25, 0.5, 8 * 128.0 / 130 / 8, 16 * 128.0 / 130 / 8, 32 * 128.0 / 130 / 8, 64 * 242.0 / 256 / 8};
    enum { WIDEST = 16 };
    for (int64_t lanes = WIDEST; lanes >= 1; lanes /= 2) {
        for (size_t i = 0; i < sizeof lane_GBps / sizeof lane_GBps[0]; i++) {
            if (fabs(GBps / ((double)lanes * lane_GBps[i]) - 1) < 0.01) {
                return (lw_width){(int64_t)i + 1, lanes};
            }
        }
    }
    return (lw_width){0};
}

// A card or a network card; others are passed over.
static bool is_wanted(unsigned class, lw_part_kind *kind) {
    const unsigned base = class >> 8;
    const bool card = base == 0x03 || base == 0x12, nic = base == 0x02 && class != 0x0280;
    *kind = card ? LW_PART_CARD : LW_PART_NIC;
    return card || nic;
}

lw_status lw_hardware_function(lw_import *file, const lw_function *function, size_t *out) {
    enum { QUMRANET = 0x1af4, VMWARE = 0x15ad, MICROSOFT = 0x1414, AMAZON = 0x1d0f };
    const unsigned vendor = function->vendor;
    if (vendor == QUMRANET || vendor == VMWARE || vendor == MICROSOFT || vendor == AMAZON) {
        file->hardware->guest = function->place;
    }
    lw_part part = {.kind = LW_PART_BRIDGE,
                    .parent = function->parent,
                    .address = function->address,
                    .socket = function->socket,
                    .now = function->now,
                    .most = function->most,
                    .place = function->place};
    const char *dot = strrchr(function->address, '.');
    if (!function->bridge && (!is_wanted(function->class, &part.kind) || (dot != NULL && strcmp(dot, ".0") != 0))) {
        file->left_out++;
        return LW_OK;
    }
    const char *maker = function->vendor_name, *name = function->device_name;
    part.id = lw_arena_print(file->arena, "%04x:%04x", vendor, function->device);
    part.name =
        lw_arena_print(file->arena, "%s%s%s", maker != NULL ? maker : "", maker != NULL ? " " : "", name != NULL ? name : "");
    LW_TRY(part.id == NULL || part.name == NULL ? LW_NO_MEMORY : LW_OK);
    part.name = *part.name == '\0' ? part.id : part.name;
    if (!function->bridge && part.parent == LW_NO_PART && part.now.gen == 0 && part.most.gen == 0) {
        file->left_out++;  // inside the processor, or of a virtual machine
        return LW_OK;
    }
    return lw_hardware_add(file, &part, out);
}

// Linux, arch/x86/include/asm/intel-family.h; AMD, processor programming references.
const char *lw_host_of(const char *vendor, int family, int model) {
    static const struct {
        const char *vendor;
        int family, first, last;
        const char *preset;
    } hosts[] = {
        {"GenuineIntel", 6, 45, 45, "xeon-e5"},        {"GenuineIntel", 6, 62, 63, "xeon-e5"},
        {"GenuineIntel", 6, 79, 79, "xeon-e5"},        {"GenuineIntel", 6, 85, 85, "server-skl"},
        {"GenuineIntel", 6, 143, 143, "server-spr"},   {"GenuineIntel", 6, 207, 207, "server-spr"},
        {"GenuineIntel", 6, 151, 151, "desktop-ddr5"}, {"GenuineIntel", 6, 183, 183, "desktop-ddr5"},
        {"GenuineIntel", 6, 158, 158, "desktop-ddr4"}, {"GenuineIntel", 6, 165, 167, "desktop-ddr4"},
        {"AuthenticAMD", 23, 49, 49, "server-epyc"},   {"AuthenticAMD", 25, 0, 1, "server-epyc"},
        {"AuthenticAMD", 25, 17, 17, "server-genoa"},  {"AuthenticAMD", 25, 24, 24, "threadripper-wrx90"},
        {"AuthenticAMD", 25, 33, 33, "desktop-ddr4"},  {"AuthenticAMD", 25, 97, 97, "desktop-ddr5"},
    };
    for (size_t i = 0; vendor != NULL && i < sizeof hosts / sizeof hosts[0]; i++) {
        if (strcmp(hosts[i].vendor, vendor) == 0 && hosts[i].family == family && model >= hosts[i].first &&
            model <= hosts[i].last) {
            return hosts[i].preset;
        }
    }
    return NULL;
}

// ---- Settling ----

static bool is_leaf(const lw_part *part) {
    return part->kind == LW_PART_CARD || part->kind == LW_PART_NIC;
}

// The tree of buses begins with a root port; below it come, in turns, the upper port of a switch
// and its lower ports.
static lw_status find_switches(const lw_import *file, lw_part *part, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t depth = 0;
        for (size_t up = part[i].parent; up != LW_NO_PART; up = part[up].parent) {
            if (++depth > DEPTH_MAX) {
                return lw_error(file->diags, part[i].place, "is the file whole, and unchanged?", "the bridge is below itself");
            }
        }
        for (size_t up = part[i].parent; is_leaf(&part[i]) && up != LW_NO_PART; up = part[up].parent) {
            part[up].has = true;
        }
        part[i].number = (int)depth;
    }
    for (size_t i = 0; i < count; i++) {
        const bool upper = part[i].kind == LW_PART_BRIDGE && part[i].number % 2 == 1;
        part[i].kind = upper ? LW_PART_SWITCH : part[i].kind;
        part[i].gone = part[i].kind == LW_PART_BRIDGE || (!is_leaf(&part[i]) && !part[i].has);
    }
    return LW_OK;
}

// The preset of the tunnel that ends at a bridge, by its name; NULL: none does.
static const char *tunnel_of(const char *name) {
    static const char *const words[][2] = {{"Thunderbolt 3", "thunderbolt-3"},
                                           {"Thunderbolt 4", "thunderbolt-4"},
                                           {"Thunderbolt 5", "thunderbolt-5"},
                                           {"Thunderbolt", "thunderbolt-3"},
                                           {"USB4", "usb4-40"}};
    for (size_t i = 0; name != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strstr(name, words[i][0]) != NULL) {
            return words[i][1];
        }
    }
    return NULL;
}

// Bridges of a tunnel are no switches, and what is below them is behind the tunnel: the nearest
// says which.
static void find_tunnels(lw_part *part, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t up = part[i].parent; up != LW_NO_PART && part[i].tunnel == NULL; up = part[up].parent) {
            part[i].tunnel = tunnel_of(part[up].name);
        }
        part[i].gone = part[i].gone || (part[i].kind == LW_PART_SWITCH && tunnel_of(part[i].name) != NULL);
    }
}

static bool same_maker(const lw_part *a, const lw_part *b) {
    enum { VENDOR = 5 };  // "1002:"
    if (a->id != NULL && b->id != NULL) {
        return strncmp(a->id, b->id, VENDOR) == 0;
    }
    const size_t length = a->name != NULL ? strcspn(a->name, " ") : 0;
    return length > 0 && b->name != NULL && strncmp(a->name, b->name, length + 1) == 0;
}

// Cards of AMD and Intel are behind a switch of their own, on the card; the link of its lower port
// says nothing of the slot. Returns the switch; LW_NO_PART: there is none.
static size_t own_switch(const lw_part *part, size_t count, size_t card) {
    size_t up = part[card].parent;
    while (up != LW_NO_PART && part[up].kind != LW_PART_SWITCH) {
        up = part[up].parent;
    }
    if (up == LW_NO_PART || part[card].kind != LW_PART_CARD || part[card].parent == up || !same_maker(&part[up], &part[card])) {
        return LW_NO_PART;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t at = part[i].parent; i != card && is_leaf(&part[i]) && at != LW_NO_PART; at = part[at].parent) {
            if (at == up) {
                return LW_NO_PART;
            }
        }
    }
    return up;
}

static int64_t least(int64_t a, int64_t b) {
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static const char *rate_text(int64_t gen) {
    static const char *const texts[GENERATIONS + 1] = {"unknown speed", "2.5 GT/s", "5 GT/s",  "8 GT/s",
                                                       "16 GT/s",       "32 GT/s",  "64 GT/s", "128 GT/s"};
    return texts[gen];
}

// A card without work runs at a low generation and takes its full one when it has some; fewer lanes
// stay few.
static lw_status settle_link(const lw_import *file, lw_part *part, const lw_part *end, const lw_part *port) {
    const lw_width most = {least(end->most.gen, port != NULL ? port->most.gen : 0),
                           least(end->most.lanes, port != NULL ? port->most.lanes : 0)};
    const lw_width now = end->now;
    const bool slower = now.gen != 0 && most.gen != 0 && now.gen < most.gen;
    const bool narrower = now.lanes != 0 && most.lanes != 0 && now.lanes < most.lanes;
    const bool idle = slower && part->kind == LW_PART_CARD;
    part->link.gen = now.gen == 0 || idle ? most.gen : now.gen;
    part->link.lanes = now.lanes == 0 ? most.lanes : now.lanes;
    const char *words = idle     ? ", as a card without work does; taken as if it had some"
                        : slower ? ", below what both ends can"
                                 : "";
    if (slower || narrower) {
        part->told = lw_arena_print(file->arena, "now %s x%lld of %s x%lld%s", rate_text(now.gen), (long long)part->link.lanes,
                                    rate_text(most.gen), (long long)most.lanes, words);
        if (part->told == NULL) {
            return LW_NO_MEMORY;
        }
    }
    if (narrower && part->kind == LW_PART_CARD && part->tunnel == NULL) {
        lw_warn(file->diags, end->place, "is it in the slot that it should be in, and does it touch all contacts?",
                "the card runs on %lld of %lld lanes", (long long)now.lanes, (long long)most.lanes);
    }
    if (part->kind == LW_PART_CARD && part->tunnel == NULL && now.gen == 1 && most.gen == 0 && now.lanes > 1) {
        lw_warn(file->diags, end->place, "write the file while the card works, or name its link by --on",
                "2.5 GT/s is what cards without work run at; the file does not say what this one can");
    }
    if (part->kind == LW_PART_CARD && part->tunnel == NULL && part->link.gen == 1 && part->link.lanes == 1) {
        lw_warn(file->diags, end->place, "behind USB4 or Thunderbolt name the tunnel, as in --on thunderbolt-4",
                "2.5 GT/s x1 is what ports of a tunnel print, whatever they carry");
    }
    return LW_OK;
}

lw_status lw_hardware_settle(const lw_import *file) {
    lw_part *part = LW_LIST_ITEMS(&file->hardware->part, lw_part);
    const size_t count = file->hardware->part.count;
    int numbers[LW_PART_NIC + 1] = {0};
    LW_TRY(find_switches(file, part, count));
    find_tunnels(part, count);
    for (size_t i = 0; i < count; i++) {
        const size_t own = own_switch(part, count, i);
        if (own != LW_NO_PART) {
            part[own].gone = true;
        }
        const lw_part *end = &part[own != LW_NO_PART ? own : i];
        if (!part[i].gone) {
            part[i].most = end->most;
            LW_TRY(settle_link(file, &part[i], end, end->parent != LW_NO_PART ? &part[end->parent] : NULL));
        }
    }
    for (size_t i = 0; i < count; i++) {
        part[i].number = part[i].gone ? 0 : numbers[part[i].kind]++;
    }
    const lw_place guest = file->hardware->guest;
    if (guest.source != NULL) {
        lw_warn(file->diags, guest, "read it on the host, not in the guest",
                "this is a virtual machine: its tree of buses and its links are what the hypervisor shows");
    }
    return LW_OK;
}
