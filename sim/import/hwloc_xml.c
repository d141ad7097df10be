// SPDX-License-Identifier: GPL-3.0-or-later
// A machine as lstopo --of xml writes it (hwloc 2 and 3, hwloc2.dtd): the tree of buses, the memory
// nodes that it is near to, and of each link the rate that it ran at then. libxml2 reads it.
#include <stdio.h>
#include <stdlib.h>

#include "sim/import/hardware.h"

#ifdef LW_WITH_LIBXML2
#include "sim/import/xml_tree.h"

enum { DEPTH_MAX = 64 };

// The single bit of "0x00000002" or "0x1,0x00000000"; -1: none, or several.
static int node_of(const char *set) {
    enum { WORD = 32 };
    int found = -1, words = 0;
    for (const char *c = set; *c != '\0'; c++) {
        words += *c == ',';
    }
    for (const char *at = set; *at != '\0'; words--) {
        char *end = NULL;
        const unsigned long bits = strtoul(at, &end, 16);
        for (int b = 0; b < WORD; b++) {
            if (((bits >> b) & 1) != 0) {
                if (found >= 0) {
                    return -1;
                }
                found = words * WORD + b;
            }
        }
        at = *end == ',' ? end + 1 : "";
    }
    return found;
}

static lw_status info(const lw_xml *xml, const xmlNode *node, const char *name, const char **out) {
    *out = NULL;
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        const char *key = "";
        LW_TRY(lw_xml_is(child, "info") ? lw_xml_text(xml, child, "name", &key) : LW_OK);
        if (strcmp(key, name) == 0) {
            return lw_xml_text(xml, child, "value", out);
        }
    }
    return LW_OK;
}

static lw_status read_package(const lw_xml *xml, const xmlNode *node) {
    const char *vendor = NULL, *family = NULL, *model = NULL;
    lw_hardware *hardware = xml->file->hardware;
    LW_TRY(info(xml, node, "CPUVendor", &vendor));
    LW_TRY(info(xml, node, "CPUFamilyNumber", &family));
    LW_TRY(info(xml, node, "CPUModelNumber", &model));
    hardware->sockets++;
    if (hardware->host == NULL && family != NULL && model != NULL) {
        hardware->host = lw_host_of(vendor, (int)strtol(family, NULL, 10), (int)strtol(model, NULL, 10));
    }
    return LW_OK;
}

// Of "0300 [10de:2204] [10de:147d] a1" and "0000:01:00.0".
static lw_status read_function(const lw_xml *xml, const xmlNode *node, lw_function *out) {
    const char *type = NULL, *rate = NULL;
    LW_TRY(lw_xml_text(xml, node, "pci_type", &type));
    LW_TRY(lw_xml_text(xml, node, "pci_busid", &out->address));
    LW_TRY(lw_xml_text(xml, node, "pci_link_speed", &rate));
    LW_TRY(info(xml, node, "PCIVendor", &out->vendor_name));
    LW_TRY(info(xml, node, "PCIDevice", &out->device_name));
    if (sscanf(type, "%4x [%4x:%4x]", &out->class, &out->vendor, &out->device) != 3 || strchr(out->address, '.') == NULL) {
        return lw_error(xml->file->diags, lw_xml_place(xml, node), "is the file whole, and unchanged?",
                        "a PCI device of class and number '%s' at '%s'", type, out->address);
    }
    char *end = NULL;
    const double GBps = strtod(rate, &end);
    if (*rate != '\0' && (*end != '\0' || !(GBps >= 0 && GBps < 1e6))) {
        return lw_error(xml->file->diags, lw_xml_place(xml, node), "GB/s with a point before decimals",
                        "pci_link_speed=\"%s\" is no rate", rate);
    }
    out->now = lw_width_of(GBps);
    out->place = lw_xml_place(xml, node);
    if (GBps > 0 && out->now.gen == 0) {
        lw_warn(xml->file->diags, out->place, NULL, "%s GB/s are of no generation and width: taken as not told", rate);
    }
    return LW_OK;
}

static lw_status read_object(const lw_xml *xml, const xmlNode *node, size_t parent, int socket, int depth) {
    const char *type = NULL, *bridge = NULL, *set = NULL;
    if (depth > DEPTH_MAX) {
        return lw_error(xml->file->diags, lw_xml_place(xml, node), NULL, "objects more than %d deep", DEPTH_MAX);
    }
    LW_TRY(lw_xml_text(xml, node, "type", &type));
    LW_TRY(lw_xml_text(xml, node, "bridge_type", &bridge));
    LW_TRY(lw_xml_text(xml, node, "nodeset", &set));
    const bool is_bridge = strcmp(type, "Bridge") == 0;
    if (strcmp(type, "PCIDev") == 0 || (is_bridge && strncmp(bridge, "0-", 2) != 0)) {
        lw_function function = {.bridge = is_bridge, .parent = parent, .socket = socket};
        LW_TRY(read_function(xml, node, &function));
        LW_TRY(lw_hardware_function(xml->file, &function, &parent));
    }
    LW_TRY(strcmp(type, "Package") == 0 ? read_package(xml, node) : LW_OK);
    socket = *set != '\0' ? node_of(set) : socket;
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        LW_TRY(lw_xml_is(child, "object") ? read_object(xml, child, parent, socket, depth + 1) : LW_OK);
    }
    return LW_OK;
}

static lw_status read_tree(const lw_xml *xml, const xmlNode *root) {
    const char *version = NULL;
    LW_TRY(lw_xml_text(xml, root, "version", &version));
    if (version[0] != '2' && version[0] != '3') {
        return lw_error(xml->file->diags, lw_xml_place(xml, root), "export it by hwloc 2 or 3: lstopo --of xml machine.xml",
                        "this is of %s%s", *version != '\0' ? "hwloc's format " : "hwloc 1", version);
    }
    for (const xmlNode *node = root->children; node != NULL; node = node->next) {
        const char *name = "";
        LW_TRY(lw_xml_is(node, "object") ? read_object(xml, node, LW_NO_PART, -1, 0) : LW_OK);
        LW_TRY(lw_xml_is(node, "distances2") ? lw_xml_text(xml, node, "name", &name) : LW_OK);
        if (strcmp(name, "NVLinkBandwidth") == 0 || strcmp(name, "XGMIBandwidth") == 0) {
            xml->file->left_out++;
            lw_note(xml->file->diags, lw_xml_place(xml, node), "nvidia-smi topo -m says which cards are joined by how many links",
                    "left out: %s, rates between pairs without the links that they are of", name);
        }
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    file->tool = "hwloc";
    LW_TRY(lw_hardware_of(file) == NULL ? LW_NO_MEMORY : LW_OK);
    return lw_xml_read(file, "hwloc's topology is XML", "topology", "is it what lstopo --of xml wrote?", read_tree);
}
#else
static lw_status read(lw_import *file) {
    return lw_error(file->diags, (lw_place){file->source, 0, 0},
                    "install Debian's libxml2-dev (other systems: libxml2 with its headers), then build again",
                    "this lanewise was built without libxml2, which reads hwloc's topology");
}
#endif

static const char *const marks[] = {"<topology version=", "hwloc2.dtd", "hwloc.dtd", NULL};
extern const lw_import_format lw_import_hwloc;
const lw_import_format lw_import_hwloc = {"hwloc", "hwloc's topology (lstopo --of xml), a machine", marks, NULL, read};
