// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/attribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/fabric/members.h"
#include "sim/fabric/queueing.h"
#include "sim/fabric/route_shares.h"
#include "sim/fabric/samples.h"
#include "sim/fabric/stages.h"
#include "sim/result/metric_table.h"

// ---- What limited a workload ----

// Times of one workload, and shares of its time.
typedef struct {
    int64_t start_ps, end_ps;
    double time_ps;  // from start to end
    double fixed, stalled, busiest, queued;
    uint32_t queue;   // the slots that it waited for longest
    uint32_t stream;  // the compute stream that it keeps busiest; LW_NO_RESOURCE: none
    int64_t compute_ps;
    uint32_t busiest_server;
    double wait_ps;
    double trips_ps, delays_ps;  // of all transfers and of all delays, one after the other
    int64_t packets;
} times_of_work;

// Phases of tasks, from when they are watched to their last packet, and how much of them something
// took up.
typedef struct {
    double sum_ps, taken_ps;
    int64_t first_ps, last_ps;
} phases;

static void add_phases(phases *to, const phases *of) {
    if (of->last_ps <= of->first_ps) {
        return;
    }
    to->first_ps = to->sum_ps > 0 && to->first_ps < of->first_ps ? to->first_ps : of->first_ps;
    to->last_ps = to->last_ps > of->last_ps ? to->last_ps : of->last_ps;
    to->sum_ps += of->sum_ps;
    to->taken_ps += of->taken_ps;
}

// Those in which the instances of a task moved.
static phases phases_of(const lw_task_result *task) {
    return (phases){.sum_ps = (double)task->phase_ps, .first_ps = task->watched_ps, .last_ps = task->delivered_ps};
}

// Those in which they waited for a slot.
static phases waits_of(const lw_task_result *task) {
    const double queued_ps = (double)task->queued_ps;
    return (phases){
        .sum_ps = queued_ps, .taken_ps = queued_ps, .first_ps = task->queued_from_ps, .last_ps = task->queued_until_ps};
}

// The share of time_ps that the phases took up. Phases one after the other add up; what is more
// than fits in between the first and the last ran side by side and counts once.
static double share_of(const phases *of, double time_ps) {
    if (of->sum_ps <= 0) {
        return 0;
    }
    double covered_ps = fmin(of->sum_ps, (double)(of->last_ps - of->first_ps));
    return fmin(1, of->taken_ps / of->sum_ps * covered_ps / time_ps);
}

// A server of a task's path and how much of the task's phase it was busy.
typedef struct load {
    uint32_t server;
    double share;
} load;

// A link is named for the requests it carries where it is this much busier than all that carry the
// data: what a channel carries in the opposite direction seldom holds up requests, which get every
// second turn.
static const double clearly_busier = 1.1;

typedef struct attribution {
    const lw_built *built;
    const lw_engine_result *result;
    const load *busiest;   // one a task
    phases *busy;          // one a server; empty between workloads
    phases *queued;        // one a resource, as busy
    int64_t *computed_ps;  // one a resource, as busy
    lw_weighted *sample;   // scratch: one a member, or a sample
    lw_percentiles asked;
    double *at;  // two of each that is asked for, one workload after the other
} attribution;

// The server that a task found busiest. Both directions of a link may be nearly as busy, and then
// that of the data counts.
static load busiest_of(const lw_built *built, const lw_engine_result *result, uint32_t index) {
    const lw_fabric *fabric = &built->fabric;
    const lw_task_result *did = &result->task[index];
    const load found = {did->busiest, did->busiest_share};
    const double phase_ps = (double)did->phase_ps;
    if (found.server == LW_NO_SERVER || fabric->server[found.server].role != LW_SERVER_LINK) {
        return found;
    }
    const lw_flow *flow = &fabric->flow[fabric->task[index].flow];
    load data = {LW_NO_SERVER, 0};
    for (size_t i = 0; i < flow->data_count && phase_ps > 0; i++) {
        if (flow->data[i].server == found.server) {
            return found;
        }
        double share = fmin(1, (double)did->load[i].busy_ps / phase_ps);
        data = share > data.share ? (load){flow->data[i].server, share} : data;
    }
    return clearly_busier * data.share >= found.share ? data : found;
}

// The server that most of the workload's time had to wait for. Leaves `busy` empty for the next
// workload.
static void find_busiest(const attribution *a, const lw_built_workload *work, times_of_work *times) {
    for (uint32_t i = work->first_task; i < work->first_task + work->task_count; i++) {
        uint32_t server = a->busiest[i].server;
        if (server == LW_NO_SERVER) {
            continue;
        }
        // phases side by side may leave gaps between them, in which it is idle
        const double most = (double)a->result->server[server].busy_ps / times->time_ps;
        double share = fmin(share_of(&a->busy[server], times->time_ps), most);
        a->busy[server] = (phases){0};
        if (share > times->busiest || (share > 0 && share == times->busiest && server < times->busiest_server)) {
            times->busiest = share;
            times->busiest_server = server;
        }
    }
}

// The slots that it waited for longest, as find_busiest.
static void find_queue(const attribution *a, const lw_built_workload *work, times_of_work *times) {
    for (uint32_t i = work->first_task; i < work->first_task + work->task_count; i++) {
        uint32_t slots = a->built->fabric.task[i].acquires;
        if (slots != LW_NO_RESOURCE) {
            double share = share_of(&a->queued[slots], times->time_ps);
            a->queued[slots] = (phases){0};
            times->queue = share > times->queued ? slots : times->queue;
            times->queued = fmax(share, times->queued);
        }
    }
}

// How long it keeps its compute streams busy, as find_busiest.
static void find_stream(const attribution *a, const lw_built_workload *work, times_of_work *times) {
    const lw_fabric *fabric = &a->built->fabric;
    const int64_t all_ps = times->end_ps - times->start_ps;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = work->first_task; i < work->first_task + work->task_count; i++) {
            const lw_task *task = &fabric->task[i];
            const uint32_t stream = task->flow == LW_NO_FLOW ? task->releases : LW_NO_RESOURCE;
            if (stream == LW_NO_RESOURCE || !a->built->slots[stream].computes) {
                continue;
            }
            int64_t *sum_ps = &a->computed_ps[stream];
            if (round == 0) {
                const lw_int128 sum = (lw_int128)task->submit_ps * lw_task_count(task) + *sum_ps;
                *sum_ps = sum < all_ps ? (int64_t)sum : all_ps;
            } else if (times->stream == LW_NO_RESOURCE || *sum_ps > times->compute_ps) {
                times->stream = stream;
                times->compute_ps = *sum_ps;
            }
            *sum_ps = round == 0 ? *sum_ps : 0;
        }
    }
}

static bool is_compute(const lw_built *built, uint32_t index) {
    const uint32_t stream = built->fabric.task[index].releases;
    return stream != LW_NO_RESOURCE && built->slots[stream].computes;
}

// Of all transfers of a task, one after the other: how long their first bytes are under way.
static double trips_of(const lw_built *built, uint32_t index) {
    const lw_task *task = &built->fabric.task[index];
    const lw_flow *flow = &built->fabric.flow[task->flow];
    int64_t trip_ps = lw_path_latency_ps(built->fabric.server, flow->data, flow->data_count, 0);
    if (flow->kind == LW_FLOW_READ) {
        trip_ps += flow->completer_ps + lw_path_latency_ps(built->fabric.server, flow->request, flow->request_count, 0);
    }
    return (double)trip_ps * (double)lw_task_count(task);
}

static void sum_work(const attribution *a, const lw_built_workload *work, times_of_work *times) {
    *times =
        (times_of_work){.start_ps = INT64_MAX, .busiest_server = LW_NO_SERVER, .queue = LW_NO_RESOURCE, .stream = LW_NO_RESOURCE};
    phases stalled = {0};
    for (uint32_t i = work->first_task; i < work->first_task + work->task_count; i++) {
        const lw_task_result *task = &a->result->task[i];
        uint32_t slots = a->built->fabric.task[i].acquires;
        // what has a time of its own leaves the workload waiting for that, from when it could start
        const int64_t could_ps = task->ready_ps - a->built->fabric.task[i].start_ps;
        times->start_ps = could_ps < times->start_ps ? could_ps : times->start_ps;
        times->end_ps = task->end_ps > times->end_ps ? task->end_ps : times->end_ps;
        if (slots != LW_NO_RESOURCE && a->built->slots[slots].name != NULL && !a->built->slots[slots].computes) {
            const phases waits = waits_of(task);
            add_phases(&a->queued[slots], &waits);
        }
        if (a->built->fabric.task[i].flow != LW_NO_FLOW) {
            const load busiest = a->busiest[i];
            phases moved = phases_of(task);
            moved.taken_ps = (double)task->window_stall_ps;
            add_phases(&stalled, &moved);
            moved.taken_ps = busiest.share * moved.sum_ps;
            if (busiest.server != LW_NO_SERVER) {
                add_phases(&a->busy[busiest.server], &moved);
            }
            times->trips_ps += trips_of(a->built, i);
            times->wait_ps += (double)task->wait_ps;
            times->packets += task->packets;
        } else if (!is_compute(a->built, i)) {
            times->delays_ps += (double)a->built->fabric.task[i].submit_ps * (double)lw_task_count(&a->built->fabric.task[i]);
        }
    }
    if (work->task_count == 0) {
        times->start_ps = 0;
    }
    times->time_ps = (double)(times->end_ps - times->start_ps);
    if (times->time_ps <= 0) {
        return;  // no phase of it lasted
    }
    find_busiest(a, work, times);
    find_queue(a, work, times);
    find_stream(a, work, times);
    times->stalled = share_of(&stalled, times->time_ps);
    times->fixed = fmin(1, (double)(work->submit_ps + work->finish_ps + work->latency_ps) / times->time_ps);
}

static const double mostly_fixed = 0.5;  // of the time: then fixed costs decide

// times_each: its result is the time of one call.
static lw_limit limit_of_fixed(const lw_built_workload *work, bool times_each, const times_of_work *times) {
    const int64_t part_ps[] = {
        [LW_FIXED_SUBMISSION] = work->submit_ps, [LW_FIXED_COMPLETION] = work->finish_ps, [LW_FIXED_LATENCY] = work->latency_ps};
    int largest = 0;
    for (int i = 1; i < 3; i++) {
        largest = part_ps[i] > part_ps[largest] ? i : largest;
    }
    const bool each = times_each && work->calls > 1;
    return (lw_limit){.kind = LW_LIMITED_BY_FIXED_COST,
                      .share = times->fixed,
                      .of_time = true,
                      .part = (lw_fixed_part)largest,
                      .each = each,
                      .time_ps = each ? part_ps[largest] / work->calls : part_ps[largest]};
}

// Work that is no transfer of its own has no fixed cost, but what it sends one after the other takes its time, and so do
// its delays.
static lw_limit limit_of_waiting(const times_of_work *times) {
    const bool delays = times->delays_ps > times->trips_ps;
    const double waited_ps = fmin(delays ? times->delays_ps : times->trips_ps, times->time_ps);
    return (lw_limit){.kind = LW_LIMITED_BY_FIXED_COST,
                      .share = waited_ps / times->time_ps,
                      .of_time = true,
                      .part = delays ? LW_FIXED_DELAY : LW_FIXED_LATENCY,
                      .time_ps = (int64_t)waited_ps};
}

// Queued calls follow one another at their caller, or at an engine.
static bool is_calls(const lw_built_workload *work, const times_of_work *times, lw_limit *out) {
    const bool by_caller = work->queued_ps >= work->gap_ps;
    const int64_t each_ps = by_caller ? work->queued_ps : work->gap_ps;
    const double share = fmin(1, (double)each_ps * (double)work->queued / times->time_ps);
    *out = (lw_limit){.kind = LW_LIMITED_BY_FIXED_COST,
                      .share = share,
                      .of_time = true,
                      .part = by_caller ? LW_FIXED_CALLS : LW_FIXED_GAP,
                      .each = true,
                      .time_ps = each_ps};
    return share >= mostly_fixed && share > times->busiest && share > times->fixed;
}

static lw_limit limit_of_window(const lw_built *built, const lw_built_workload *work, const times_of_work *times) {
    const lw_transfer *main = &work->main;
    return (lw_limit){.kind = LW_LIMITED_BY_READ_WINDOW,
                      .name = built->machine->link[main->window].name,
                      .share = times->stalled,
                      .of_time = true,
                      .time_ps = main->round_trip_ps,
                      .count = main->flow.tags,
                      .bytes = main->flow.request_bytes};
}

static const double nearly = 0.95;

uint32_t lw_server_to_name(const lw_built *built, const lw_built_workload *work, uint32_t server) {
    const lw_transfer *main = &work->main;
    const lw_fraction pace = lw_server_pace(&built->fabric.server[server]);
    if (built->fabric.server[server].role == LW_SERVER_COPY_ENGINE && pace.num > 0 &&
        1e12 / lw_fraction_value(pace) >= nearly * main->waterfall.rate_Bps[LW_STAGE_RETRY]) {
        for (size_t i = 0; i < main->flow.data_count; i++) {
            uint32_t hop = main->flow.data[i].server;
            if (built->fabric.server[hop].role == LW_SERVER_LINK && built->server[hop].link == main->slowest) {
                return hop;
            }
        }
    }
    return server;
}

static lw_limit limit_of_server(const lw_built *built, const lw_built_workload *work, const times_of_work *times) {
    uint32_t named = lw_server_to_name(built, work, times->busiest_server);
    const lw_server *server = &built->fabric.server[named];
    const lw_server_info *info = &built->server[named];
    bool per_packet = server->role == LW_SERVER_COPY_ENGINE && server->packet_ps > 0;
    bool is_link = info->link != LW_NO_LINK;
    return (lw_limit){.kind = is_link      ? LW_LIMITED_BY_CHANNEL
                              : per_packet ? LW_LIMITED_BY_DMA_ENGINE
                                           : LW_LIMITED_BY_NODE,
                      .name = info->name,
                      .direction = is_link ? info->direction : NULL,
                      .segment = info->segment,
                      .share = times->busiest,
                      .of_time = built->fabric.server[times->busiest_server].packet_ps > 0,
                      .for_requests = info->for_requests,
                      .time_ps = server->packet_ps};
}

static lw_limit limit_of_compute(const lw_built *built, const times_of_work *times) {
    return (lw_limit){.kind = LW_LIMITED_BY_COMPUTE,
                      .name = built->slots[times->stream].name,
                      .share = (double)times->compute_ps / times->time_ps,
                      .of_time = true};
}

static lw_limit limit_of_queue(const lw_built *built, const times_of_work *times) {
    return (lw_limit){.kind = LW_LIMITED_BY_COPY_ENGINES,
                      .name = built->slots[times->queue].name,
                      .use = built->slots[times->queue].use,
                      .share = times->queued,
                      .of_time = true,
                      .count = built->fabric.resource_slots[times->queue]};
}

// Looks on a path for the server whose receive buffer holds the fewest packets of a kind.
static void look_for_credits(const lw_built *built, const lw_hop *hop, size_t count, lw_packet_kind kind, int64_t packet_bytes,
                             load *tightest) {
    for (size_t i = 0; i < count; i++) {
        const lw_server *server = &built->fabric.server[hop[i].server];
        const lw_credits *credits = &server->credits[kind];
        int64_t units = server->data_unit_bytes > 0 && packet_bytes > 0 ? (packet_bytes - 1) / server->data_unit_bytes + 1 : 0;
        int64_t packets = credits->packets > 0 ? credits->packets : INT64_MAX;
        if (units > 0 && credits->data_units > 0 && credits->data_units != LW_CREDITS_INFINITE &&
            credits->data_units / units < packets) {
            packets = credits->data_units / units;
        }
        if ((double)packets < tightest->share) {
            *tightest = (load){hop[i].server, (double)packets};
        }
    }
}

// The server of the workload's paths whose receive buffer is smallest; LW_NO_SERVER when none is
// bounded.
static uint32_t tightest_credits(const lw_built *built, const lw_built_workload *work) {
    const lw_flow *flow = &work->main.flow;
    load tightest = {LW_NO_SERVER, (double)INT64_MAX};  // share: packets
    look_for_credits(built, flow->data, flow->data_count, flow->data_kind, flow->packet_bytes, &tightest);
    look_for_credits(built, flow->request, flow->request_count, LW_PACKET_REQUEST, 0, &tightest);
    return tightest.server;
}

// What its tags let one member ask for, on idle links, is no more than this times what it got.
static const double window_slack = 1.5;

static bool is_window(const lw_built_workload *work, int64_t members, const times_of_work *times) {
    const lw_transfer *main = &work->main;
    if (times->stalled <= times->busiest || main->window == LW_NO_LINK || main->round_trip_ps <= 0) {
        return false;
    }
    double allowed_Bps = (double)main->flow.tags * (double)main->flow.request_bytes * 1e12 / (double)main->round_trip_ps;
    double moved_Bps = (double)work->bytes / (double)members * 1e12 / (times->time_ps * (1 - times->fixed));
    return allowed_Bps < window_slack * moved_Bps;
}

static double repeated_share(const lw_built_workload *work) {
    const double *rate_Bps = work->main.waterfall.rate_Bps;
    return rate_Bps[LW_STAGE_CONTROL] > 0 ? 1 - rate_Bps[LW_STAGE_RETRY] / rate_Bps[LW_STAGE_CONTROL] : 0;
}

// busy so much of the time that rates decide: then it limits
static const double nearly_always = 0.9;
// errors that cost the slowest link so much of its rate are what one would mend first
static const double worth_mending = 0.1;

// A server that is busy nearly all the time limits; a window does where tags run out on a link with
// time to spare. What is left is bounded by waiting: for the offered load, for credits, for fixed
// costs.
static lw_limit find_limit(const lw_built *built, size_t index, const times_of_work *times) {
    const lw_graph_workload *asked = &built->graph->workload[index];
    const lw_built_workload *work = &built->workload[index];
    const lw_link *slowest = work->main.slowest != LW_NO_LINK ? &built->machine->link[work->main.slowest] : NULL;
    double moving = 1 - times->fixed;  // the part that rates decide
    if (times->time_ps <= 0) {
        return (lw_limit){.kind = LW_LIMITED_BY_NOTHING, .share = times->fixed, .of_time = true};
    }
    if (times->fixed >= mostly_fixed && !asked->offered) {
        return limit_of_fixed(work, asked->times_each, times);
    }
    lw_limit calls;
    if (is_calls(work, times, &calls)) {
        return calls;
    }
    const double computes = (double)times->compute_ps / times->time_ps;
    if (times->fixed <= 0 && fmax(computes, fmax(times->busiest, times->queued)) < mostly_fixed &&
        fmax(times->trips_ps, times->delays_ps) >= mostly_fixed * times->time_ps) {
        return limit_of_waiting(times);
    }
    if (computes > 0 && computes >= times->busiest && computes >= times->queued) {
        return limit_of_compute(built, times);
    }
    if (times->busiest_server != LW_NO_SERVER && times->busiest >= nearly_always * moving) {
        return limit_of_server(built, work, times);
    }
    if (times->queued > 0 && times->queued >= times->busiest) {
        return limit_of_queue(built, times);
    }
    if (asked->offered) {
        return (lw_limit){.kind = LW_LIMITED_BY_OFFERED_LOAD, .share = 1 - times->busiest};
    }
    if (slowest != NULL && repeated_share(work) > worth_mending) {
        return (lw_limit){.kind = LW_LIMITED_BY_REPEATS, .name = slowest->name, .share = repeated_share(work)};
    }
    if (is_window(work, asked->members, times)) {
        return limit_of_window(built, work, times);
    }
    if (slowest != NULL && work->writes_under_way > 0) {
        return (lw_limit){.kind = LW_LIMITED_BY_WRITE_WINDOW,
                          .name = slowest->name,
                          .share = 1 - times->busiest,
                          .of_time = true,
                          .count = work->writes_under_way};
    }
    uint32_t credits = tightest_credits(built, work);
    if (credits != LW_NO_SERVER && times->busiest < nearly_always * moving) {
        return (lw_limit){.kind = LW_LIMITED_BY_CREDITS,
                          .name = built->server[credits].name,
                          .direction = built->server[credits].direction,
                          .share = 1 - times->busiest,
                          .of_time = true};
    }
    if (times->fixed > times->busiest || times->busiest_server == LW_NO_SERVER) {
        return limit_of_fixed(work, asked->times_each, times);
    }
    return limit_of_server(built, work, times);
}

// A time as a result stands on times, and so does a rate that a time decides.
static lw_evidence evidence_of(const lw_graph_workload *asked, const lw_provenance *known, const lw_limit *limit) {
    return asked->counts_time || limit->of_time ? lw_evidence_weaker(known->rate, known->latency) : known->rate;
}

// ---- Rows of the result ----

static lw_signal signal_on(const lw_built *built, const lw_route *route) {
    lw_signal least = {0};
    for (size_t i = 0; i < route->count; i++) {
        const lw_link_model *model = lw_machine_model(built->machine, route->leg[i]);
        for (int s = 0; s < model->segment_count; s++) {
            const lw_signal *here = &model->segment[s].channel[route->leg[i].dir].signal;
            if (here->mode != NULL && (least.mode == NULL || lw_signal_margin_dB(here) < lw_signal_margin_dB(&least))) {
                least = *here;
            }
        }
    }
    return least;
}

static const lw_provenance unasked = {LW_SPECIFIED, LW_SPECIFIED};

// Packets at a rate and reads one by one have latencies, which are told otherwise.
static const lw_metric *asked_time(const lw_graph_workload *asked) {
    const bool times = asked->counts_time && !asked->paced && !asked->times_each;
    return times ? lw_metric_find(asked->kind->metrics[0], LW_OF_WORKLOAD, asked->kind->own) : NULL;
}

static void read_workload(const attribution *a, size_t index, const lw_provenance *known, lw_workload_result *out) {
    const lw_built *built = a->built;
    const lw_graph_workload *asked = &built->graph->workload[index];
    const lw_built_workload *work = &built->workload[index];
    const bool fails = lw_limit_failure(&work->failure) != NULL;
    times_of_work times = {0};
    if (!fails) {
        sum_work(a, work, &times);
    }
    double time_s = times.time_ps / 1e12;
    *out = (lw_workload_result){.name = asked->object->name,
                                .direction = asked->direction,
                                .copy = asked->copy,
                                .manner = asked->manner,
                                .held_bytes = asked->held_bytes,
                                .size_bytes = asked->size_bytes,
                                .start_ps = times.start_ps,
                                .end_ps = times.end_ps,
                                .bytes = work->bytes,
                                .time_s = time_s,
                                .bandwidth_GBps = time_s > 0 ? (double)work->bytes / time_s / 1e9 : 0,
                                .fixed_ps = fails ? 0 : work->submit_ps + work->finish_ps + work->latency_ps,
                                .redop = asked->kind->redop,
                                .root = asked->kind->root,
                                .collective = asked->kind->redop != NULL ? asked->kind->type.name : NULL,
                                .method = asked->method,
                                .choice = asked->choice,
                                .priced = asked->priced,
                                .priced_count = asked->priced_count,
                                .compute = times.stream != LW_NO_RESOURCE && !fails ? built->slots[times.stream].name : NULL,
                                .compute_ps = times.compute_ps,
                                .paced = asked->paced,
                                .signal = signal_on(built, &work->main.route),
                                .asked = asked_time(asked),
                                .own = asked->kind->own};
    if (out->paced && times.packets > 0) {
        out->mean_wait_ps = times.wait_ps / (double)times.packets;
        out->mean_latency_ps = (double)work->latency_ps + out->mean_wait_ps;
        out->md1_wait_ps = lw_md1_wait_ps(built, index);
    }
    const size_t members = lw_members_of(asked);
    if (members > 1 && !asked->background && !fails) {
        out->member_ps = lw_members_sample(work, a->result, members, a->sample);
        lw_percentiles_add(a->sample, a->asked, a->at + 2 * index * a->asked.count, &out->member_ps);
    }
    if (!fails) {
        out->each_ps = lw_sample_each(built, a->result, index, a->sample);
        lw_percentiles_add(a->sample, a->asked, a->at + (2 * index + 1) * a->asked.count, &out->each_ps);
        out->mean_latency_ps = asked->times_each ? out->each_ps.mean : out->mean_latency_ps;
    }
    out->limit = fails ? work->failure : find_limit(built, index, &times);
    out->evidence = evidence_of(asked, known, &out->limit);
    if (asked->kind->replay != NULL && !fails) {
        lw_members_time(work, a->result, members, a->sample);
        asked->kind->replay(asked, a->sample, out);
    } else if (out->own != NULL && !fails) {
        asked->kind->measure(asked->object->params, out, out->own_value);
    }
}

// Flits included.
static int64_t wire_bytes(const lw_server_info *info, const lw_server_result *server) {
    lw_int128 scaled = (lw_int128)server->wire_bytes * info->expand.num;
    return (int64_t)((scaled + info->expand.den - 1) / info->expand.den);
}

typedef struct row_of_server {
    uint64_t key;  // of the machine's links, then of its nodes, in the order of the file
    lw_direction_result row;
} row_of_server;

static int by_key(const void *left, const void *right) {
    const row_of_server *a = left, *b = right;
    const int order = (a->key > b->key) - (a->key < b->key);
    const int names = order != 0 ? order : strcmp(a->row.link, b->row.link);
    return names != 0 ? names : strcmp(a->row.direction, b->row.direction);
}

// One row a link and direction, the busiest of its segments; one row a memory or limit of a root
// complex.
static lw_status read_directions(const lw_built *built, const lw_engine_result *result, lw_arena *arena, lw_point *out) {
    row_of_server *rows = LW_NEW_ARRAY(arena, row_of_server, built->fabric.server_count);
    const lw_server_info *last = NULL;  // of the last row
    size_t count = 0;
    if (rows == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < built->fabric.server_count; i++) {
        const lw_server_info *info = &built->server[i];
        const lw_server_result *server = &result->server[i];
        lw_server_role role = built->fabric.server[i].role;
        if (role != LW_SERVER_LINK && role != LW_SERVER_MEMORY) {
            continue;
        }
        bool is_link = info->link != LW_NO_LINK;
        row_of_server here = {.key = is_link ? 2 * (uint64_t)info->link + (uint64_t)info->dir : (UINT64_C(1) << 40) + info->node};
        here.row = (lw_direction_result){info->name,      info->direction, 0, server->payload_bytes, wire_bytes(info, server),
                                         server->packets, server->replays};
        here.row.utilisation = result->end_ps > 0 ? (double)server->busy_ps / (double)result->end_ps : 0;
        // Segments of one link and direction follow each other.
        bool same = last != NULL && is_link && last->link == info->link && last->dir == info->dir;
        if (!same) {
            rows[count++] = here;
        } else if (here.row.utilisation > rows[count - 1].row.utilisation) {
            rows[count - 1] = here;
        }
        last = info;
    }
    qsort(rows, count, sizeof *rows, by_key);
    for (size_t i = 0; i < count; i++) {
        out->direction[out->direction_count++] = rows[i].row;
    }
    return LW_OK;
}

// How busy the copy engines were that tasks held.
static lw_status read_engines(const lw_built *built, const lw_engine_result *result, lw_arena *arena, lw_point *out) {
    const lw_fabric *fabric = &built->fabric;
    out->engines = LW_NEW_ARRAY(arena, lw_engines_result, fabric->resource_count);
    if (out->engines == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t r = 0; r < fabric->resource_count; r++) {
        const lw_slots_info *info = &built->slots[r];
        const double held_ps = (double)result->held_ps[r];
        double whole_ps = (double)fabric->resource_slots[r] * (double)result->end_ps;
        if (info->name != NULL && !info->computes && held_ps > 0) {
            out->engines[out->engines_count++] =
                (lw_engines_result){info->name, info->use, fabric->resource_slots[r], held_ps / whole_ps};
        }
    }
    return LW_OK;
}

lw_status lw_attribute(const lw_built *built, const lw_engine_result *result, lw_provenances known, lw_percentiles asked,
                       lw_arena *arena, lw_point *out) {
    size_t count = built->graph->workload_count;
    *out = (lw_point){.workload = LW_NEW_ARRAY(arena, lw_workload_result, count),
                      .workload_count = count,
                      .stage = LW_NEW_ARRAY(arena, lw_stage_result, count),
                      .direction = LW_NEW_ARRAY(arena, lw_direction_result, built->fabric.server_count),
                      .last = SIZE_MAX,
                      .events = result->events,
                      .packets = result->packets,
                      .packet_hops = result->packet_hops,
                      .end_ps = result->end_ps};
    phases *busy = LW_NEW_ARRAY(arena, phases, built->fabric.server_count);
    load *busiest = LW_NEW_ARRAY(arena, load, built->fabric.task_count);
    phases *queued = LW_NEW_ARRAY(arena, phases, built->fabric.resource_count);
    int64_t *computed_ps = LW_NEW_ARRAY(arena, int64_t, built->fabric.resource_count);
    lw_weighted *sample = lw_new_samples(built, result, arena);
    double *at = LW_NEW_ARRAY(arena, double, 2 * count * asked.count);
    if (out->workload == NULL || out->stage == NULL || out->direction == NULL || busy == NULL || busiest == NULL ||
        queued == NULL || computed_ps == NULL || sample == NULL || at == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < built->fabric.task_count; i++) {
        busiest[i] = built->fabric.task[i].flow != LW_NO_FLOW ? busiest_of(built, result, i) : (load){LW_NO_SERVER, 0};
    }
    const attribution a = {built, result, busiest, busy, queued, computed_ps, sample, asked, at};
    int64_t latest_ps = -1;
    lw_list routes = {0};
    for (size_t i = 0; i < count; i++) {
        lw_workload_result *row = &out->workload[i];
        read_workload(&a, i, known.workload != NULL ? &known.workload[i] : &unasked, row);
        LW_TRY(lw_members_list(built, result, i, arena, row));
        out->evidence = lw_evidence_weaker(out->evidence, row->evidence);
        const bool fails = lw_limit_failure(&row->limit) != NULL;
        if (fails ? out->last == SIZE_MAX : !built->graph->workload[i].background && row->end_ps > latest_ps) {
            latest_ps = fails ? latest_ps : row->end_ps;
            out->last = i;
        }
        LW_TRY(lw_route_shares_read(built, i, arena, &routes));
    }
    for (size_t i = 0; i < count; i++) {
        if (built->workload[i].main.slowest != LW_NO_LINK) {
            LW_TRY(lw_stages_read(built, i, out->workload, known.link, arena, &out->stage[out->stage_count++]));
        }
    }
    out->route = LW_LIST_ITEMS(&routes, lw_route_result);
    out->route_count = routes.count;
    LW_TRY(read_engines(built, result, arena, out));
    return read_directions(built, result, arena, out);
}
