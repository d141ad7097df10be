// SPDX-License-Identifier: GPL-3.0-or-later
// NCCL's topology, as NCCL_TOPO_DUMP_FILE writes it (NVIDIA/nccl 5067397, src/graph/xml.cc): a
// bridge in it is a switch, and its speeds are those that both ends can. libxml2 reads it.
#include <stdlib.h>

#include "sim/import/hardware.h"

#ifdef LW_WITH_LIBXML2
#include "sim/import/xml_tree.h"

typedef struct bond {
    size_t card;
    const char *target;
    int64_t links;
    bool to_switch;
    lw_place place;
} bond;

typedef struct reading {
    lw_import *file;
    const lw_xml *xml;
    lw_list bond;
    int socket;  // of the processor that is being read
} reading;

static lw_status read_link(const reading *in, const xmlNode *node, lw_part *part) {
    static const int lanes_range[] = {0, 32};
    const char *speed = NULL;
    int lanes = 0;
    LW_TRY(lw_xml_number(in->xml, node, "link_width", lanes_range, &lanes));
    LW_TRY(lw_xml_text(in->xml, node, "link_speed", &speed));
    char *end = NULL;
    const double rate = strtod(speed, &end);
    part->most = (lw_width){lw_generation_of(rate), lanes};
    if (*speed != '\0' && part->most.gen == 0 && strncmp(speed, "Unknown", 7) != 0) {
        return lw_error(in->file->diags, lw_xml_place(in->xml, node), "2.5, 5, 8, 16, 32, 64 and 128 GT/s are known",
                        "link_speed=\"%s\" is the speed of no generation", speed);
    }
    return LW_OK;
}

// "0x10de" and "0x2204" to "10de:2204"; NULL where one is not told.
static lw_status read_id(const reading *in, const xmlNode *node, const char **out) {
    enum { ID_MAX = 0xFFFF };
    const char *vendor = NULL, *device = NULL;
    LW_TRY(lw_xml_text(in->xml, node, "vendor", &vendor));
    LW_TRY(lw_xml_text(in->xml, node, "device", &device));
    const long ids[2] = {strtol(vendor, NULL, 16), strtol(device, NULL, 16)};
    *out = NULL;
    if (ids[0] > 0 && ids[0] <= ID_MAX && ids[1] > 0 && ids[1] <= ID_MAX) {
        *out = lw_arena_print(in->file->arena, "%04lx:%04lx", ids[0], ids[1]);
        return *out == NULL ? LW_NO_MEMORY : LW_OK;
    }
    return LW_OK;
}

static lw_status read_fabric(reading *in, const xmlNode *gpu, size_t card) {
    // "nvlink" alone is also a name of ours
    static const char element[] = "nvlink target", class_of_switches[] = "0x0680";
    static const int links_range[] = {1, 72};
    for (const xmlNode *node = gpu->children; node != NULL; node = node->next) {
        const size_t length = strcspn(element, " ");
        if (node->type != XML_ELEMENT_NODE || strncmp((const char *)node->name, element, length) != 0) {
            continue;
        }
        const char *class = NULL;
        int links = 1;
        bond *slot = LW_LIST_ADD(&in->bond, bond, in->file->arena);
        LW_TRY(slot == NULL ? LW_NO_MEMORY : lw_xml_text(in->xml, node, "target", &slot->target));
        LW_TRY(lw_xml_text(in->xml, node, "tclass", &class));
        LW_TRY(lw_xml_number(in->xml, node, "count", links_range, &links));
        slot->card = card;
        slot->links = links;
        slot->to_switch = strncmp(class, class_of_switches, strlen(class_of_switches)) == 0;
        slot->place = lw_xml_place(in->xml, node);
    }
    return LW_OK;
}

static lw_status read_pci(reading *in, const xmlNode *node, size_t parent, int depth);

static lw_status read_below(reading *in, const xmlNode *node, size_t parent, int depth) {
    enum { DEPTH_MAX = 32 };
    if (depth > DEPTH_MAX) {
        return lw_error(in->file->diags, lw_xml_place(in->xml, node), NULL, "bridges more than %d deep", DEPTH_MAX);
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (lw_xml_is(child, "pci")) {
            LW_TRY(read_pci(in, child, parent, depth + 1));
        }
    }
    return LW_OK;
}

static lw_status read_pci(reading *in, const xmlNode *node, size_t parent, int depth) {
    lw_part part = {.parent = parent, .socket = in->socket, .place = lw_xml_place(in->xml, node)};
    const char *class = NULL, *address = NULL;
    LW_TRY(lw_xml_text(in->xml, node, "class", &class));
    LW_TRY(lw_xml_text(in->xml, node, "busid", &address));
    part.address = address;
    const bool bridge = strncmp(class, "0x0604", 6) == 0, card = strncmp(class, "0x03", 4) == 0 || strncmp(class, "0x12", 4) == 0;
    if (!bridge && !card && strncmp(class, "0x02", 4) != 0) {
        in->file->left_out++;
        return LW_OK;
    }
    part.kind = bridge ? LW_PART_SWITCH : card ? LW_PART_CARD : LW_PART_NIC;
    size_t self = LW_NO_PART;
    LW_TRY(read_link(in, node, &part));
    LW_TRY(read_id(in, node, &part.id));
    LW_TRY(lw_hardware_add(in->file, &part, &self));
    for (const xmlNode *child = node->children; child != NULL && card; child = child->next) {
        LW_TRY(lw_xml_is(child, "gpu") ? read_fabric(in, child, self) : LW_OK);
    }
    return bridge ? read_below(in, node, self, depth) : LW_OK;
}

static lw_status read_processor(reading *in, const xmlNode *node) {
    static const int nodes[] = {-1, 1023}, ids[] = {-1, 65535};
    const char *vendor = NULL;
    int family = 0, model = 0;
    lw_hardware *hardware = in->file->hardware;
    LW_TRY(lw_xml_number(in->xml, node, "numaid", nodes, &in->socket));
    LW_TRY(lw_xml_text(in->xml, node, "vendor", &vendor));
    LW_TRY(lw_xml_number(in->xml, node, "familyid", ids, &family));
    LW_TRY(lw_xml_number(in->xml, node, "modelid", ids, &model));
    // NCCL puts the extended family before the family, where cpuid adds the two
    hardware->host =
        hardware->host != NULL ? hardware->host : lw_host_of(vendor, (family & 15) == 15 ? 15 + (family >> 4) : family, model);
    hardware->sockets++;
    return read_below(in, node, LW_NO_PART, 0);
}

// Each pair of cards is told from both ends; all links to switches are one bundle, for the switches
// are drawn as one.
static lw_status join(reading *in) {
    const lw_part *part = LW_LIST_ITEMS(&in->file->hardware->part, const lw_part);
    const bond *bonds = LW_LIST_ITEMS(&in->bond, const bond);
    for (size_t i = 0; i < in->bond.count; i++) {
        size_t target = LW_NO_PART;
        int64_t links = bonds[i].links;
        for (size_t k = 0; k < in->bond.count && bonds[i].to_switch; k++) {
            const bool same = bonds[k].to_switch && bonds[k].card == bonds[i].card;
            links = same && k < i ? 0 : same && k > i && links > 0 ? links + bonds[k].links : links;
        }
        for (size_t k = 0; k < in->file->hardware->part.count && !bonds[i].to_switch; k++) {
            target = part[k].kind == LW_PART_CARD && strcmp(part[k].address, bonds[i].target) == 0 ? k : target;
        }
        if (!bonds[i].to_switch && (target == LW_NO_PART || target == bonds[i].card)) {
            return lw_error(in->file->diags, bonds[i].place, "is the file whole, and unchanged?", "no other card is at '%s'",
                            bonds[i].target);
        }
        if (links > 0 && (bonds[i].to_switch || bonds[i].card < target)) {
            LW_TRY(lw_hardware_bond(in->file, bonds[i].card, target, links));
        }
    }
    return LW_OK;
}

static lw_status read_tree(const lw_xml *xml, const xmlNode *root) {
    reading in = {.file = xml->file, .xml = xml};
    for (const xmlNode *node = root->children; node != NULL; node = node->next) {
        LW_TRY(lw_xml_is(node, "cpu") ? read_processor(&in, node) : LW_OK);
    }
    return join(&in);
}

static lw_status read(lw_import *file) {
    file->tool = "NCCL's topology";
    LW_TRY(lw_hardware_of(file) == NULL ? LW_NO_MEMORY : LW_OK);
    return lw_xml_read(file, "NCCL's topology is XML", "system", "is it what NCCL_TOPO_DUMP_FILE wrote?", read_tree);
}
#else
static lw_status read(lw_import *file) {
    return lw_error(file->diags, (lw_place){file->source, 0, 0},
                    "install Debian's libxml2-dev (other systems: libxml2 with its headers), then build again",
                    "this lanewise was built without libxml2, which reads NCCL's topology");
}
#endif

static const char *const marks[] = {"<system version=", NULL};
extern const lw_import_format lw_import_nccl_topology;
const lw_import_format lw_import_nccl_topology = {"nccl-topology", "NCCL's topology, a machine", marks, NULL, read};
