// SPDX-License-Identifier: GPL-3.0-or-later
// lspci -vv, as root, with or without -nn and -t (pciutils 0f5b941, and 3.9.0).
#include <ctype.h>
#include <stdlib.h>

#include "sim/import/hardware.h"
#include "sim/import/lines.h"

typedef struct reading {
    lw_part part;       // of the block that is being read
    bool kept;          // the block is a bridge, a card or a network card
    bool express;       // it has a link
    int domain, bus;    // where it is
    int below;          // a bridge: the bus below it; -1: none
    lw_list bus_of;     // int: the bus of each part
    lw_list below_of;   // int: the bus below each part
    lw_list domain_of;  // int
    lw_place denied;    // "<access denied>"
} reading;

// "0000:01:00.0" or "01:00.0"
static bool read_address(const char *text, int *domain, int *bus) {
    char *end = NULL;
    long number[3] = {0};
    int numbers = 0;
    if (!isxdigit((unsigned char)*text)) {
        return false;
    }
    for (const char *at = text; numbers < 3 && isxdigit((unsigned char)*at); at = end + 1) {
        number[numbers++] = strtol(at, &end, 16);
        if (*end != ':') {
            break;
        }
    }
    if (numbers < 2 || *end != '.') {
        return false;
    }
    *domain = numbers == 3 ? (int)(number[0] & 0xFFFFFF) : 0;
    *bus = (int)(number[numbers - 2] & 0xFF);
    return true;
}

static bool is_class(const char *text, const char *const *names) {
    for (; *names != NULL; names++) {
        if (strncmp(text, *names, strlen(*names)) == 0) {
            return true;
        }
    }
    return false;
}

static bool any_of(const char *text, const char *const *words) {
    for (; *words != NULL; words++) {
        if (strstr(text, *words) != NULL) {
            return true;
        }
    }
    return false;
}

// The last [10de:2684] of a line; NULL in *out: there is none.
static lw_status find_id(const lw_import *file, const char *text, const char **out) {
    enum { DIGITS = 4, ID = 2 * DIGITS + 1 };
    *out = NULL;
    for (const char *at = text; (at = strchr(at, '[')) != NULL; at++) {
        if (strspn(at + 1, "0123456789abcdef") == DIGITS && at[1 + DIGITS] == ':' &&
            strspn(at + 2 + DIGITS, "0123456789abcdef") == DIGITS && at[1 + ID] == ']') {
            *out = lw_arena_copy_n(file->arena, at + 1, ID);
            LW_TRY(*out == NULL ? LW_NO_MEMORY : LW_OK);
        }
    }
    return LW_OK;
}

static lw_status end_block(lw_import *file, reading *in) {
    const bool wanted = in->kept && (in->express || in->part.kind == LW_PART_BRIDGE);
    if (in->kept && !wanted) {
        file->left_out++;
        lw_note(file->diags, in->part.place, NULL, "left out: a device without a PCIe link, part of the processor or the board");
    }
    in->kept = false;
    if (!wanted) {
        return LW_OK;
    }
    size_t number = 0;
    LW_TRY(lw_hardware_add(file, &in->part, &number));
    int *bus = LW_LIST_ADD(&in->bus_of, int, file->arena), *below = LW_LIST_ADD(&in->below_of, int, file->arena),
        *domain = LW_LIST_ADD(&in->domain_of, int, file->arena);
    if (bus == NULL || below == NULL || domain == NULL) {
        return LW_NO_MEMORY;
    }
    *bus = in->bus;
    *below = in->below;
    *domain = in->domain;
    return LW_OK;
}

// "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [GeForce RTX 4090] (rev a1)"
static lw_status begin_block(lw_import *file, const lw_line *line, reading *in) {
    static const char *const cards[] = {"VGA compatible", "3D controller", "Display controller", "Processing accelerators", NULL};
    static const char *const nics[] = {"Ethernet controller", "Infiniband controller", NULL};
    static const char *const bridges[] = {"PCI bridge", NULL};
    static const char *const guests[] = {"QEMU", "Virtio", "VMware", "Hyper-V", "VirtualBox", "Amazon.com", NULL};
    LW_TRY(end_block(file, in));
    (void)read_address(line->text, &in->domain, &in->bus);
    const char *what = line->text + strcspn(line->text, " "), *name = strstr(what, ": ");
    what += strspn(what, " ");
    in->part = (lw_part){.parent = LW_NO_PART, .socket = -1, .place = lw_line_place(file, line, line->text)};
    in->express = false;
    in->below = -1;
    const bool card = is_class(what, cards), nic = is_class(what, nics);
    in->part.kind = card ? LW_PART_CARD : nic ? LW_PART_NIC : LW_PART_BRIDGE;
    const char *function = line->text + strcspn(line->text, ".");
    const bool first = strncmp(function, ".0", 2) == 0 && strstr(line->text, "Virtual Function") == NULL;
    in->kept = is_class(what, bridges) || ((card || nic) && first);
    file->left_out += (card || nic) && !first;  // another port of the same card
    if (file->hardware->guest.source == NULL && any_of(line->text, guests)) {
        file->hardware->guest = in->part.place;
    }
    if (name == NULL) {
        return LW_OK;
    }
    in->part.address = lw_arena_copy_n(file->arena, line->text, strcspn(line->text, " "));
    const char *end = strstr(name, " (");
    in->part.name = lw_arena_copy_n(file->arena, name + 2, end != NULL ? (size_t)(end - name) - 2 : strlen(name + 2));
    LW_TRY(in->part.address == NULL || in->part.name == NULL ? LW_NO_MEMORY : LW_OK);
    return find_id(file, line->text, &in->part.id);
}

// "LnkSta: Speed 8GT/s (downgraded), Width x4 (downgraded)"
static lw_status read_width(const lw_import *file, const lw_line *line, lw_width *out) {
    enum { LANES_MAX = 32 };
    const char *speed = strstr(line->text, "Speed "), *width = strstr(line->text, "Width x");
    *out = (lw_width){0};
    if (speed == NULL || width == NULL) {
        return lw_error(file->diags, lw_line_place(file, line, line->text + strspn(line->text, " \t")), "is the file whole?",
                        "the line has no speed, or no width");
    }
    speed += strlen("Speed ");
    width += strlen("Width x");
    char *end = NULL;
    const long lanes = strtol(width, &end, 10);
    if (end == width || lanes < 0 || lanes > LANES_MAX) {
        return lw_error(file->diags, lw_line_place(file, line, width), "is the file whole, and unchanged?",
                        "the width is no number from 0 to %d", LANES_MAX);
    }
    if (strncmp(speed, "unknown", 7) == 0 || lanes == 0) {
        return LW_OK;  // nothing is plugged in
    }
    const double rate = strtod(speed, &end);
    out->gen = strncmp(end, "GT/s", 4) == 0 ? lw_generation_of(rate) : 0;
    out->lanes = lanes;
    return out->gen != 0 ? LW_OK
                         : lw_error(file->diags, lw_line_place(file, line, speed), "is the file whole, and unchanged?",
                                    "the speed is that of no generation: 2.5, 5, 8, 16, 32, 64 or 128GT/s");
}

static lw_status read_detail(lw_import *file, const lw_line *line, reading *in) {
    const char *bus = strstr(line->text, "secondary=");
    if (lw_line_begins(line, "LnkCap:")) {
        in->express = true;
        return read_width(file, line, &in->part.most);
    }
    if (lw_line_begins(line, "LnkSta:")) {
        in->express = true;
        return read_width(file, line, &in->part.now);
    }
    if (lw_line_begins(line, "Bus: primary=") && bus != NULL) {
        in->below = (int)(strtol(bus + strlen("secondary="), NULL, 16) & 0xFF);
    } else if (lw_line_begins(line, "NUMA node: ")) {
        in->part.socket = (int)(strtol(strchr(line->text, ':') + 1, NULL, 10) & 0xFF);
    } else if (in->denied.source == NULL && strstr(line->text, "<access denied>") != NULL) {
        in->denied = lw_line_place(file, line, line->text + strspn(line->text, " \t"));
    }
    return LW_OK;
}

// Each device is below the bridge whose lower bus is its own.
static void join(lw_import *file, const reading *in) {
    lw_part *part = LW_LIST_ITEMS(&file->hardware->part, lw_part);
    const int *bus = LW_LIST_ITEMS(&in->bus_of, const int), *below = LW_LIST_ITEMS(&in->below_of, const int),
              *domain = LW_LIST_ITEMS(&in->domain_of, const int);
    for (size_t i = 0; i < file->hardware->part.count; i++) {
        for (size_t b = 0; b < file->hardware->part.count && part[i].parent == LW_NO_PART; b++) {
            const bool above = b != i && below[b] > 0 && below[b] == bus[i] && domain[b] == domain[i];
            part[i].parent = above ? b : part[i].parent;
        }
    }
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    reading *in = LW_NEW(file->arena, reading);
    LW_TRY(in == NULL || lw_hardware_of(file) == NULL ? LW_NO_MEMORY : LW_OK);
    LW_TRY(lw_lines_of(file, &lines));
    file->tool = "lspci -vv";
    while (lw_next_line(&lines, &line)) {
        lw_status status = LW_OK;
        int domain = 0, bus = 0;
        if (read_address(line.text, &domain, &bus)) {
            status = begin_block(file, &line, in);
        } else if (line.text[0] == '\t') {
            status = read_detail(file, &line, in);
        } else if (!lw_line_is_blank(&line) && line.text[0] != '-' && strcspn(line.text, "-+|\\") > strspn(line.text, " ")) {
            lw_line_is_strange(file, &line);  // not of the tree of -t either, which the buses say again
        }
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    LW_TRY(end_block(file, in));
    const lw_part *part = LW_LIST_ITEMS(&file->hardware->part, const lw_part);
    bool any = false;
    for (size_t i = 0; i < file->hardware->part.count; i++) {
        any = any || part[i].kind == LW_PART_CARD || part[i].kind == LW_PART_NIC;
    }
    if (!any && in->denied.source != NULL) {
        return lw_error(file->diags, in->denied, "ask as root: sudo lspci -vv", "the links are hidden from users");
    }
    join(file, in);
    return LW_OK;
}

static const char *const marks[] = {"\tLnkCap:",      "\tLnkSta:", "\tBus: primary=", "\tCapabilities: <access denied>",
                                    " Host bridge: ", NULL};
extern const lw_import_format lw_import_lspci;
const lw_import_format lw_import_lspci = {"lspci", "lspci -vv, a machine", marks, NULL, read};
