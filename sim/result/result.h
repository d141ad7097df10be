// SPDX-License-Identifier: GPL-3.0-or-later
// Results as plain numbers: what a run hands to tables, CSV, JSON and charts. Nothing here knows
// the engine.
#ifndef LW_RESULT_H
#define LW_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/evidence.h"
#include "sim/base/hue.h"
#include "sim/base/signal.h"
#include "sim/base/spread.h"
#include "sim/base/stage.h"
#include "sim/result/critical.h"
#include "sim/result/limit.h"
#include "sim/result/metric.h"
#include "sim/result/timeline.h"

// One swept path and its value in one point.
typedef struct lw_set_value {
    const char *path;  // "links.egpu", "workloads.upload.bytes"
    const char *text;  // what a human reads: "oculink-2-x4", "4 KiB"
    bool is_flag;      // text is "true" or "false" and means it
    bool is_number;
    double number;           // in the base unit when is_number
    lw_dimension dimension;  // of number
} lw_set_value;

enum { LW_OWN_METRICS_MAX = 12 };

// A member of work that was read from a list. Its nodes are numbered as the list does.
typedef struct lw_member_result {
    int64_t from, to;
    int64_t bytes;
    int64_t start_ps, end_ps;  // counted from when the workload could start
} lw_member_result;

// A workload once more as if what limits it took no time (lw_point_add_lifted).
typedef struct lw_lifted {
    const char *what;  // "links.nvlink", "nodes.gpus copy engine"; NULL: not asked, or nothing to lift
    int64_t time_ps;   // that it then takes
    lw_limit limit;    // that it then has
} lw_lifted;

// What a library could have done, and what it reckons for that.
typedef struct lw_priced {
    const char *name;  // "ring, LL128"
    double time_us;
    bool taken;
} lw_priced;

typedef struct lw_workload_result {
    const char *name;
    const char *direction;  // of the data: "host->gpu"; NULL when it has not one
    // "h2d", "d2h" or "d2d", the word that measured tables use; NULL for other work
    const char *copy;
    // how: by an "engine" of the card from or to pinned memory, by a "kernel", "pageable", or "staged"
    // between GPUs; of tasks the kind of work; NULL where copy is, or nobody says. Static text
    const char *manner;
    // of the whole workload: from when it could start, whatever it then waited for
    int64_t start_ps, end_ps;
    int64_t bytes;          // payload delivered
    int64_t size_bytes;     // of each of its copies; 0: it is one, or none
    double time_s;          // end - start
    double bandwidth_GBps;  // bytes / time_s / 1e9; 0 when no time passed
    bool has_band;          // a link of its route (lw_family.band) or a preset says how uncertain it is
    // then: bandwidth with these links at the bad and the good end, and with band_ps; else 0
    double low_GBps, high_GBps;
    // and of a radio on its route the margin of the mode in use there; in no file: a chart draws it
    double low_margin_dB, high_margin_dB;
    // submission and completion cost and unloaded latency inside that time
    int64_t fixed_ps;
    // times of its members, each from when it could start to its end; count 0: it has but one
    lw_distribution member_ps;
    // times of its transfers, one after the other, or of packets that come at random times, where
    // there are many of some (lw_task_result.sample); count 0: its kind does not tell them
    lw_distribution each_ps;
    // its members one by one, in the order of the list that they were read from, and what such a
    // list holds, in one word; NULL: no list
    const char *listed;
    lw_member_result *member;
    size_t member_count;
    bool paced;  // its packets come at a rate, so they have a mean wait and latency
    // mean queueing delay of a packet, of a read with its request (paced work); 0 otherwise
    double mean_wait_ps;
    // what theory says of it, where it applies (lw_md1_wait_ps); 0 otherwise. In no file: a chart draws it
    double md1_wait_ps;
    // the mean wait and the unloaded latency (paced work), or the mean of each_ps; 0 otherwise
    double mean_latency_ps;
    const char *redop, *root;  // of a collective, as nccl-tests prints them; NULL: it is none
    const char *collective;    // its kind: "all-reduce"; NULL as these; static text
    int64_t held_bytes;        // that the devices which compute must hold together; 0: not told
    // how a library does it: "ring, LL128, 4 channels"; NULL: none decides
    const char *method;
    const char *choice;       // of it algorithm and protocol: "ring, LL128"
    const lw_priced *priced;  // what it chose from, where it tells
    size_t priced_count;
    // of the compute stream that it keeps busiest, where it computes: its name ("gpu compute"), NULL
    // where it does not, and for how long it is busy
    const char *compute;
    int64_t compute_ps;
    lw_limit limit;
    lw_lifted lifted;
    // 5th and 95th percentile of its time over what presets say is uncertain, and over how many draws;
    // both 0: none that shows. draws 0: by moving one value at a time (lw_result_add_band)
    int64_t band_ps[2];
    int64_t draws;
    // of the radio on its route, where there is one: that with the least margin, towards its data
    lw_signal signal;
    // the weakest of what decides it: rates, and times where it is one or is limited by one
    lw_evidence evidence;
    // a time of its kind that people ask for rather than a rate, as the iteration of a graph; NULL: bandwidth
    const lw_metric *asked;
    // what its kind of work reports besides, with these values; NULL: nothing
    const lw_metric *own;
    double own_value[LW_OWN_METRICS_MAX];
} lw_workload_result;

typedef struct lw_direction_result {
    const char *link;       // "egpu", "gpu memory"
    const char *direction;  // "host->gpu"
    double utilisation;     // busy share of the whole run
    int64_t payload_bytes, wire_bytes, packets, replays;
} lw_direction_result;

// One row of the waterfall of a workload's route in one point (RAW .. ENDPOINT, GB/s; the last is
// what was achieved). Of a group it is that of all members: of the one link that they share, or of
// as many as carry them side by side.
typedef struct lw_stage_result {
    const char *workload;
    const char *link;    // the slowest link of the route
    const char *label;   // "PCIe 4.0 x16", "2 x PCIe 4.0 x16" side by side
    const char *preset;  // of that link where it is one and nothing about it was changed; NULL
    const char *waits;   // copy engines that it waited for longest, "gpu copy engines"; NULL: none
    const char *shared;  // other workloads that it carries meanwhile, "load1, load2"; NULL: none
    bool unlike;         // the work goes over links of other kinds, too, so that this one bounds it no more than they
    const char *family;
    lw_hue hue;                    // of the family
    lw_evidence evidence;          // of that link alone
    lw_evidence latency_evidence;  // of its times, which may be known less well than its rate
    lw_evidence guest_evidence;    // of what guests that share a card at the route's ends get of it
    double rate_GBps[LW_STAGE_COUNT];
} lw_stage_result;

// What one of several equal routes of a workload carries, of all members that choose between the same
// links.
typedef struct lw_route_result {
    const char *workload;
    // in which they differ: "c1"; of one member alone all of them: "l0[0] l0[1]"
    const char *links;
    double share;  // of the bytes
} lw_route_result;

// The copy engines of a card for one direction, which bound how many copies run at once.
typedef struct lw_engines_result {
    const char *name;  // "gpu copy engines"
    const char *use;   // "that write"
    int64_t count;
    double busy;  // mean share of the run that one of them is held
} lw_engines_result;

typedef struct lw_point {
    int index;
    lw_set_value *set;  // one a swept path, in the order of the file
    size_t set_count;
    const char *engine;  // that ran: "packet", "packet-exact", "flow"
    double ends_within;  // to save time it let transfers end early by no more than this share of theirs; 0: none
    lw_workload_result *workload;
    size_t workload_count;
    lw_direction_result *direction;
    size_t direction_count;
    lw_stage_result *stage;
    size_t stage_count;
    lw_route_result *route;
    size_t route_count;
    lw_engines_result *engines;  // those that some copy needs
    size_t engines_count;
    // the workload that ended last, which says what limits the point; SIZE_MAX: none
    size_t last;
    lw_critical path;       // to the end of that workload
    lw_timeline *timeline;  // where it was asked for; NULL
    lw_evidence evidence;   // the weakest of its workloads
    int64_t events, packets, packet_hops, end_ps;
} lw_point;

// A point that came to no end.
typedef struct lw_point_failure {
    int index;
    lw_set_value *set;
    size_t set_count;
    const char *reason;  // one sentence; NULL: it did not run, since the run was interrupted
} lw_point_failure;

// A measured point laid over a chart.
typedef struct lw_measured_series {
    const char *table;       // name of the measured table
    const char *label;       // short: "OCuLink 4.0 x4, RX 5700 XT"
    const char *provenance;  // author, title, date: for the foot
    const char *series;      // the series value it belongs to ("oculink-2-x4"); NULL when none
    const char *family;
    lw_hue hue;                // of the family
    const lw_metric *observe;  // what its y values are
    const char *varied;        // what its x values are: "bytes", "rate"
    bool over_sizes;           // x is how many bytes the observed work moves
    const char *direction;     // "h2d", "d2h", or NULL
    const char *manner;        // of the observed copy, as lw_workload_result; NULL: any
    int64_t members;           // that the observed work has; 0: any number
    const char *collective;    // the kind of the observed work, if it is one; NULL
    double (*points)[2];       // x in the base unit, y in the unit of observe
    size_t count;
    bool validate_only;  // no preset is fitted to it
    bool modelled;       // by others, not measured
} lw_measured_series;

// An assertion of the scenario and what became of it.
typedef struct lw_assertion_result {
    const char *text;   // as it was written
    size_t checked;     // points that have what it is about
    const int *failed;  // indices of those where it does not hold
    size_t failed_count;
} lw_assertion_result;

// A line through the times of a workload over its sizes: t = alpha + n / beta.
typedef struct lw_line_fit {
    const char *workload;
    const lw_point *point;       // the first of its series, whose other swept values all have
    size_t path;                 // of `set`: that of the size
    size_t sizes;                // points
    double alpha_us, beta_GBps;  // infinity: time does not grow with size
    double half_bytes;           // n1/2 = alpha beta; NaN: one of them is not above zero
    double worst, worst_bytes;   // largest line / time - 1, and at what size
    const double *off_bytes;     // sizes that are off by more than a tenth
    size_t off_count;
} lw_line_fit;

typedef struct lw_result {
    const char *tool_version;
    const char *title;
    const char *file;
    char sha256[65];
    uint64_t seed;
    // the devices of all points, for people: "NVIDIA H200, 141 GB"; NULL or "" when not known
    const char *hardware;
    lw_point *point;  // by index
    size_t point_count;
    lw_point_failure *failure;  // by index
    size_t failure_count;
    size_t not_run;  // of the failures: those that an interrupted run left
    size_t planned;  // points of the sweep
    lw_measured_series *measured;
    size_t measured_count;
    const lw_assertion_result *assertion;
    size_t assertion_count;
    bool fitted;  // lines were asked for
    const lw_line_fit *fit;
    size_t fit_count;
    const char *presets;         // the folder that they were read from; NULL: not known
    lw_percentiles percentiles;  // that were asked for
} lw_result;

// How many times as fast it is without its limit; 1 where nothing is known.
double lw_lifted_speedup(const lw_workload_result *workload);

// The bytes of a workload as tables count them: its swept size, that of each copy, or what it delivers.
double lw_point_size(const lw_point *point, const lw_workload_result *workload);

// Does the table observe such work in such a direction, over the link that was swept to its preset
// or is of its preset with nothing changed? A table without a preset says nothing of the link.
bool lw_measured_fits(const lw_measured_series *measured, const lw_point *point, const lw_workload_result *workload);

// What limits the point: that of the workload that ended last; nothing where none did.
lw_limit lw_point_limit(const lw_point *point);

// A copy of a point whose texts live in `arena`, except those of `set`.
lw_status lw_point_keep(const lw_point *point, lw_arena *arena, lw_point *out) LW_CHECKED;

#endif
