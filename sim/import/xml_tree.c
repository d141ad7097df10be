// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/xml_tree.h"

#ifdef LW_WITH_LIBXML2
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {LW_XML_CALLS(LW_LOADED_NAME)};

static void silent(void *context, const char *format, ...) {
    (void)context;
    (void)format;
}

bool lw_xml_is(const xmlNode *node, const char *name) {
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

lw_place lw_xml_place(const lw_xml *xml, const xmlNode *node) {
    return (lw_place){xml->file->source, (int)xml->xmlGetLineNo(node), 0};
}

lw_status lw_xml_text(const lw_xml *xml, const xmlNode *node, const char *name, const char **out) {
    const xmlAttr *found = xml->xmlHasProp(node, (const xmlChar *)name);
    const xmlNode *value = found != NULL ? found->children : NULL;
    *out = lw_arena_copy(xml->file->arena, value != NULL && value->content != NULL ? (const char *)value->content : "");
    return *out == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_xml_number(const lw_xml *xml, const xmlNode *node, const char *name, const int range[2], int *out) {
    const char *text = NULL;
    LW_TRY(lw_xml_text(xml, node, name, &text));
    if (*text == '\0') {
        return LW_OK;
    }
    char *end = NULL;
    const long value = strtol(text, &end, 10);
    if (*end != '\0' || value < range[0] || value > range[1]) {
        return lw_error(xml->file->diags, lw_xml_place(xml, node), NULL, "%s=\"%s\" is no whole number from %d to %d", name, text,
                        range[0], range[1]);
    }
    *out = (int)value;
    return LW_OK;
}

lw_status lw_xml_read(lw_import *file, const char *task, const char *root, const char *hint, lw_xml_visit *visit) {
    const lw_library libxml2 = {LW_LIBXML2_FILE, "libxml2", task};
    lw_xml xml = {.file = file};
    LW_TRY(lw_library_load(&libxml2, names, sizeof names / sizeof *names, file, &xml));
    xml.xmlSetGenericErrorFunc(NULL, silent);
    xmlDoc *document = xml.xmlReadMemory(file->source->text, (int)file->source->length, NULL, "UTF-8",
                                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (document == NULL) {
        const xmlError *error = xml.xmlGetLastError();
        const char *said = error != NULL && error->message != NULL ? error->message : "no reason is given";
        return lw_error(file->diags, (lw_place){file->source, error != NULL ? error->line : 0, error != NULL ? error->int2 : 0},
                        "is the file whole?", "no XML: %.*s", (int)strcspn(said, "\n"), said);
    }
    const xmlNode *first = xml.xmlDocGetRootElement(document);
    // tools name a DTD, and none declares anything of its own
    const bool declares = document->intSubset != NULL && document->intSubset->children != NULL;
    const lw_status status =
        declares || first == NULL || !lw_xml_is(first, root)
            ? lw_error(file->diags, (lw_place){file->source, 1, 0}, hint, "the file does not begin with <%s>", root)
            : visit(&xml, first);
    xml.xmlFreeDoc(document);
    return status;
}
#endif
