// SPDX-License-Identifier: GPL-3.0-or-later
// Much data over a link that is there at times: a pass of a satellite, hours of a dish on Earth.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct bulk_params {
    const char *from, *to;
    int64_t bytes, contact_ps, period_ps;
    bool acknowledged;
} bulk_params;

enum { REPORT_BYTES = 1024 };

#define AT(field) offsetof(bulk_params, field)
static const lw_option options[] = {
    LW_WORK_NODE("from", AT(from), "where the data are"),
    LW_WORK_NODE("to", AT(to), "where they go"),
    LW_WORK_BYTES("bytes", AT(bytes), NULL, 1, "payload"),
    LW_WORK_TIME("contact", AT(contact_ps), "0 s", "how long the ends see each other at a stretch; 0: always"),
    LW_WORK_TIME("period", AT(period_ps), "24 h", "from the start of a contact to that of the next"),
    {.key = "acknowledged",
     .kind = LW_OPTION_FLAG,
     .offset = AT(acknowledged),
     .fallback = "false",
     .help = "it ends when the sender has the report that all has come, 1 KiB on the way back"},
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const bulk_params *p = params;
    return p->contact_ps <= p->period_ps
               ? LW_OK
               : lw_error(diags, lw_type_place(options, set, "contact", at), "give a period as long as the contact at least",
                          "contacts are longer than the time from one to the next");
}

static uint32_t node_named(const lw_machine *machine, const char *name) {
    uint32_t node = 0;
    while (node < machine->node_count && strcmp(machine->node[node].name, name) != 0) {
        node++;
    }
    return node;
}

// What the route carries; 0 where there is none or it carries nothing, which its copies tell.
static lw_status rate_of(lw_graph_builder *builder, const bulk_params *p, double *rate_Bps) {
    const lw_machine *machine = builder->machine;
    const uint32_t from = node_named(machine, p->from), to = node_named(machine, p->to);
    lw_route route;
    *rate_Bps = 0;
    if (from == machine->node_count || to == machine->node_count || from == to) {
        return LW_OK;
    }
    const lw_status found = lw_route_find(builder->router, from, to, (lw_via){0}, &route);
    if (found != LW_OK) {
        return found == LW_BAD_INPUT ? LW_OK : found;
    }
    for (size_t i = 0; i < route.count; i++) {
        lw_waterfall waterfall;
        lw_link_model_waterfall(lw_machine_model(machine, route.leg[i]), route.leg[i].dir, LW_PACKET_WRITE, 0, 0, &waterfall);
        const double leg_Bps = waterfall.rate_Bps[LW_STAGE_RETRY];
        *rate_Bps = i == 0 || leg_Bps < *rate_Bps ? leg_Bps : *rate_Bps;
    }
    return LW_OK;
}

// As much in each contact as fits, and the rest in the last.
static const char *text_of(lw_arena *arena, const bulk_params *p, double rate_Bps) {
    const double fits = p->contact_ps > 0 ? floor(rate_Bps * (double)p->contact_ps / 1e12) : 0;
    const long long full = fits >= 1 && fits < (double)p->bytes ? (long long)ceil((double)p->bytes / fits) - 1 : 0;
    const long long rest = (long long)p->bytes - full * (long long)fmin(fits, (double)p->bytes);
    const char *const form = "{copy: {from: '%s', to: '%s', bytes: %lld B}";
    const char *passes = "";
    if (full > 0) {
        const char *pass = lw_arena_print(arena, form, p->from, p->to, (long long)fits);
        passes = pass == NULL ? NULL
                              : lw_arena_print(arena,
                                               "passes:\n  repeat: %lld\n  tasks:\n"
                                               "    pass: %s}\n"
                                               "    next: {delay: %lld ps}\n",
                                               full, pass, (long long)p->period_ps);
    }
    const char *last = lw_arena_print(arena, form, p->from, p->to, rest);
    const char *report = p->acknowledged ? lw_arena_print(arena, form, p->to, p->from, (long long)REPORT_BYTES) : "";
    return passes == NULL || last == NULL || report == NULL
               ? NULL
               : lw_arena_print(arena, "%slast: %s%s}\n%s%s%s", passes, last, full > 0 ? ", after: passes" : "",
                                p->acknowledged ? "report: " : "", report, p->acknowledged ? ", after: last}\n" : "");
}

static lw_status expand(lw_graph_builder *builder) {
    const bulk_params *p = builder->object->params;
    double rate_Bps;
    LW_TRY(rate_of(builder, p, &rate_Bps));
    const char *text = text_of(builder->arena, p, rate_Bps);
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, 1, 1);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const bulk_params *p = params;
    const double time_ps = (double)(result->end_ps - result->start_ps);
    value[0] = time_ps / 1e6;
    value[1] = p->contact_ps > 0 ? floor(time_ps / (double)p->period_ps) + 1 : 1;
    value[2] = time_ps > 0 ? (double)p->bytes / time_ps * 1e3 : 0;
}

static const lw_metric own[] = {
    LW_OWN_TIME("delivery_us", "delivery", "delivery", "until all has come, or the sender knows"),
    LW_OWN_PLAIN("contacts", "contacts", "contacts", "that had begun by then"),
    LW_OWN_METRIC("delivered_GBps", "delivered_rate", LW_RATE, 1e9, "delivered", "the data by that time"),
    {0}};
static const char *const metrics[] = {"delivery_us", "contacts", "delivered_GBps", "time_us", NULL};

static const char page[] = "Much data over a link whose ends see each other at times: minutes of a satellite that passes, hours\n"
                           "of a dish on Earth.\n"
                           "\n"
                           "  down: {kind: bulk, from: mars, to: relay, bytes: 100 GB, contact: 8 h, period: 24 h}\n"
                           "\n"
                           "Each contact carries what its time and the rate of the route give, the last what is left; a contact\n"
                           "begins when the first period does. The light's time counts once, at the end of what is sent: data\n"
                           "are sent on without waiting for answers (ARQ of the link, as ltp of thz, asks for what was lost).\n"
                           "acknowledged: true adds the way back. A protocol that waits for an answer before it sends on is\n"
                           "the link's arq and window: over minutes of light it carries next to nothing.\n"
                           "\n"
                           "Where light takes longer than is left of a period after a contact, the next contact waits for it,\n"
                           "which a sender would not.";

const lw_work_kind lw_work_bulk = {
    .type = {.name = "bulk",
             .summary = "much data over a link that is there at times, as of satellites",
             .page = page,
             .example = "{kind: bulk, from: host, to: gpu, bytes: 1 GB, contact: 10 ms, period: 20 ms}",
             .options = options,
             .params_size = sizeof(bulk_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
