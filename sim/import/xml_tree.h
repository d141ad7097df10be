// SPDX-License-Identifier: GPL-3.0-or-later
// XML files: libxml2 reads them, and is known to nobody else. Only where the program is built with it.
#ifndef LW_XML_TREE_H
#define LW_XML_TREE_H

#include "sim/import/lines.h"

#ifdef LW_WITH_LIBXML2
#include <libxml/parser.h>
#include <libxml/tree.h>

#define LW_XML_CALLS(CALL)     \
    CALL(xmlDocGetRootElement) \
    CALL(xmlFreeDoc)           \
    CALL(xmlGetLastError)      \
    CALL(xmlGetLineNo)         \
    CALL(xmlHasProp)           \
    CALL(xmlReadMemory)        \
    CALL(xmlSetGenericErrorFunc)

#include "sim/import/loaded.h"

typedef struct lw_xml {
    LW_XML_CALLS(LW_LOADED_MEMBER)
    lw_import *file;
} lw_xml;

// Read the whole file and hand its root to `visit`, which must be called `root` (else LW_BAD_INPUT, with `hint`).
// task: what it is loaded for, "NCCL's topology is XML".
typedef lw_status lw_xml_visit(const lw_xml *xml, const xmlNode *root);
lw_status lw_xml_read(lw_import *file, const char *task, const char *root, const char *hint, lw_xml_visit *visit) LW_CHECKED;

bool lw_xml_is(const xmlNode *node, const char *name);  // an element of that name
lw_place lw_xml_place(const lw_xml *xml, const xmlNode *node);
// A copy of an attribute; "" where there is none.
lw_status lw_xml_text(const lw_xml *xml, const xmlNode *node, const char *name, const char **out) LW_CHECKED;
// A whole number from range[0] to range[1]; *out stays where there is none.
lw_status lw_xml_number(const lw_xml *xml, const xmlNode *node, const char *name, const int range[2], int *out) LW_CHECKED;
#endif

#endif
