// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/session.h"

#include <string.h>
#include <unistd.h>

#include "sim/base/suggest.h"
#include "sim/config/source.h"

enum { TABLES_MAX = 256 };

typedef struct loading {
    const lw_catalog *catalog;
    lw_arena *arena;
    lw_diags *diags;
    lw_session *session;
} loading;

static lw_status unknown_table(const loading *in, const lw_yaml *item) {
    const char *hint =
        lw_did_you_mean(in->diags, item->text, lw_catalog_names(in->catalog, LW_SHELF_MEASURED),
                        lw_catalog_count(in->catalog, LW_SHELF_MEASURED), "`lanewise list measured` shows the names");
    return lw_error(in->diags, item->place, hint, "there is no measured table '%s'", item->text);
}

// A name is that of a table which comes with lanewise; a path begins at the scenario's folder.
static lw_status find_table(const loading *in, const lw_yaml *item, const char **out) {
    if (item->kind != LW_SCALAR || item->text[0] == '\0') {
        return lw_error(in->diags, item->place, "`lanewise list measured` shows the names",
                        "the name of a measured table is a text");
    }
    bool is_path = strchr(item->text, '/') != NULL || lw_is_yaml_name(item->text);
    const char *path = !is_path               ? lw_catalog_path(in->catalog, LW_SHELF_MEASURED, item->text, in->arena)
                       : item->text[0] == '/' ? item->text
                                              : lw_arena_print(in->arena, "%s/%s", in->session->document->folder, item->text);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    if (access(path, R_OK) != 0) {
        return is_path ? lw_error(in->diags, item->place, lw_diags_text(in->diags, "it is looked for at %s", path),
                                  "there is no measured table '%s'", item->text)
                       : unknown_table(in, item);
    }
    *out = path;
    return LW_OK;
}

static lw_status load_measured(const loading *in) {
    lw_session *session = in->session;
    const lw_yaml *list = session->document->head.measured;
    if (list == NULL || list->count == 0) {
        return LW_OK;
    }
    if (list->count > TABLES_MAX) {
        return lw_error(in->diags, list->key_place, "leave some out", "there are more than %d measured tables", TABLES_MAX);
    }
    session->measured = LW_NEW_ARRAY(in->arena, lw_measured_series, list->count);
    if (session->measured == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        const char *path = NULL;
        lw_measured *table = NULL;
        lw_status status = find_table(in, item, &path);
        status = status == LW_OK ? lw_measured_load(path, in->catalog, in->arena, in->diags, &table) : status;
        if (status == LW_OK) {
            status = lw_measured_series_of(table, in->arena, &session->measured[session->measured_count]);
        }
        session->measured_count += status == LW_OK;
        worst = worst == LW_OK ? status : worst;
    }
    return worst;
}

static lw_status load_assertions(const loading *in) {
    lw_session *session = in->session;
    LW_TRY(lw_assertions_parse(session->document->head.asserts, in->arena, in->diags, &session->assertion,
                               &session->assertion_count));
    return lw_assertions_check_names(session->assertion, session->assertion_count, session->document, in->diags);
}

lw_status lw_session_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                          lw_session *out) {
    lw_session session = {0};
    LW_TRY(lw_scenario_load(path, catalog, load, arena, diags, &session.document));
    const loading in = {catalog, arena, diags, &session};
    lw_status measured = load_measured(&in), asserts = load_assertions(&in);
    *out = session;
    return measured != LW_OK ? measured : asserts;
}
