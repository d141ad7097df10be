// SPDX-License-Identifier: GPL-3.0-or-later
// This machine through hwloc: the tree of buses, and the memory node that each device is near to.
// Generations and widths are those of sysfs, for hwloc knows their product alone, which is what is
// left where HWLOC_XMLFILE names another machine. Files are not read by it otherwise: hwloc 2.9.0
// crashes where they are damaged.
#include "sim/import/hardware.h"

#ifdef LW_WITH_HWLOC
#include <hwloc.h>
#include <stdlib.h>

#include "sim/config/source.h"
#include "sim/import/loaded.h"

#define HWLOC_CALLS(CALL)              \
    CALL(hwloc_bitmap_first)           \
    CALL(hwloc_bitmap_weight)          \
    CALL(hwloc_get_obj_by_depth)       \
    CALL(hwloc_topology_destroy)       \
    CALL(hwloc_topology_init)          \
    CALL(hwloc_topology_is_thissystem) \
    CALL(hwloc_topology_load)          \
    CALL(hwloc_topology_set_io_types_filter)

typedef struct hwloc_calls {
    HWLOC_CALLS(LW_LOADED_MEMBER)
} hwloc_calls;
static const char *const hwloc_names[] = {HWLOC_CALLS(LW_LOADED_NAME)};
static const lw_library hwloc = {LW_HWLOC_FILE, "hwloc", "the tree of this machine is hwloc's"};

typedef struct reading {
    lw_import *file;
    hwloc_calls call;
    hwloc_topology_t topology;
    int guests;
} reading;

static int memory_node(const reading *in, hwloc_obj_t near) {
    const int node = near->nodeset != NULL ? in->call.hwloc_bitmap_first(near->nodeset) : -1;
    const bool all = near->nodeset != NULL && in->call.hwloc_bitmap_weight(near->nodeset) > 1;
    return all ? -1 : node;
}

// "16.0 GT/s PCIe" or "16" of a file below the device; 0 where there is none.
static lw_status read_number(const reading *in, const char *address, const char *name, double *out) {
    const lw_source *source = NULL;
    const char *path = lw_arena_print(in->file->arena, "/sys/bus/pci/devices/%s/%s", address, name);
    *out = 0;
    LW_TRY(path == NULL ? LW_NO_MEMORY : LW_OK);
    const lw_status status = lw_source_read(path, in->file->arena, NULL, &source);
    LW_TRY(status == LW_NO_MEMORY ? status : LW_OK);
    *out = status == LW_OK ? strtod(source->text, NULL) : 0;
    return LW_OK;
}

static lw_status read_width(const reading *in, const char *address, const char *which, lw_width *out) {
    enum { LANES_MAX = 32 };
    double rate = 0, lanes = 0;
    const char *speed = lw_arena_print(in->file->arena, "%s_link_speed", which);
    const char *width = lw_arena_print(in->file->arena, "%s_link_width", which);
    LW_TRY(speed == NULL || width == NULL ? LW_NO_MEMORY : read_number(in, address, speed, &rate));
    LW_TRY(read_number(in, address, width, &lanes));
    *out = (lw_width){lw_generation_of(rate), lanes >= 1 && lanes <= LANES_MAX ? (int64_t)lanes : 0};
    return LW_OK;
}

static lw_status read_link(const reading *in, hwloc_obj_t object, lw_function *part) {
    if (in->call.hwloc_topology_is_thissystem(in->topology) == 0) {
        part->now = lw_width_of((double)object->attr->pcidev.linkspeed);
        return LW_OK;
    }
    LW_TRY(read_width(in, part->address, "current", &part->now));
    return read_width(in, part->address, "max", &part->most);
}

static lw_status read_object(reading *in, hwloc_obj_t object, size_t parent, int socket);

static lw_status read_below(reading *in, hwloc_obj_t object, size_t parent, int socket) {
    for (hwloc_obj_t child = object->io_first_child; child != NULL; child = child->next_sibling) {
        LW_TRY(read_object(in, child, parent, socket));
    }
    return LW_OK;
}

static lw_status read_object(reading *in, hwloc_obj_t object, size_t parent, int socket) {
    const bool bridge = object->type == HWLOC_OBJ_BRIDGE;
    if (bridge && object->attr->bridge.upstream_type != HWLOC_OBJ_BRIDGE_PCI) {
        return read_below(in, object, parent, socket);
    }
    if (!bridge && object->type != HWLOC_OBJ_PCI_DEVICE) {
        return LW_OK;
    }
    const struct hwloc_pcidev_attr_s *pci = bridge ? &object->attr->bridge.upstream.pci : &object->attr->pcidev;
    lw_function function = {.bridge = bridge,
                            .class = pci->class_id,
                            .vendor = pci->vendor_id,
                            .device = pci->device_id,
                            .vendor_name = hwloc_obj_get_info_by_name(object, "PCIVendor"),
                            .device_name = hwloc_obj_get_info_by_name(object, "PCIDevice"),
                            .parent = parent,
                            .socket = socket,
                            .place = {in->file->source, 0, 0}};
    function.address =
        lw_arena_print(in->file->arena, "%04x:%02x:%02x.%x", (unsigned)pci->domain, pci->bus, pci->dev, (unsigned)pci->func);
    LW_TRY(function.address == NULL ? LW_NO_MEMORY : read_link(in, object, &function));
    size_t self = LW_NO_PART;
    LW_TRY(lw_hardware_function(in->file, &function, &self));
    return bridge ? read_below(in, object, self, socket) : LW_OK;
}

static lw_status read_machine(reading *in, hwloc_obj_t object) {
    const int socket = memory_node(in, object);
    if (object->type == HWLOC_OBJ_PACKAGE && in->file->hardware->host == NULL) {
        const char *vendor = hwloc_obj_get_info_by_name(object, "CPUVendor"),
                   *family = hwloc_obj_get_info_by_name(object, "CPUFamilyNumber"),
                   *model = hwloc_obj_get_info_by_name(object, "CPUModelNumber");
        if (family != NULL && model != NULL) {
            in->file->hardware->host = lw_host_of(vendor, (int)strtol(family, NULL, 10), (int)strtol(model, NULL, 10));
        }
    }
    in->file->hardware->sockets += object->type == HWLOC_OBJ_PACKAGE;
    LW_TRY(read_below(in, object, LW_NO_PART, socket));
    for (hwloc_obj_t child = object->first_child; child != NULL; child = child->next_sibling) {
        LW_TRY(read_machine(in, child));
    }
    return LW_OK;
}

lw_status lw_hwloc_read(lw_import *file) {
    reading in = {.file = file};
    file->tool = "hwloc";
    LW_TRY(lw_library_load(&hwloc, hwloc_names, sizeof hwloc_names / sizeof *hwloc_names, file, &in.call));
    LW_TRY(lw_hardware_of(file) == NULL || in.call.hwloc_topology_init(&in.topology) != 0 ? LW_NO_MEMORY : LW_OK);
    const bool set = in.call.hwloc_topology_set_io_types_filter(in.topology, HWLOC_TYPE_FILTER_KEEP_ALL) == 0;
    const lw_status status =
        set && in.call.hwloc_topology_load(in.topology) == 0
            ? read_machine(&in, in.call.hwloc_get_obj_by_depth(in.topology, 0, 0))
            : lw_error(file->diags, (lw_place){file->source, 0, 0}, "what does lstopo say?", "hwloc finds no machine");
    in.call.hwloc_topology_destroy(in.topology);
    return status;
}
#else
lw_status lw_hwloc_read(lw_import *file) {
    return lw_error(file->diags, (lw_place){file->source, 0, 0},
                    "install Debian's libhwloc-dev (other systems: hwloc with its headers), then build again; or read a file: "
                    "sudo lspci -vv | lanewise import -",
                    "this lanewise was built without hwloc, which reads the tree of a machine");
}
#endif
