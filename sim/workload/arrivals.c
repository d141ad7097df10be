// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/arrivals.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

const char *const lw_open_arrival_words[] = {"fixed", "poisson", NULL};

static const lw_option time_option = LW_WORK_TIME("at", 0, "0 ns", "when an iteration comes");

lw_status lw_arrivals_check(const lw_arrivals_given *given, const char *what, const lw_option *options, const lw_option_set *set,
                            lw_place at, lw_diags *diags) {
    const lw_yaml *list = given->open->at;
    if (list != NULL && (list->kind != LW_LIST || list->count == 0)) {
        return lw_error(diags, list->place, "write at: [0 ms, 3 ms, 8 ms]", "'at' is a list of times");
    }
    if (list != NULL && given->open->every_ps != LW_AUTO) {
        return lw_error(diags, lw_type_place(options, set, "every", at), "leave one of them out",
                        "%s come at the times of 'at', or one in every so long", what);
    }
    if (list != NULL && given->count != LW_AUTO && given->count != (int64_t)list->count) {
        return lw_error(diags, lw_type_place(options, set, given->key, at), "leave it out", "'at' lists %zu %s", list->count,
                        what);
    }
    if (given->random && given->open->every_ps == LW_AUTO) {
        return lw_error(diags, lw_type_place(options, set, "arrivals", at), given->example, "how many arrive is not said");
    }
    return LW_OK;
}

static lw_status read_list(const lw_graph_builder *builder, const lw_yaml *at, int64_t count, int64_t *time_ps) {
    const lw_yaml *value = at->first;
    for (int64_t i = 0; i < count; i++, value = value->next) {
        LW_TRY(lw_option_parse_value(&time_option, value, &time_ps[i], builder->diags));
        if (i > 0 && time_ps[i] < time_ps[i - 1]) {
            return lw_error(builder->diags, value->place, "list them as they come",
                            "workloads.%s: '%s' is before the time before it", builder->object->name, value->text);
        }
    }
    return LW_OK;
}

lw_status lw_arrivals_find(const lw_graph_builder *builder, const lw_open_arrivals *arrivals, int64_t count, int64_t **out) {
    *out = LW_NEW_ARRAY(builder->arena, int64_t, (size_t)count);
    if (*out == NULL) {
        return LW_NO_MEMORY;
    }
    if (arrivals->at != NULL) {
        return read_list(builder, arrivals->at, count, *out);
    }
    const uint64_t stream = lw_name_hash(lw_mix(builder->seed), builder->object->name);
    double drawn_ps = 0;
    for (int64_t i = 1; i < count; i++) {
        const double uniform = ((double)(lw_mix(stream + (uint64_t)i) >> 11) + 0.5) / 0x1p53;
        drawn_ps += arrivals->random ? gsl_cdf_exponential_Pinv(uniform, (double)arrivals->every_ps) : (double)arrivals->every_ps;
        if (drawn_ps > (double)LW_WORK_LONGEST_PS) {
            return lw_error(builder->diags, lw_object_place(builder->object, "every"), "100 hours are the most",
                            "workloads.%s: iteration %lld comes too late", builder->object->name, (long long)i + 1);
        }
        (*out)[i] = arrivals->random ? llround(drawn_ps) : i * arrivals->every_ps;
    }
    return LW_OK;
}
