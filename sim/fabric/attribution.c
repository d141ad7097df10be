// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/attribution.h"

#include <math.h>
#include <string.h>

// ---- What limited a job ----

// Times of one job, and shares of its time.
typedef struct {
    int64_t start_ps, end_ps;
    double time_ps;  // from start to end
    double fixed, stalled, busiest;
    uint32_t busiest_server;
    double wait_ps;
    int64_t packets;
} job_times;

// Phases of tasks, from their first packet to the last, and how much of them something took up.
typedef struct {
    double sum_ps, taken_ps;
    int64_t first_ps, last_ps;
} phases;

static void add_phase(phases *to, const lw_task_result *task, double share) {
    double phase_ps = (double)(task->delivered_ps - task->first_ps);
    if (phase_ps <= 0) {
        return;
    }
    to->first_ps = to->sum_ps > 0 && to->first_ps < task->first_ps ? to->first_ps : task->first_ps;
    to->last_ps = to->last_ps > task->delivered_ps ? to->last_ps : task->delivered_ps;
    to->sum_ps += phase_ps;
    to->taken_ps += share * phase_ps;
}

// The share of time_ps that the phases took up. Phases one after the other add up; what is more than fits in between the first
// and the last ran side by side and counts once.
static double share_of(const phases *of, double time_ps) {
    if (of->sum_ps <= 0) {
        return 0;
    }
    double covered_ps = fmin(of->sum_ps, (double)(of->last_ps - of->first_ps));
    return fmin(1, of->taken_ps / of->sum_ps * covered_ps / time_ps);
}

// A server of a task's way and how much of the task's phase it was busy.
typedef struct load {
    uint32_t server;
    double share;
} load;

// A link of the requests' way is named where it is this much busier than all of the data's: what a channel carries the other way
// seldom holds up requests, which get every second turn.
static const double clearly_busier = 1.1;

// What is surely known of a server's work during a task: what the task itself brought there, and what does not fit into the
// rest of the run.
static double least_busy_ps(const lw_built *plan, const lw_engine_result *result, uint32_t index, const lw_hop *hop) {
    const lw_task *task = &plan->fabric.task[index];
    const lw_task_result *did = &result->task[index];
    const lw_server *server = &plan->fabric.server[hop->server];
    int64_t pieces = hop->segment_bytes > 0 ? (task->packet_bytes - 1) / hop->segment_bytes + 1 : 1;
    double wire_bytes = (double)task->bytes + (double)did->packets * (double)(pieces * hop->overhead_bytes);
    double own_ps = (double)did->packets * (double)server->packet_ps + wire_bytes * lw_fraction_value(server->ps_per_byte);
    int64_t elsewhere_ps = result->end_ps - (did->delivered_ps - did->first_ps);
    return fmax(own_ps, (double)(result->server[hop->server].busy_ps - elsewhere_ps));
}

// The server that a task found busiest. Both directions of a link may be nearly as busy, and then the way of the data counts.
static load busiest_of(const lw_built *plan, const lw_engine_result *result, uint32_t index) {
    const lw_task *task = &plan->fabric.task[index];
    const lw_task_result *did = &result->task[index];
    const load found = {did->busiest, did->busiest_share};
    double phase_ps = (double)(did->delivered_ps - did->first_ps);
    if (found.server == LW_NO_SERVER || plan->server[found.server].role != LW_SERVER_LINK) {
        return found;
    }
    load data = {LW_NO_SERVER, 0};
    for (size_t i = 0; i < task->data_count && phase_ps > 0; i++) {
        if (task->data[i].server == found.server) {
            return found;
        }
        double share = fmin(1, least_busy_ps(plan, result, index, &task->data[i]) / phase_ps);
        data = share > data.share ? (load){task->data[i].server, share} : data;
    }
    return clearly_busier * data.share >= found.share ? data : found;
}

// The server that most of the job's time had to wait for. Leaves `busy` empty for the next job.
static void find_busiest(const lw_built *plan, const lw_built_workload *job, const lw_engine_result *result, phases *busy,
                         job_times *times) {
    for (uint32_t i = job->first_task; i < job->first_task + job->task_count; i++) {
        uint32_t server = busiest_of(plan, result, i).server;
        if (server == LW_NO_SERVER) {
            continue;
        }
        double share = share_of(&busy[server], times->time_ps);
        busy[server] = (phases){0};
        if (share > times->busiest || (share > 0 && share == times->busiest && server < times->busiest_server)) {
            times->busiest = share;
            times->busiest_server = server;
        }
    }
}

// busy: empty; one a server, of the tasks that found it the busiest on their way.
static void sum_job(const lw_built *plan, const lw_built_workload *job, const lw_engine_result *result, phases *busy,
                    job_times *times) {
    *times = (job_times){.start_ps = INT64_MAX, .busiest_server = LW_NO_SERVER};
    phases stalled = {0};
    for (uint32_t i = job->first_task; i < job->first_task + job->task_count; i++) {
        const lw_task_result *task = &result->task[i];
        times->start_ps = task->start_ps < times->start_ps ? task->start_ps : times->start_ps;
        times->end_ps = task->end_ps > times->end_ps ? task->end_ps : times->end_ps;
        if (plan->fabric.task[i].kind != LW_TASK_DELAY) {
            double phase_ps = (double)(task->delivered_ps - task->first_ps);
            add_phase(&stalled, task, phase_ps > 0 ? (double)task->window_stall_ps / phase_ps : 0);
            load most = busiest_of(plan, result, i);
            if (most.server != LW_NO_SERVER) {
                add_phase(&busy[most.server], task, most.share);
            }
            times->wait_ps += (double)task->wait_ps;
            times->packets += task->packets;
        }
    }
    if (job->task_count == 0) {
        times->start_ps = 0;
    }
    times->time_ps = (double)(times->end_ps - times->start_ps);
    if (times->time_ps <= 0) {
        return;  // no phase of it lasted
    }
    find_busiest(plan, job, result, busy, times);
    times->stalled = share_of(&stalled, times->time_ps);
    times->fixed = fmin(1, (double)(job->submit_ps + job->finish_ps + job->latency_ps) / times->time_ps);
}

static const char *fixed_words(const lw_built_workload *job, lw_arena *arena) {
    const struct {
        const char *name;
        int64_t ps;
    } part[] = {{"submission", job->submit_ps}, {"completion", job->finish_ps}, {"latency", job->latency_ps}};
    int largest = 0;
    for (int i = 1; i < 3; i++) {
        largest = part[i].ps > part[largest].ps ? i : largest;
    }
    char text[LW_QUANTITY_TEXT];
    return lw_arena_print(arena, "fixed cost (%s %s)", part[largest].name,
                          lw_quantity_print((double)part[largest].ps, LW_TIME, text));
}

static const char *window_words(const lw_built *plan, const lw_built_workload *job, lw_arena *arena) {
    const lw_transfer *transfer = &job->transfer;
    char text[LW_QUANTITY_TEXT];
    return lw_arena_print(arena, "links.%s: window (%lld tags x %lld B, round trip %s)",
                          plan->system->connection[transfer->window].name, (long long)transfer->task.tags,
                          (long long)transfer->task.request_bytes,
                          lw_quantity_print((double)transfer->round_trip_ps, LW_TIME, text));
}

// A copy engine whose pace is nearly the link's ceiling is no news: the link is what one could change.
static const double nearly = 0.95;

static const char *server_words(const lw_built *plan, const lw_built_workload *job, uint32_t server) {
    const lw_transfer *transfer = &job->transfer;
    const lw_fraction pace = plan->fabric.server[server].ps_per_byte;
    if (plan->server[server].role == LW_SERVER_COPY_ENGINE && pace.num > 0 &&
        1e12 / lw_fraction_value(pace) >= nearly * transfer->waterfall.rate_Bps[LW_STAGE_RETRY]) {
        for (size_t i = 0; i < transfer->task.data_count; i++) {
            const lw_server_info *info = &plan->server[transfer->task.data[i].server];
            if (info->role == LW_SERVER_LINK && info->connection == transfer->slowest) {
                return info->limit;
            }
        }
    }
    return plan->server[server].limit;
}

// Looks on a path for the server whose receive buffer holds the fewest packets of a kind.
static void look_for_credits(const lw_built *plan, const lw_hop *hop, size_t count, lw_packet_kind kind, int64_t packet_bytes,
                             int64_t *least, uint32_t *tightest) {
    for (size_t i = 0; i < count; i++) {
        const lw_server *server = &plan->fabric.server[hop[i].server];
        const lw_credits *credits = &server->credits[kind];
        int64_t units = server->data_unit_bytes > 0 && packet_bytes > 0 ? (packet_bytes - 1) / server->data_unit_bytes + 1 : 0;
        int64_t packets = credits->packets > 0 ? credits->packets : INT64_MAX;
        if (units > 0 && credits->data_units > 0 && credits->data_units != LW_CREDITS_INFINITE &&
            credits->data_units / units < packets) {
            packets = credits->data_units / units;
        }
        if (packets < *least) {
            *least = packets;
            *tightest = hop[i].server;
        }
    }
}

// The server of the job's way whose receive buffer is smallest; LW_NO_SERVER when none is bounded.
static uint32_t tightest_credits(const lw_built *plan, const lw_built_workload *job) {
    const lw_task *task = &job->transfer.task;
    uint32_t tightest = LW_NO_SERVER;
    int64_t least = INT64_MAX;
    look_for_credits(plan, task->data, task->data_count, task->data_kind, task->packet_bytes, &least, &tightest);
    look_for_credits(plan, task->request, task->request_count, LW_PACKET_REQUEST, 0, &least, &tightest);
    return tightest;
}

// What its tags let one member ask for, on idle links, is no more than this times what it got.
static const double window_slack = 1.5;

static bool is_window(const lw_built_workload *job, const job_times *times) {
    const lw_transfer *transfer = &job->transfer;
    if (times->stalled <= times->busiest || transfer->window == LW_NO_SERVER || transfer->round_trip_ps <= 0) {
        return false;
    }
    double allowed_Bps =
        (double)transfer->task.tags * (double)transfer->task.request_bytes * 1e12 / (double)transfer->round_trip_ps;
    double moved_Bps = (double)job->bytes / (double)job->members * 1e12 / (times->time_ps * (1 - times->fixed));
    return allowed_Bps < window_slack * moved_Bps;
}

// Errors that cost the slowest link a tenth of its rate or more are what one would mend first.
static double repeated_share(const lw_built_workload *job) {
    const double *rate_Bps = job->transfer.waterfall.rate_Bps;
    return rate_Bps[LW_STAGE_CONTROL] > 0 ? 1 - rate_Bps[LW_STAGE_RETRY] / rate_Bps[LW_STAGE_CONTROL] : 0;
}

// What limits a job, how much of its time goes to that, be it busy, waited for, or paid as a fixed cost, and whether times decide
// there instead of rates.
typedef struct job_limit {
    const char *words;
    double share;
    bool of_time;
} job_limit;

static job_limit limit_of_server(const lw_built *plan, const lw_built_workload *job, const job_times *times) {
    const char *words = server_words(plan, job, times->busiest_server);
    return (job_limit){words, times->busiest, plan->fabric.server[times->busiest_server].packet_ps > 0};
}

// A server that is busy nearly all the time limits; a window does where tags run out on a link with time to spare. What is left
// is bounded by waiting: for the offered load, for credits, for fixed costs.
static job_limit find_limit(const lw_built *plan, const lw_built_workload *job, const job_times *times, lw_arena *arena) {
    bool arrives = lw_workload_is_paced(job->job) && job->job->params.arrivals != LW_ARRIVALS_BACKLOG;
    bool offered = job->transfer.task.data_count > 0 && (job->job->kind == LW_WORKLOAD_MEMORY_LOAD || arrives);
    double moving = 1 - times->fixed;  // the part that rates decide
    if (times->time_ps <= 0) {
        return (job_limit){"nothing", times->fixed, true};
    }
    if (times->fixed >= 0.5 && !offered) {
        return (job_limit){fixed_words(job, arena), times->fixed, true};
    }
    if (times->busiest_server != LW_NO_SERVER && times->busiest >= 0.9 * moving) {
        return limit_of_server(plan, job, times);
    }
    if (offered) {
        return (job_limit){"the offered load", 1 - times->busiest, false};
    }
    if (repeated_share(job) > 0.1) {
        const char *link = plan->system->connection[job->transfer.slowest].name;
        return (job_limit){lw_arena_print(arena, "links.%s: repeats after errors", link), repeated_share(job), false};
    }
    if (is_window(job, times)) {
        return (job_limit){window_words(plan, job, arena), times->stalled, true};
    }
    if (job->writes_under_way > 0 && job->transfer.slowest != LW_NO_SERVER) {
        const char *words = lw_arena_print(arena, "links.%s: window (%lld write%s under way)",
                                           plan->system->connection[job->transfer.slowest].name, (long long)job->writes_under_way,
                                           job->writes_under_way == 1 ? "" : "s");
        return (job_limit){words, 1 - times->busiest, true};
    }
    uint32_t credits = tightest_credits(plan, job);
    if (credits != LW_NO_SERVER && times->busiest < 0.9 * moving) {
        const lw_server_info *info = &plan->server[credits];
        return (job_limit){lw_arena_print(arena, "links.%s %s: credits", info->name, info->direction), 1 - times->busiest, true};
    }
    if (times->fixed > times->busiest || times->busiest_server == LW_NO_SERVER) {
        return (job_limit){fixed_words(job, arena), times->fixed, true};
    }
    return limit_of_server(plan, job, times);
}

// A time as a result stands on times, and so does a rate that a time decides.
static lw_evidence evidence_of(const lw_built_workload *job, const job_limit *limit) {
    bool latency = job->job->kind == LW_WORKLOAD_READ_LATENCY || lw_workload_is_paced(job->job);
    lw_evidence rate = job->grounds.rate;
    return latency || limit->of_time ? lw_evidence_weaker(rate, job->grounds.latency) : rate;
}

// ---- Rows of the result ----

static lw_status read_job(const lw_built *plan, const lw_built_workload *job, const lw_engine_result *result, phases *busy,
                          lw_arena *arena, lw_workload_result *out) {
    job_times times;
    sum_job(plan, job, result, busy, &times);
    double time_s = times.time_ps / 1e12;
    *out = (lw_workload_result){.name = job->job->name,
                                .direction = job->direction,
                                .copy = job->copy,
                                .start_ps = times.start_ps,
                                .end_ps = times.end_ps,
                                .bytes = job->bytes,
                                .time_s = time_s,
                                .bandwidth_GBps = time_s > 0 ? (double)job->bytes / time_s / 1e9 : 0,
                                .fixed_ps = job->submit_ps + job->finish_ps + job->latency_ps,
                                .paced = lw_workload_is_paced(job->job)};
    if (out->paced && times.packets > 0) {
        out->mean_wait_ps = times.wait_ps / (double)times.packets;
        out->mean_latency_ps = (double)job->latency_ps + out->mean_wait_ps;
    }
    const job_limit limit = find_limit(plan, job, &times, arena);
    out->limited_by = limit.words;
    out->limited_share = limit.share;
    out->evidence = evidence_of(job, &limit);
    return out->limited_by == NULL ? LW_NO_MEMORY : LW_OK;
}

// From the raw rate of the slowest link down to what one member achieved.
static void read_stages(const lw_built *plan, const lw_built_workload *job, double bandwidth_GBps, lw_stage_result *out) {
    const lw_transfer *transfer = &job->transfer;
    const lw_link *slowest = &plan->system->connection[transfer->slowest];
    const lw_provenance grounds = lw_link_provenance(slowest->spec, plan->carries[transfer->slowest]);
    const lw_node *device = plan->system->device;
    *out = (lw_stage_result){.workload = job->job->name,
                             .link = slowest->name,
                             .label = slowest->spec->link.label,
                             .family = slowest->spec->family->name,
                             .evidence = grounds.rate,
                             .guest_evidence = lw_evidence_weaker(lw_node_guest_evidence(device[job->job->pair[0][0]].spec),
                                                                  lw_node_guest_evidence(device[job->job->pair[0][1]].spec)),
                             .latency_evidence = grounds.latency};
    for (int stage = 0; stage <= LW_STAGE_RETRY; stage++) {
        out->rate_GBps[stage] = transfer->waterfall.rate_Bps[stage] / 1e9;
    }
    double window = out->rate_GBps[LW_STAGE_RETRY];
    if (transfer->task.kind == LW_TASK_READ && transfer->task.tags != LW_TAGS_INFINITE && transfer->round_trip_ps > 0) {
        double limit = (double)transfer->task.tags * (double)transfer->task.request_bytes / (double)transfer->round_trip_ps * 1e3;
        window = fmin(window, limit);
    }
    out->rate_GBps[LW_STAGE_WINDOW] = window;
    out->rate_GBps[LW_STAGE_ENDPOINT] = fmin(window, bandwidth_GBps / (double)job->members);
}

// Flits included.
static int64_t wire_bytes(const lw_server_info *info, const lw_server_result *server) {
    lw_int128 scaled = (lw_int128)server->wire_bytes * info->expand.num;
    return (int64_t)((scaled + info->expand.den - 1) / info->expand.den);
}

// One row a link and direction, the busiest of its segments; one row a memory.
static void read_directions(const lw_built *plan, const lw_engine_result *result, lw_point *out) {
    const lw_server_info *last = NULL;  // of the last row
    for (size_t i = 0; i < plan->fabric.server_count; i++) {
        const lw_server_info *info = &plan->server[i];
        const lw_server_result *server = &result->server[i];
        if (info->role != LW_SERVER_LINK && info->role != LW_SERVER_MEMORY) {
            continue;
        }
        lw_direction_result row = {info->name,      info->direction, 0, server->payload_bytes, wire_bytes(info, server),
                                   server->packets, server->replays};
        row.utilisation = result->end_ps > 0 ? (double)server->busy_ps / (double)result->end_ps : 0;
        // Segments of one link and direction follow each other.
        bool same = last != NULL && info->role == LW_SERVER_LINK && last->role == LW_SERVER_LINK &&
                    last->connection == info->connection && last->dir == info->dir;
        if (!same) {
            out->direction[out->direction_count++] = row;
        } else if (row.utilisation > out->direction[out->direction_count - 1].utilisation) {
            out->direction[out->direction_count - 1] = row;
        }
        last = info;
    }
}

lw_status lw_attribute(const lw_built *plan, const lw_engine_result *result, lw_arena *arena, lw_point *out) {
    size_t jobs = plan->system->job_count;
    *out = (lw_point){.workload = LW_NEW_ARRAY(arena, lw_workload_result, jobs),
                      .workload_count = jobs,
                      .stage = LW_NEW_ARRAY(arena, lw_stage_result, jobs),
                      .direction = LW_NEW_ARRAY(arena, lw_direction_result, plan->fabric.server_count),
                      .limited_by = "nothing",
                      .events = result->events,
                      .packets = result->packets,
                      .packet_hops = result->packet_hops,
                      .end_ps = result->end_ps};
    phases *busy = LW_NEW_ARRAY(arena, phases, plan->fabric.server_count);
    if (out->workload == NULL || out->stage == NULL || out->direction == NULL || busy == NULL) {
        return LW_NO_MEMORY;
    }
    int64_t latest_ps = -1;
    for (size_t i = 0; i < jobs; i++) {
        const lw_built_workload *job = &plan->job[i];
        LW_TRY(read_job(plan, job, result, busy, arena, &out->workload[i]));
        out->evidence = lw_evidence_weaker(out->evidence, out->workload[i].evidence);
        if (!job->background && out->workload[i].end_ps > latest_ps) {
            latest_ps = out->workload[i].end_ps;
            out->limited_by = out->workload[i].limited_by;
        }
        if (job->transfer.slowest != LW_NO_SERVER) {
            read_stages(plan, job, out->workload[i].bandwidth_GBps, &out->stage[out->stage_count++]);
        }
    }
    read_directions(plan, result, out);
    return LW_OK;
}

// ---- Keeping ----

static bool keep_text(const char **text, lw_arena *arena) {
    if (*text != NULL) {
        *text = lw_arena_copy(arena, *text);
        return *text != NULL;
    }
    return true;
}

static void *keep_array(const void *items, size_t count, size_t size, lw_arena *arena) {
    void *copy = lw_arena_alloc(arena, count, size);
    if (copy != NULL && count > 0) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

lw_status lw_point_keep(const lw_point *point, lw_arena *arena, lw_point *out) {
    lw_point kept = *point;
    kept.workload = keep_array(point->workload, point->workload_count, sizeof *point->workload, arena);
    kept.direction = keep_array(point->direction, point->direction_count, sizeof *point->direction, arena);
    kept.stage = keep_array(point->stage, point->stage_count, sizeof *point->stage, arena);
    bool ok = kept.workload != NULL && kept.direction != NULL && kept.stage != NULL && keep_text(&kept.limited_by, arena);
    for (size_t i = 0; ok && i < kept.workload_count; i++) {
        lw_workload_result *row = &kept.workload[i];
        ok = keep_text(&row->name, arena) && keep_text(&row->direction, arena) && keep_text(&row->limited_by, arena);
    }
    for (size_t i = 0; ok && i < kept.direction_count; i++) {
        ok = keep_text(&kept.direction[i].link, arena) && keep_text(&kept.direction[i].direction, arena);
    }
    for (size_t i = 0; ok && i < kept.stage_count; i++) {
        lw_stage_result *row = &kept.stage[i];
        ok = keep_text(&row->workload, arena) && keep_text(&row->link, arena) && keep_text(&row->label, arena);
    }
    if (!ok) {
        return LW_NO_MEMORY;
    }
    *out = kept;
    return LW_OK;
}
