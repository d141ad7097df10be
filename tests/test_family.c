// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of every model family and every link preset: a new file is tested before its author
// writes a test.
#include <dirent.h>

#include "link_helpers.h"
#include "scenario_helpers.h"
#include "sim/base/file.h"
#include "sim/base/suggest.h"
#include "sim/config/source.h"

// ---- Every preset in configs/links ----

typedef struct preset {
    const char *name;
    const lw_family *family;
    const lw_yaml *root;
    lw_test_params params;
    lw_link_model link;
} preset;

// A map of key -> value from one of key -> {value, source}.
static lw_yaml *values_of(lw_test *test, const lw_yaml *parameters) {
    lw_yaml *map = LW_NEW(test->arena, lw_yaml);
    assert_non_null(map);
    *map = (lw_yaml){.kind = LW_MAP, .place = parameters->place};
    lw_yaml **end = &map->first;
    for (const lw_yaml *row = parameters->first; row != NULL; row = row->next) {
        lw_yaml *value = lw_tree_copy(lw_map_get(row, "value"), test->arena);
        assert_non_null(value);
        value->key = row->key;
        value->key_place = row->key_place;
        value->parent = map;
        *end = value;
        end = &value->next;
        map->count++;
    }
    return map;
}

static void load_preset(lw_test *test, const char *file, preset *out) {
    const char *path = lw_arena_print(test->arena, LW_SOURCE_DIR "/configs/links/%s", file);
    const lw_source *source = NULL;
    lw_yaml *root = NULL;
    assert_int_equal(lw_source_read(path, test->arena, test->diags, &source), LW_OK);
    assert_int_equal(lw_tree_parse(source, test->arena, test->diags, &root), LW_OK);
    out->root = root;
    out->name = lw_map_get(root, "name")->text;
    out->family = lw_family_find(lw_map_get(root, "type")->text);
    assert_non_null(out->family);
    lw_status status = lw_test_params_of(test, out->family, values_of(test, lw_map_get(root, "parameters")), &out->params);
    // Neither error nor warning: a preset is above reproach.
    if (status != LW_OK || lw_diags_count(test->diags) > 0) {
        fail_msg("%s", lw_diags_format(test->diags, test->arena, false));
    }
    out->family->resolve(out->params.bytes, &out->link);
}

// Run action on every preset; returns how many there are.
static int each_preset(void (*action)(lw_test *test, const char *file, const preset *p)) {
    DIR *folder = opendir(LW_SOURCE_DIR "/configs/links");
    assert_non_null(folder);
    int count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".yaml") == NULL) {
            continue;
        }
        lw_test test = lw_test_begin();
        preset p;
        load_preset(&test, entry->d_name, &p);
        action(&test, entry->d_name, &p);
        lw_test_end(&test);
        count++;
    }
    (void)closedir(folder);
    return count;
}

static void assert_evidence(const char *word) {
    bool known = false;
    for (int i = 0; i < LW_EVIDENCE_COUNT; i++) {
        known = known || strcmp(lw_evidence_words[i], word) == 0;
    }
    assert_true(known);
}

static bool same_text(const lw_yaml *node, const char *text) {
    return node != NULL && strcmp(node->text, text) == 0;
}

static void assert_documented(lw_test *test, const char *file, const preset *p) {
    assert_string_equal(lw_arena_print(test->arena, "%s.yaml", p->name), file);
    assert_string_equal(lw_map_get(p->root, "preset")->text, "1");
    assert_true(strlen(lw_map_get(p->root, "summary")->text) > 5);
    assert_evidence(lw_map_get(p->root, "evidence")->text);
    for (const lw_yaml *row = lw_map_get(p->root, "parameters")->first; row != NULL; row = row->next) {
        assert_true(strlen(lw_map_get(row, "source")->text) > 5);
        const lw_yaml *evidence = lw_map_get(row, "evidence");
        if (evidence != NULL) {
            assert_evidence(evidence->text);
        }
        // what is fitted names its tables
        const lw_yaml *tables = lw_map_get(row, "tables"), *error = lw_map_get(row, "error");
        assert_true(tables == NULL || same_text(evidence, "calibrated"));
        // a fit has a standard error, an assumption the spread of what it is pooled over
        assert_true(error == NULL || tables != NULL || same_text(evidence, "assumed"));
        // errors of fits alone correlate
        const lw_yaml *correlates = lw_map_get(row, "correlates");
        assert_true(correlates == NULL || (tables != NULL && error != NULL));
        assert_int_equal(row->count, 2 + (evidence != NULL) + (tables != NULL) + (error != NULL) + (correlates != NULL));
    }
}

static void presets_are_documented(void **state) {
    (void)state;
    assert_true(each_preset(assert_documented) >= 50);
}

// ---- What every link must satisfy ----

static void assert_channel_is_sound(const lw_channel *channel) {
    lw_fraction ps;
    assert_true(lw_channel_ps_per_byte(channel, &ps));
    assert_true(ps.num > 0);
    assert_true(lw_fraction_compare(channel->periodic, (lw_fraction){0, 1}) >= 0);
    assert_true(lw_fraction_compare(channel->stall, (lw_fraction){1, 1}) < 0);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        assert_true(channel->format[kind].granule_bytes >= 1);
        assert_true(channel->format[kind].overhead_bytes >= 0);
        assert_true((channel->format[kind].payload_max_bytes > 0) == (kind != LW_PACKET_REQUEST));
        assert_true(channel->credits[kind].packets > 0);
    }
    assert_true(channel->request_max_bytes > 0);
    assert_true(channel->data_unit_bytes > 0);
    assert_true((channel->control_bytes > 0) == (channel->control_interval_ps > 0 || channel->control_for_writes));
    assert_true(channel->latency_count > 0);
    for (int i = 0; i < channel->latency_count; i++) {
        assert_non_null(channel->latency[i].name);
        assert_true(channel->latency[i].ps >= 0);
    }
    assert_true(channel->error_probability == 0.0 || channel->replay != LW_REPLAY_NONE);
}

static void assert_stages_fall(const lw_link_model *link, int dir, lw_packet_kind kind) {
    double before = 0;
    for (int64_t payload = 4; payload <= 4096; payload *= 2) {
        lw_waterfall out;
        lw_link_model_waterfall(link, dir, kind, payload, 200000, &out);
        for (int stage = 1; stage < LW_STAGE_COUNT; stage++) {
            bool lost = stage >= LW_STAGE_RETRY && !lw_link_model_works(link, NULL, NULL);
            assert_true((lost ? out.rate_Bps[stage] >= 0 : out.rate_Bps[stage] > 0) &&
                        out.rate_Bps[stage] <= out.rate_Bps[stage - 1]);
        }
        assert_true(out.rate_Bps[LW_STAGE_RETRY] >= before);  // larger packets are never slower
        before = out.rate_Bps[LW_STAGE_RETRY];
        assert_true(out.window_Bps > 0);
        assert_true(out.slowest_segment >= 0 && out.slowest_segment < link->segment_count);
    }
}

// The waterfall and the exact byte time are two roads to one rate.
static void assert_waterfall_agrees(const lw_link_model *link, int dir) {
    double slowest = (double)INFINITY;
    int64_t payload = link->segment[0].channel[dir].format[LW_PACKET_WRITE].payload_max_bytes;
    for (int i = 0; i < link->segment_count; i++) {
        const lw_channel *channel = &link->segment[i].channel[dir];
        lw_fraction ps;
        assert_true(lw_channel_ps_per_byte(channel, &ps));
        int64_t wire_bytes = lw_packet_wire_bytes(&channel->format[LW_PACKET_WRITE], payload);
        double packet_ps = (double)wire_bytes * lw_fraction_value(ps) + (double)channel->packet_ps;
        slowest = fmin(slowest, (double)payload * 1e12 / packet_ps);
    }
    assert_close(lw_test_stage(link, dir, LW_PACKET_WRITE, LW_STAGE_CONTROL), slowest, 1e-12);
}

static void assert_link_is_sound(const lw_family *family, const void *params) {
    lw_link_model link, again;
    memset(&link, 0x55, sizeof link);
    memset(&again, 0xAA, sizeof again);
    family->resolve(params, &link);
    family->resolve(params, &again);
    assert_memory_equal(&link, &again, sizeof link);
    assert_true(link.segment_count >= 1 && link.segment_count <= LW_SEGMENTS_MAX);
    assert_true(link.read_tags >= 1);
    assert_true(strlen(link.label) > 3 && strlen(link.label) < sizeof link.label - 1);
    for (int dir = 0; dir < 2; dir++) {
        for (int i = 0; i < link.segment_count; i++) {
            assert_non_null(link.segment[i].name);
            assert_channel_is_sound(&link.segment[i].channel[dir]);
        }
        assert_stages_fall(&link, dir, LW_PACKET_WRITE);
        assert_stages_fall(&link, dir, LW_PACKET_COMPLETION);
        assert_waterfall_agrees(&link, dir);
    }
}

static void assert_sound_preset(lw_test *test, const char *file, const preset *p) {
    (void)test;
    (void)file;
    assert_link_is_sound(p->family, p->params.bytes);
}

static void presets_are_sound(void **state) {
    (void)state;
    (void)each_preset(assert_sound_preset);
}

// ---- Every family ----

// Has the family presets? One without is work in progress and needs neither page nor sources.
static bool is_shipped(const lw_family *family) {
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    bool found = false;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LINKS) && !found; i++) {
        const char *name = lw_catalog_names(catalog, LW_SHELF_LINKS)[i];
        found = strcmp(preset_named(presets, LW_SHELF_LINKS, name)->type, family->type.name) == 0;
    }
    lw_test_end(&test);
    return found;
}

// What the example of the family gives, on top of the preset that it may name.
static lw_yaml *example_of(lw_test *test, const lw_family *family) {
    static const char *const names[] = {"preset", "type", NULL};
    assert_non_null(family->type.example);
    lw_yaml *example = lw_test_tree(test, family->type.example);
    assert_int_equal(example->kind, LW_MAP);
    const char *type = lw_map_text(example, "type"), *name = lw_map_text(example, "preset");
    assert_true(type != NULL || name != NULL);
    assert_true(type == NULL || strcmp(type, family->type.name) == 0);
    lw_yaml *map = LW_NEW(test->arena, lw_yaml);
    assert_non_null(map);
    *map = (lw_yaml){.kind = LW_MAP, .place = example->place};
    if (name != NULL) {
        const lw_preset *p = preset_named(presets_of(test, shipped_catalog(test)), LW_SHELF_LINKS, name);
        assert_string_equal(p->type, family->type.name);
        assert_int_equal(lw_tree_merge(map, p->values, test->arena), LW_OK);
    }
    for (const lw_yaml *given = example->first; given != NULL; given = given->next) {
        if (!lw_is_among(given->key, names)) {
            assert_int_equal(lw_tree_set(map, given->key, given, given->place, test->arena, test->diags), LW_OK);
        }
    }
    return map;
}

// The rules find nothing.
static void assert_in_order(lw_test *test, const lw_family *family, const lw_test_params *params) {
    if (lw_test_check(family, params, (lw_place){0}, test->diags) != LW_OK || lw_diags_count(test->diags) > 0) {
        fail_msg("%s: %s", family->type.name, lw_diags_format(test->diags, test->arena, false));
    }
}

// Defaults, and for what has none the value of the example.
static void default_params(lw_test *test, const lw_family *family, lw_test_params *params) {
    const lw_yaml *example = example_of(test, family);
    memset(params, 0, sizeof *params);
    lw_options_default(family->type.options, params->bytes);
    for (const lw_option *row = family->type.options; row->key != NULL; row++) {
        const lw_yaml *value = lw_map_get(example, row->key);
        if (row->fallback == NULL) {
            assert_non_null(value);
            assert_int_equal(lw_option_parse_value(row, value, params->bytes, test->diags), LW_OK);
        }
    }
    assert_in_order(test, family, params);
}

static void families_are_well_formed(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_family *family = lw_families[i];
        const lw_type *type = &family->type;
        assert_ptr_equal(lw_family_find(type->name), family);
        assert_true(type->summary != NULL && type->summary[0] != '\0');
        assert_true(type->page == NULL || type->page[strlen(type->page) - 1] != '\n');
        assert_true(type->params_size <= LW_PARAMS_MAX);
        assert_true(lw_options_count(type->options) <= LW_OPTION_MAX);
        assert_true(family->hue >= 0 && family->hue < LW_HUES);
        for (const lw_option *row = type->options; row->key != NULL; row++) {
            assert_ptr_equal(lw_option_find(type->options, row->key), row);  // no key twice
            assert_non_null(row->help);
        }
    }
    assert_null(lw_family_find("scsi"));
}

static void families_are_documented(void **state) {
    (void)state;
    int shipped = 0;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_type *type = &lw_families[i]->type;
        if (!is_shipped(lw_families[i])) {
            continue;
        }
        assert_true(strlen(type->summary) > 20);
        assert_true(type->page != NULL && strlen(type->page) > 500);
        for (const lw_option *row = type->options; row->key != NULL; row++) {
            assert_true(row->help[strlen(row->help) - 1] == '.');
            bool figure = row->fallback != NULL && strcmp(row->key, "standard") != 0;
            assert_true(!figure || (row->source != NULL && strlen(row->source) > 5));
            // that is said by its evidence
            assert_true(row->source == NULL || strncmp(row->source, "assumed", 7) != 0);
        }
        shipped++;
    }
    assert_true(shipped >= 17);
}

// ---- Presets of one wire ----

enum { WIRES_MAX = 400 };
typedef struct wire {
    char name[64], type[32], label[48];
    double raw_Bps, payload_Bps;
} wire;

static wire wires[WIRES_MAX];
static size_t wire_count;

static void collect_wire(lw_test *test, const char *file, const preset *p) {
    (void)test;
    (void)file;
    lw_link_model link;
    p->family->resolve(p->params.bytes, &link);
    assert_true(wire_count < WIRES_MAX);
    wire *w = &wires[wire_count++];
    (void)snprintf(w->name, sizeof w->name, "%s", p->name);
    (void)snprintf(w->type, sizeof w->type, "%s", p->family->type.name);
    (void)snprintf(w->label, sizeof w->label, "%s", link.label);
    w->raw_Bps = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RAW);
    w->payload_Bps = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY);
}

// Of the same wire, and slower for a reason that their presets state: an expander as it was
// measured, and a software bridge.
static const char *const slower_by_measurement[] = {"cxl-2.0-x8-xeon-8470", "ethernet-100g-virtio-bridge"};

static bool is_slower(const wire *w) {
    for (size_t i = 0; i < COUNT(slower_by_measurement); i++) {
        if (strcmp(w->name, slower_by_measurement[i]) == 0) {
            return true;
        }
    }
    return false;
}

// "NVLink 4 x18" and "NVLink 4 x1" are one wire, beside itself or alone; "CXL 3.1 x8 PBR" is in
// another mode. (Slots and cables of PCIe have payloads of their own, as their presets say.)
static void name_wire(const wire *w, char *out, size_t room) {
    const char *width = strstr(w->label, " x");
    const int name = width != NULL ? (int)(width - w->label) : (int)strlen(w->label);
    const char *mode = width != NULL ? width + 2 + strspn(width + 2, "0123456789") : "";
    (void)snprintf(out, room, "%s %.*s%s", w->type, name, w->label, mode);
}

static bool are_one_wire(const wire *a, const wire *b) {
    char names[2][96];
    name_wire(a, names[0], sizeof names[0]);
    name_wire(b, names[1], sizeof names[1]);
    return strcmp(names[0], names[1]) == 0 && strcmp(a->type, "thz") != 0 && !is_slower(a) && !is_slower(b);
}

// Presets of one wire carry the same payload of a raw rate within a few percent.
static void presets_of_one_wire_agree(void **state) {
    (void)state;
    wire_count = 0;
    each_preset(collect_wire);
    int pairs = 0, off = 0;
    for (size_t i = 0; i < wire_count; i++) {
        for (size_t k = i + 1; k < wire_count; k++) {
            const wire *a = &wires[i], *b = &wires[k];
            if (!are_one_wire(a, b)) {
                continue;
            }
            pairs++;
            const double shares[2] = {a->payload_Bps / a->raw_Bps, b->payload_Bps / b->raw_Bps};
            if (fabs(shares[0] / shares[1] - 1) > 0.05) {
                print_error("%s and %s (%s, %s): payload %.4g and %.4g of the raw rate\n", a->name, b->name, a->label, b->label,
                            shares[0], shares[1]);
                off++;
            }
        }
    }
    assert_true(pairs > 10);
    assert_int_equal(off, 0);
}

// What links join: PCIe and what tunnels it have a root at one end, so no two hosts and no two
// devices; networks and radio do not care.
static void ends_have_roles(void **state) {
    (void)state;
    static const unsigned kinds[] = {LW_END_HOST, LW_END_GPU, LW_END_MEMORY, LW_END_SWITCH, LW_END_NIC};
    static const struct {
        const char *family;
        unsigned a, b;
        bool allowed;
    } rows[] = {
        {"pcie", LW_END_HOST, LW_END_GPU, true},
        {"pcie", LW_END_SWITCH, LW_END_SWITCH, true},
        {"pcie", LW_END_HOST, LW_END_HOST, true},  // by a card with a non-transparent bridge
        {"cxl", LW_END_HOST, LW_END_HOST, false},  // no root port meets another
        {"m2", LW_END_HOST, LW_END_HOST, false},
        {"oculink", LW_END_HOST, LW_END_HOST, false},
        {"oculink", LW_END_GPU, LW_END_GPU, false},
        {"m2", LW_END_NIC, LW_END_HOST, true},
        {"usb4", LW_END_GPU, LW_END_HOST, true},
        {"usb4", LW_END_HOST, LW_END_HOST, false},
        {"thunderbolt-net", LW_END_HOST, LW_END_HOST, true},
        {"thunderbolt-net", LW_END_HOST, LW_END_GPU, false},
        {"nvlink", LW_END_GPU, LW_END_GPU, true},
        {"nvlink", LW_END_HOST, LW_END_GPU, true},  // Grace, POWER9
        {"nvlink", LW_END_MEMORY, LW_END_GPU, false},
        {"nvlink", LW_END_HOST, LW_END_HOST, false},
        {"cxl", LW_END_HOST, LW_END_MEMORY, true},
        {"cxl", LW_END_MEMORY, LW_END_MEMORY, false},
        {"ethernet", LW_END_NIC, LW_END_SWITCH, true},
        {"ethernet", LW_END_HOST, LW_END_HOST, true},
        {"ethernet", LW_END_MEMORY, LW_END_HOST, false},
        {"socket", LW_END_HOST, LW_END_HOST, true},
        {"socket", LW_END_HOST, LW_END_GPU, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const lw_joins *joins = lw_family_find(rows[i].family)->joins;
        assert_int_equal(lw_joins_allow(joins, rows[i].a, rows[i].b), rows[i].allowed);
        assert_int_equal(lw_joins_allow(joins, rows[i].b, rows[i].a), rows[i].allowed);
    }
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_joins *joins = lw_families[i]->joins;
        bool any = joins == NULL;
        for (size_t a = 0; a < COUNT(kinds) && joins != NULL; a++) {
            for (size_t b = 0; b < COUNT(kinds); b++) {
                any = any || lw_joins_allow(joins, kinds[a], kinds[b]);
            }
        }
        assert_true(any && (joins == NULL || strlen(joins->why) > 20));
    }
}

static void examples_are_sound(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        lw_test test = lw_test_begin();
        lw_test_params params;
        if (lw_test_params_of(&test, lw_families[i], example_of(&test, lw_families[i]), &params) != LW_OK ||
            lw_diags_count(test.diags) > 0) {
            fail_msg("%s: %s", lw_families[i]->type.name, lw_diags_format(test.diags, test.arena, false));
        }
        assert_link_is_sound(lw_families[i], params.bytes);
        lw_test_end(&test);
    }
}

static void family_defaults_are_sound(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        lw_test test = lw_test_begin();
        lw_test_params params;
        default_params(&test, lw_families[i], &params);
        assert_link_is_sound(lw_families[i], params.bytes);
        lw_test_end(&test);
    }
}

// Every allowed value of every word, flag and listed number: refused with an error, or a sound
// link.
static void every_listed_value_is_sound_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_family *family = lw_families[i];
        for (const lw_option *row = family->type.options; row->key != NULL; row++) {
            for (int word = 0; row->words != NULL && row->words[word] != NULL; word++) {
                lw_test test = lw_test_begin();
                lw_test_params params;
                default_params(&test, family, &params);
                lw_yaml value = {.kind = LW_SCALAR, .text = row->words[word]};
                assert_int_equal(lw_option_parse_value(row, &value, params.bytes, test.diags), LW_OK);
                if (lw_test_check(family, &params, (lw_place){0}, test.diags) == LW_OK) {
                    assert_link_is_sound(family, params.bytes);
                } else {
                    assert_true(lw_diags_errors(test.diags) > 0);
                }
                lw_test_end(&test);
            }
        }
    }
}

// Set a key to the value of a text; false where the table or the rules refuse it.
static bool set_to(const lw_family *family, const lw_option *row, const char *text, lw_test_params *params) {
    lw_test test = lw_test_begin();
    lw_test_params changed = *params;
    const lw_yaml value = {.kind = LW_SCALAR, .text = text};
    bool legal = lw_option_parse_value(row, &value, changed.bytes, test.diags) == LW_OK &&
                 lw_test_check(family, &changed, (lw_place){0}, test.diags) == LW_OK;
    if (legal) {
        *params = changed;
    }
    lw_test_end(&test);
    return legal;
}

static void more_lanes_are_never_slower(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_family *family = lw_families[i];
        const lw_option *lanes = lw_option_find(family->type.options, "lanes");
        if (lanes == NULL) {
            continue;
        }
        lw_test test = lw_test_begin();
        lw_test_params params;
        default_params(&test, family, &params);
        double before[2] = {0, 0};
        int widths = 0;
        for (int width = 1; width <= 32; width++) {
            if (!set_to(family, lanes, lw_arena_print(test.arena, "%d", width), &params)) {
                continue;
            }
            lw_link_model link;
            family->resolve(params.bytes, &link);
            const lw_packet_kind kinds[2] = {LW_PACKET_WRITE, LW_PACKET_COMPLETION};
            for (int k = 0; k < 2; k++) {
                double rate = lw_test_stage(&link, 0, kinds[k], LW_STAGE_RETRY);
                assert_true(rate >= before[k]);
                before[k] = rate;
            }
            widths++;
        }
        assert_true(widths >= (is_shipped(family) ? 2 : 1));
        lw_test_end(&test);
    }
}

// In shipped families by 4.6 ns/m: 1150 ps for 0.25 m.
static void a_longer_cable_is_never_faster(void **state) {
    (void)state;
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        const lw_family *family = lw_families[i];
        const lw_option *cable = lw_option_find(family->type.options, "cable");
        if (cable == NULL) {
            continue;
        }
        lw_test test = lw_test_begin();
        lw_test_params params;
        default_params(&test, family, &params);
        bool exact = is_shipped(family);
        assert_int_equal(cable->kind, LW_OPTION_QUANTITY_REAL);
        double *cable_m = (double *)(void *)(params.bytes + cable->offset);
        int64_t before_ps = -1;
        for (*cable_m = 0; *cable_m <= 2.0; *cable_m += 0.25) {
            lw_link_model link;
            family->resolve(params.bytes, &link);
            int64_t ps = lw_channel_latency_ps(&link.segment[0].channel[0]);
            assert_true(ps >= before_ps);
            assert_int_equal(ps, before_ps < 0 || !exact ? ps : before_ps + 1150);
            before_ps = ps;
        }
        lw_test_end(&test);
    }
}

// ---- More and longer, in every preset ----

// Resolve with another value of the key; false where the family refuses it or has no such key.
static bool resolve_with(lw_test *test, const preset *p, const char *key, const char *text, lw_link_model *link) {
    const lw_option *row = lw_option_find(p->family->type.options, key);
    lw_diags *found = lw_diags_new(test->arena);
    lw_test_params params = p->params;
    const lw_yaml value = {.kind = LW_SCALAR, .text = text};
    if (row == NULL || lw_option_parse_value(row, &value, params.bytes, found) != LW_OK ||
        lw_test_check(p->family, &params, (lw_place){0}, found) != LW_OK) {
        return false;
    }
    p->family->resolve(params.bytes, link);
    return true;
}

static int64_t link_latency_ps(const lw_link_model *link) {
    int64_t ps = 0;
    for (int i = 0; i < link->segment_count; i++) {
        ps += lw_channel_latency_ps(&link->segment[i].channel[0]);
    }
    return ps;
}

static void assert_width_helps(lw_test *test, const char *file, const preset *p) {
    static const char *const keys[] = {"lanes", "links", "ports"};
    static const char *const counts[] = {"1", "2", "3", "4", "8", "12", "16", "18"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        double write_Bps = 0, read_Bps = 0;
        int widths = 0;
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            lw_link_model link;
            if (!resolve_with(test, p, keys[k], counts[i], &link)) {
                continue;
            }
            double write = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY);
            double read = lw_test_stage(&link, 0, LW_PACKET_COMPLETION, LW_STAGE_RETRY);
            if (write < write_Bps || read < read_Bps) {
                fail_msg("%s: slower with %s %s", file, keys[k], counts[i]);
            }
            write_Bps = write;
            read_Bps = read;
            widths++;
        }
        assert_true(lw_option_find(p->family->type.options, keys[k]) == NULL || widths >= 1);
    }
}

static void assert_length_hurts(lw_test *test, const char *file, const preset *p) {
    static const char *const keys[] = {"cable", "distance"};
    static const char *const lengths[] = {"0.1 m", "0.5 m", "1 m", "2 m", "3 m", "10 m", "100 m", "1 km", "1000 km"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        double write_Bps = (double)INFINITY;
        int64_t latency_ps = -1;
        int count = 0;
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            lw_link_model link;
            if (!resolve_with(test, p, keys[k], lengths[i], &link)) {
                continue;
            }
            double write = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY);
            if (write > write_Bps || link_latency_ps(&link) < latency_ps) {
                fail_msg("%s: faster with %s %s", file, keys[k], lengths[i]);
            }
            write_Bps = write;
            latency_ps = link_latency_ps(&link);
            count++;
        }
        assert_true(lw_option_find(p->family->type.options, keys[k]) == NULL || count >= 2);
    }
}

static void more_side_by_side_is_never_slower(void **state) {
    (void)state;
    (void)each_preset(assert_width_helps);
}

static void a_longer_route_is_never_faster(void **state) {
    (void)state;
    (void)each_preset(assert_length_hurts);
}

// ---- Keys without effect ----

static void keys_have_effect_where_they_should(void **state) {
    (void)state;
    const lw_test_effect rows[] = {
        {"pcie", "{gen: 4, lanes: 16}", "gen", true},
        {"pcie", "{gen: 4, lanes: 16}", "lanes", true},
        {"pcie", "{gen: 4, lanes: 16}", "mps", true},
        {"pcie", "{gen: 4, lanes: 16}", "tags", true},
        {"pcie", "{gen: 4, lanes: 16}", "ecrc", true},
        {"pcie", "{gen: 4, lanes: 16}", "efficiency", true},
        {"pcie", "{gen: 4, lanes: 16}", "fec_latency", false},
        {"pcie", "{gen: 6, lanes: 16}", "fec_latency", true},
        {"pcie", "{gen: 6, lanes: 16}", "bit_error_rate", false},
        {"pcie", "{gen: 4, lanes: 16}", "bit_error_rate", true},
        {"pcie", "{gen: 6, lanes: 16}", "dllp", true},  // the published model differs
        {"pcie", "{gen: 6, lanes: 16}", "flit_mode", false},
        {"pcie", "{gen: 5, lanes: 16}", "flit_mode", true},
        {"pcie", "{gen: 5, lanes: 16}", "replay", false},
        {"pcie", "{gen: 6, lanes: 16}", "replay", false},
        {"pcie", "{gen: 6, lanes: 16, flit_error_rate: 3e-5}", "replay", true},
        {"pcie", "{gen: 4, lanes: 16, dllp: byte}", "clocking", false},
        {"pcie", "{gen: 4, lanes: 16}", "clocking", true},
        {"pcie", "{gen: 4, lanes: 16}", "retimer_latency", false},
        {"pcie", "{gen: 4, lanes: 16, retimers: 1}", "retimer_latency", true},
        {"pcie", "{gen: 4, lanes: 16}", "credit_return", false},
        {"pcie", "{gen: 4, lanes: 16, posted_header_credits: 8}", "credit_return", true},
        {"pcie", "{gen: 4, lanes: 16}", "cable_loss", false},
        // it may bring a warning
        {"pcie", "{gen: 4, lanes: 16, cable: 0.5 m}", "cable_loss", true},
        {"pcie", "{gen: 4, lanes: 16}", "cable_delay", false},
        {"pcie", "{gen: 4, lanes: 16, mps: 128 B}", "rcb", false},
        {"oculink", "{gen: 4, lanes: 4}", "cable_delay", true},
        {"usb4", "{standard: thunderbolt-4}", "displayport", true},
        {"usb4", "{standard: thunderbolt-4}", "asymmetric", false},
        {"usb4", "{standard: thunderbolt-5}", "asymmetric", true},
        {"usb4", "{standard: thunderbolt-4}", "tunnel_latency", true},
    };
    assert_effects(rows);
}

static void every_key_has_effect_somewhere(void **state) {
    (void)state;
    // Links on which all that can be switched on is.
    const char *const pcie[] = {"{gen: 5, lanes: 8, bit_error_rate: 1e-9, retimers: 1, cable: 0.5 m, posted_header_credits: 9}",
                                "{gen: 6, lanes: 8, flit_error_rate: 1e-6, retimers: 1, cable: 0.5 m}",
                                "{gen: 4, lanes: 8, rcb: 128 B, completion_bytes: 128 B}"};
    for (const lw_option *row = lw_family_find("pcie")->type.options; row->key != NULL; row++) {
        if (strcmp(row->key, "rcb") == 0) {
            continue;  // only limits completion_bytes, which see
        }
        bool effect = false;
        for (size_t i = 0; i < sizeof pcie / sizeof pcie[0]; i++) {
            lw_test test = lw_test_begin();
            lw_test_params params;
            const lw_family *family = lw_test_family(&test, "pcie", pcie[i], &params);
            effect = effect || lw_test_has_effect(family, params.bytes, row->key);
            lw_test_end(&test);
        }
        if (!effect) {
            fail_msg("%s never has an effect", row->key);
        }
    }
}

// ---- Keys that a user sets and that change nothing ----

// A machine whose link has one such key, and one that changes something.
static const char idle_key[] = "lanewise: 1\n"
                               "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                               "links:\n"
                               "  slot: {between: [host, gpu], type: pcie, gen: 4, lanes: 16, fec_latency: 5 ns, mps: 256 B}\n"
                               "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 MiB}}\n";
static const char idle_key_path[] = LW_BINARY_DIR "/test_family.yaml";

typedef struct accusation {
    const lw_catalog *catalog;
    size_t accused;  // keys that were told to have no effect, when last looked at
} accusation;

static lw_status look_for_idle_keys(void *user) {
    accusation *a = user;
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
    const lw_document *document = NULL;
    a->accused = 0;
    lw_status status = diags == NULL ? LW_NO_MEMORY : LW_OK;
    status = status == LW_OK ? lw_scenario_load(idle_key_path, a->catalog, NULL, arena, diags, &document) : status;
    status = status == LW_OK ? lw_scenario_check(document, true, arena, diags) : status;
    for (size_t i = 0; diags != NULL && i < lw_diags_count(diags); i++) {
        const lw_diag *found = lw_diags_at(diags, i);
        if (strstr(found->message, "no effect") != NULL) {
            assert_string_equal(found->message, "links.slot.fec_latency has no effect here");
            a->accused++;
        }
    }
    lw_arena_free(arena);
    return status;
}

static void without_memory_nobody_is_accused(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(lw_file_write(idle_key_path, idle_key, strlen(idle_key), test.diags), LW_OK);
    accusation a = {.catalog = shipped_catalog(&test)};
    assert_true(lw_test_out_of_memory(look_for_idle_keys, &a) > 0);
    assert_int_equal(a.accused, 1);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_documented),
        cmocka_unit_test(presets_are_sound),
        cmocka_unit_test(families_are_well_formed),
        cmocka_unit_test(families_are_documented),
        cmocka_unit_test(ends_have_roles),
        cmocka_unit_test(presets_of_one_wire_agree),
        cmocka_unit_test(examples_are_sound),
        cmocka_unit_test(family_defaults_are_sound),
        cmocka_unit_test(every_listed_value_is_sound_or_refused),
        cmocka_unit_test(more_lanes_are_never_slower),
        cmocka_unit_test(a_longer_cable_is_never_faster),
        cmocka_unit_test(more_side_by_side_is_never_slower),
        cmocka_unit_test(a_longer_route_is_never_faster),
        cmocka_unit_test(keys_have_effect_where_they_should),
        cmocka_unit_test(every_key_has_effect_somewhere),
        cmocka_unit_test(without_memory_nobody_is_accused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
