// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/metric_table.h"

#include <string.h>

// Picoseconds are whole numbers, so the division is rounded once.
static double time_us(const lw_workload_result *w) {
    return (double)(w->end_ps - w->start_ps) / 1e6;
}
static double bandwidth_GBps(const lw_workload_result *w) {
    return w->bandwidth_GBps;
}
static double low_GBps(const lw_workload_result *w) {
    return w->low_GBps;
}
static double high_GBps(const lw_workload_result *w) {
    return w->high_GBps;
}
static double bytes(const lw_workload_result *w) {
    return (double)w->bytes;
}
static double mean_wait_us(const lw_workload_result *w) {
    return w->mean_wait_ps / 1e6;
}
static double mean_latency_us(const lw_workload_result *w) {
    return w->mean_latency_ps / 1e6;
}
static double latency_p50_us(const lw_workload_result *w) {
    return w->each_ps.median / 1e6;
}
static double latency_p99_us(const lw_workload_result *w) {
    return w->each_ps.p99 / 1e6;
}
static double member_min_us(const lw_workload_result *w) {
    return w->member_ps.least / 1e6;
}
static double member_median_us(const lw_workload_result *w) {
    return w->member_ps.median / 1e6;
}
static double member_p95_us(const lw_workload_result *w) {
    return w->member_ps.p95 / 1e6;
}
static double member_max_us(const lw_workload_result *w) {
    return w->member_ps.most / 1e6;
}
static double fixed_us(const lw_workload_result *w) {
    return (double)w->fixed_ps / 1e6;
}
static double compute_us(const lw_workload_result *w) {
    return (double)w->compute_ps / 1e6;
}
static double exposed_us(const lw_workload_result *w) {
    return (double)(w->end_ps - w->start_ps - w->compute_ps) / 1e6;
}
static bool computes(const lw_workload_result *w) {
    return w->compute != NULL;
}
static double limited_share(const lw_workload_result *w) {
    return w->limit.share;
}
static double lifted_us(const lw_workload_result *w) {
    return (double)w->lifted.time_ps / 1e6;
}
static bool is_lifted(const lw_workload_result *w) {
    return w->lifted.what != NULL;
}
static double low_us(const lw_workload_result *w) {
    return (double)w->band_ps[0] / 1e6;
}
static double high_us(const lw_workload_result *w) {
    return (double)w->band_ps[1] / 1e6;
}
static bool has_times(const lw_workload_result *w) {
    return w->band_ps[1] > 0;
}
static double utilisation(const lw_direction_result *d) {
    return d->utilisation;
}
static double payload_bytes(const lw_direction_result *d) {
    return (double)d->payload_bytes;
}
static double wire_bytes(const lw_direction_result *d) {
    return (double)d->wire_bytes;
}
static double packets(const lw_direction_result *d) {
    return (double)d->packets;
}
static double replays(const lw_direction_result *d) {
    return (double)d->replays;
}

static double received_dBm(const lw_workload_result *w) {
    return w->signal.received_dBm;
}
static double noise_dBm(const lw_workload_result *w) {
    return w->signal.noise_dBm;
}
static double snr_dB(const lw_workload_result *w) {
    return w->signal.snr_dB;
}
static double margin_dB(const lw_workload_result *w) {
    return lw_signal_margin_dB(&w->signal);
}
static bool has_signal(const lw_workload_result *w) {
    return w->signal.mode != NULL;
}

static bool has_band(const lw_workload_result *w) {
    return w->has_band;
}
static bool has_latency(const lw_workload_result *w) {
    return w->paced || w->each_ps.count > 0;
}
static bool times_each(const lw_workload_result *w) {
    return w->each_ps.count > 0;
}
static bool has_members(const lw_workload_result *w) {
    return w->member_ps.count > 0;
}

static double held_bytes(const lw_workload_result *w) {
    return (double)w->held_bytes;
}

static bool holds(const lw_workload_result *w) {
    return w->held_bytes > 0;
}

#define OF_WORKLOAD(word, without, measure, base_units, label, says, function)                                                   \
    .name = (word), .quantity = (without), .dimension = (measure), .unit = (base_units), .of = LW_OF_WORKLOAD, .title = (label), \
    .help = (says), .workload = (function)
#define OF_DIRECTION(word, measure, label, says, function)                                                      \
    .name = (word), .dimension = (measure), .unit = 1, .of = LW_OF_DIRECTION, .title = (label), .help = (says), \
    .direction = (function)

const lw_metric lw_metrics[] = {
    {OF_WORKLOAD("time_us", "time", LW_TIME, 1e6, "time", "from when it could start to its end, whatever it waited for", time_us),
     .in_csv = true},
    {OF_WORKLOAD("bandwidth_GBps", "bandwidth", LW_RATE, 1e9, "bandwidth", "payload by time; 0 of what cannot run",
                 bandwidth_GBps),
     .in_csv = true, .of_failed = true},
    {OF_WORKLOAD("bytes", NULL, LW_BYTES, 1, "bytes", "payload delivered", bytes), .whole = true, .in_csv = true,
     .of_failed = true},
    {OF_WORKLOAD("mean_wait_us", "mean_wait", LW_TIME, 1e6, "mean wait",
                 "queueing delay of a packet, of a read with its request, where packets come at a rate; else 0", mean_wait_us),
     .in_csv = true},
    {OF_WORKLOAD("mean_latency_us", "mean_latency", LW_TIME, 1e6, "mean latency",
                 "mean_wait and the latency on idle links, where packets come at a rate; of read-latency that of one read",
                 mean_latency_us),
     .in_csv = true, .has = has_latency},
    {OF_WORKLOAD("latency_p50_us", "latency_p50", LW_TIME, 1e6, "median latency",
                 "of a packet, or read, of those that come at random times, and of a read of read-latency", latency_p50_us),
     .in_csv = true, .has = times_each},
    {OF_WORKLOAD("latency_p99_us", "latency_p99", LW_TIME, 1e6, "99 % latency", "what 99 of 100 of these do not exceed",
                 latency_p99_us),
     .in_csv = true, .has = times_each},
    {OF_WORKLOAD("member_min_us", "member_min", LW_TIME, 1e6, "fastest member",
                 "of a workload over a group, or of ranks: the shortest time of a member, from when it could start to its end",
                 member_min_us),
     .in_csv = true, .has = has_members},
    {OF_WORKLOAD("member_median_us", "member_median", LW_TIME, 1e6, "median member", "the median of these times",
                 member_median_us),
     .in_csv = true, .has = has_members},
    {OF_WORKLOAD("member_p95_us", "member_p95", LW_TIME, 1e6, "95 % of members", "what 95 of 100 members do not exceed",
                 member_p95_us),
     .in_csv = true, .has = has_members},
    {OF_WORKLOAD("member_max_us", "member_max", LW_TIME, 1e6, "slowest member", "the longest of these times", member_max_us),
     .in_csv = true, .has = has_members},
    {OF_WORKLOAD("bandwidth_low_GBps", "bandwidth_low", LW_RATE, 1e9, "bandwidth, low",
                 "the least that it may be, where links or presets say how uncertain they are", low_GBps),
     .in_csv = true, .of_failed = true, .has = has_band},
    {OF_WORKLOAD("bandwidth_high_GBps", "bandwidth_high", LW_RATE, 1e9, "bandwidth, high",
                 "the most that it may be, where links or presets say how uncertain they are", high_GBps),
     .in_csv = true, .of_failed = true, .has = has_band},
    {OF_WORKLOAD("fixed_us", "fixed", LW_TIME, 1e6, "fixed cost",
                 "of its time: submission, completion and the latency on idle links", fixed_us)},
    {OF_WORKLOAD("compute_us", "compute", LW_TIME, 1e6, "compute", "of its time: while the device that computes most does so",
                 compute_us),
     .in_csv = true, .has = computes},
    {OF_WORKLOAD("exposed_us", "exposed", LW_TIME, 1e6, "exposed",
                 "of its time: while that device waits, for copies that hide behind no compute or for others", exposed_us),
     .in_csv = true, .has = computes},
    {OF_WORKLOAD("held_bytes", "held", LW_BYTES, 1, "held", "what the devices that compute must hold together", held_bytes),
     .whole = true, .has = holds},
    {OF_WORKLOAD("limited_share", NULL, LW_PLAIN, 1, "share", "of its time, while its limit is busy, waited for or paid",
                 limited_share)},
    {OF_WORKLOAD("lifted_us", "lifted", LW_TIME, 1e6, "time without its limit",
                 "with --lift: its time if the link, engine or memory that limits it took none", lifted_us),
     .in_csv = true, .has = is_lifted},
    {OF_WORKLOAD("low_us", "low", LW_TIME, 1e6, "time, 5 %",
                 "5th percentile of its time over what presets say is uncertain; less than 1 % is not told", low_us),
     .in_csv = true, .has = has_times},
    {OF_WORKLOAD("high_us", "high", LW_TIME, 1e6, "time, 95 %", "the same, 95th percentile", high_us), .in_csv = true,
     .has = has_times},
    {OF_WORKLOAD("received_dBm", "received", LW_POWER, 1, "power received", "of a radio on its route, in the middle of the band",
                 received_dBm),
     .in_csv = true, .of_failed = true, .has = has_signal},
    {OF_WORKLOAD("noise_dBm", "noise", LW_POWER, 1, "noise", "of that radio's receiver, at the symbol rate in use", noise_dBm),
     .in_csv = true, .of_failed = true, .has = has_signal},
    {OF_WORKLOAD("snr_dB", "snr", LW_LOSS, 1, "signal to noise",
                 "what its decoder gets, of all the band, repeated symbols and errors of hardware included", snr_dB),
     .in_csv = true, .of_failed = true, .has = has_signal},
    {OF_WORKLOAD("margin_dB", "margin", LW_LOSS, 1, "margin", "snr less what the mode needs; below 0 the link does not close",
                 margin_dB),
     .in_csv = true, .of_failed = true, .has = has_signal},
    {OF_DIRECTION("utilisation", LW_PLAIN, "busy", "share of the run during which it carries something", utilisation)},
    {OF_DIRECTION("payload_bytes", LW_BYTES, "payload bytes", "payload that it carried", payload_bytes), .whole = true},
    {OF_DIRECTION("wire_bytes", LW_BYTES, "wire bytes", "with headers, framing and what was repeated", wire_bytes),
     .whole = true},
    {OF_DIRECTION("packets", LW_PLAIN, "packets", "packets that it carried", packets), .whole = true},
    {OF_DIRECTION("replays", LW_PLAIN, "replays", "packets that were sent again", replays), .whole = true},
    {0}};

static const lw_metric *find_in(const lw_metric *table, const char *word, lw_metric_of of) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        if (m->of == of && (strcmp(m->name, word) == 0 || (m->quantity != NULL && strcmp(m->quantity, word) == 0))) {
            return m;
        }
    }
    return NULL;
}

const lw_metric *lw_metric_find(const char *word, lw_metric_of of, const lw_metric *own) {
    const lw_metric *found = find_in(lw_metrics, word, of);
    return found != NULL ? found : find_in(own, word, of);
}

bool lw_metric_of_workload(const lw_metric *metric, const lw_workload_result *workload, double *value) {
    if (!metric->of_failed && lw_limit_failure(&workload->limit) != NULL) {
        return false;
    }
    if (metric->workload != NULL) {
        *value = metric->workload(workload);
        return metric->has == NULL || metric->has(workload);
    }
    for (size_t i = 0; workload->own != NULL && workload->own[i].name != NULL; i++) {
        if (strcmp(workload->own[i].name, metric->name) == 0) {  // several kinds may have it
            *value = workload->own_value[i];
            return true;
        }
    }
    return false;
}
