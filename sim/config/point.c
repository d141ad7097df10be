// SPDX-License-Identifier: GPL-3.0-or-later
// One point of a document: its objects with the edits of the sweep applied.
#include <string.h>

#include "sim/config/document.h"

typedef struct change {
    const lw_document *document;
    lw_arena *arena;
    const lw_object **object[LW_SECTIONS];  // of the point; NULL: as in the document
    lw_object **own[LW_SECTIONS];           // those that are copies of the point's own; NULL: not
} change;

static bool touch(change *c, lw_section_id section) {
    if (c->object[section] == NULL) {
        size_t count = c->document->count[section];
        c->object[section] = LW_NEW_ARRAY(c->arena, const lw_object *, count);
        c->own[section] = LW_NEW_ARRAY(c->arena, lw_object *, count);
        if (c->object[section] == NULL || c->own[section] == NULL) {
            return false;
        }
        memcpy(c->object[section], c->document->object[section], count * sizeof *c->object[section]);
    }
    return true;
}

// An edit of a part, as one of the whole value that the object has now.
static lw_status put_inside(const change *c, const lw_object *object, const lw_edit *edit, lw_edit *out) {
    const void *params = edit->type == NULL ? object->common : object->params;
    const lw_yaml *now = NULL;
    memcpy(&now, (const char *)params + edit->row->offset, sizeof now);
    lw_yaml holder = {.kind = LW_MAP, .place = edit->place};
    if (now != NULL) {
        lw_yaml *copy = lw_tree_copy(now, c->arena);
        if (copy == NULL) {
            return LW_NO_MEMORY;
        }
        copy->key = edit->row->key;
        holder.first = copy;
        holder.count = 1;
    }
    LW_TRY(lw_tree_set(&holder, edit->inside, edit->part, edit->place, c->arena, NULL));
    holder.first->parent = NULL;
    const lw_yaml *value = holder.first;
    *out = *edit;
    memcpy(&out->value, &value, sizeof value);
    return LW_OK;
}

static lw_status apply(change *c, const lw_edit *edit) {
    if (!touch(c, edit->section)) {
        return LW_NO_MEMORY;
    }
    const lw_object **slot = &c->object[edit->section][edit->object];
    lw_object **own = &c->own[edit->section][edit->object];
    if (edit->replacement != NULL) {
        *slot = edit->replacement;
        *own = NULL;
        return LW_OK;
    }
    if (edit->type != NULL && edit->type != (*slot)->type) {
        return LW_OK;
    }
    lw_object *copy = *own != NULL ? *own : lw_object_copy(*slot, c->arena);
    if (copy == NULL) {
        return LW_NO_MEMORY;
    }
    lw_edit whole = *edit;
    LW_TRY(edit->inside != NULL ? put_inside(c, copy, edit, &whole) : LW_OK);
    lw_object_edit(copy, &whole);
    *slot = *own = copy;
    return LW_OK;
}

// What puts another object in a place comes before what changes options of it: first what leaves the
// options as they are, then what starts afresh.
typedef enum turn { TURN_KEEPS, TURN_AFRESH, TURN_OPTIONS, TURNS } turn;

static turn turn_of(const lw_edit *edit) {
    return edit->replacement == NULL ? TURN_OPTIONS : edit->keeps_options ? TURN_KEEPS : TURN_AFRESH;
}

// Of those turns, from and until included.
static lw_status apply_all(change *c, const lw_edit *edit, size_t count, turn from, turn until) {
    for (size_t i = 0; i < count; i++) {
        if (turn_of(&edit[i]) >= from && turn_of(&edit[i]) <= until) {
            LW_TRY(apply(c, &edit[i]));
        }
    }
    return LW_OK;
}

lw_status lw_document_point(const lw_document *document, size_t point, const lw_edit *more, size_t more_count, lw_arena *arena,
                            lw_setup *out) {
    const lw_sweep *sweep = &document->sweep;
    change c = {.document = document, .arena = arena};
    *out = (lw_setup){.folder = document->folder, .catalog = document->catalog};
    for (turn pass = TURN_KEEPS; pass < TURNS; pass++) {  // whichever axis is written first
        for (size_t a = 0; a < sweep->axis_count; a++) {
            const lw_axis_value *value = &sweep->axis[a].value[lw_sweep_value(sweep, a, point)];
            LW_TRY(apply_all(&c, value->edit, value->edit_count, pass, pass));
        }
    }
    for (size_t a = 0; a < sweep->axis_count; a++) {
        size_t digit = document->moves_machine[a] ? lw_sweep_value(sweep, a, point) : 0;
        out->machine_key = out->machine_key * sweep->axis[a].count + digit;
    }
    LW_TRY(apply_all(&c, document->late, document->late_count, TURN_KEEPS, TURN_KEEPS));
    LW_TRY(apply_all(&c, document->late, document->late_count, TURN_AFRESH, TURN_OPTIONS));
    LW_TRY(apply_all(&c, more, more_count, TURN_KEEPS, TURN_OPTIONS));
    for (int s = 0; s < LW_SECTIONS; s++) {
        out->object[s] = c.object[s] != NULL ? c.object[s] : document->object[s];
        out->count[s] = document->count[s];
    }
    return LW_OK;
}
