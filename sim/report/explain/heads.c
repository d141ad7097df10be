// SPDX-License-Identifier: GPL-3.0-or-later
// What stands over the columns of tables and at the axes of charts, a sentence each. A test walks over the sources for
// heads that are missing here.
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sim/report/explain/explain.h"
#include "sim/result/metric_table.h"
#include "sim/workload/kind.h"

const lw_term lw_heads[] = {
    // of results
    {"workload", "what is to be done, by its name under workloads: (lanewise explain workloads)"},
    {"GB/s", "payload by time, 1 GB = 1e9 bytes"},
    {"size", "bytes of a copy or of the buffer of a collective, as the scenario sweeps it"},
    {"bytes moved", "payload that a workload delivers"},
    {"makespan", "from the start of a point to the end of the last of its workloads"},
    {"uncertain", "5th and 95th percentile over what presets and links say is uncertain of their numbers; not how wrong the "
                  "model may be (lanewise validate)"},
    {"link's evidence", "how the number that decides is known: specified, measured, calibrated, assumed (lanewise explain "
                        "evidence)"},
    {"method", "how a library does a collective: algorithm, protocol, channels"},
    {"times of", "what the percentiles beside it are of: members of a group, packets, or iterations that come by themselves"},
    {"without", "with --lift: the link, engine or memory that is taken to need no time"},
    {"faster", "how many times as fast it is: time as it is by time without its limit; in a comparison, the share of draws in "
               "which the named one is faster"},
    {"then limited by", "what limits the workload once its first limit is lifted"},
    {"as it is", "with no value moved: what the run gives"},
    {"5 %", "5th percentile over draws, or over moving one value at a time: one in twenty is below"},
    {"95 %", "95th percentile: one in twenty is above; of members of a group, what 95 of 100 do not exceed"},
    {"90 %", "what nine in ten errors do not exceed"},
    {"p90", "90th percentile: what nine in ten errors do not exceed"},
    {"99 %", "99th percentile: what 99 of 100 packets or reads do not exceed"},
    {"p99", "99th percentile: what 99 of 100 packets or reads do not exceed"},
    {"median", "the middle one of all values: half are below"},
    {"worst", "the largest error of all points"},
    {"direction", "of the data: host->gpu is what the host sends to the card"},
    {"busy", "share of the run during which a link, engine or memory carries or does something"},
    {"payload", "bytes that the work wanted moved, without headers, framing and repeats"},
    {"on the wire", "bytes with headers, framing and what was repeated"},
    {"wire", "what carries bits between the ends of a link; bytes on the wire are payload, headers, framing and repeats"},
    {"packets", "how many packets a direction carried, all sizes alike"},
    {"members of", "a workload over a group or of ranks, each member of which has a time of its own"},
    {"fastest", "the shortest time of a member"},
    {"slowest", "the longest time of a member"},
    {"computes of", "a workload whose nodes also compute"},
    {"busiest", "the compute stream that is busy for longest"},
    {"for", "for how long that stream is busy"},
    {"exposed", "time during which that stream waits, for copies that hide behind no compute or for others"},
    {"copies at once", "the copy engines of a card for one direction"},
    {"most", "how many copies these engines can do at once"},
    {"equal routes of", "a workload with several equally short routes"},
    {"carry", "share of its bytes that went over these links"},
    {"over the links", "in which the routes differ"},
    {"stage", "a step from the raw rate of a link to the payload that arrives (lanewise explain waterfall)"},
    {"line code", "stage of the waterfall: bits that the coding adds, 8b/10b or 128b/130b"},
    {"sharing", "stage of the waterfall: what other work takes of the link meanwhile"},
    {"achieved", "what a workload really got, the last stage of a waterfall"},
    {"writes", "packets that carry data to where they go, one way"},
    {"reads", "data fetched by requests: a request goes one way, the data come back"},
    {"from \\ to", "the member that sends down the side, the one that receives across the top"},
    {"all", "the values of all together"},
    {"latency", "the time of one packet or read from its start to its end"},
    {"queueing delay", "time that a packet waits behind others (metric mean_wait_us)"},
    {"propagation", "time that a bit takes through the cable or the air, whatever its size"},
    {"hop", "one link of a route, with the switch at its end"},
    {"h2d", "host to device: a copy from host memory to a card"},
    {"d2h", "device to host: a copy from a card to host memory"},
    {"d2d", "device to device: a copy from one card to another"},
    {"head-of-line blocking", "a packet waits behind one that goes elsewhere, since both came over the same port"},
    {"arbitration", "which of several ports that want one output is next: they take turns, packet by packet"},
    {"oversubscription", "links below a switch can ask for more than the link above it carries"},
    {"deadlock", "each of several transfers waits for another of them; a run names the cycle"},
    // of lines through times
    {"series", "points that differ in their size alone"},
    {"alpha", "of Hockney's line t = alpha + n / beta: the time of no bytes (run --fit hockney)"},
    {"beta", "of Hockney's line t = alpha + n / beta: the bandwidth of very large sizes (run --fit hockney)"},
    {"n1/2", "the size whose time is half alpha and half bytes, alpha times beta, where half of the bandwidth is reached"},
    {"hockney", "t = alpha + n / beta: a time of no bytes and a rate (R. W. Hockney, 1994); run --fit hockney finds both"},
    {"largest error", "line by time less one, where it is furthest off, and at what size"},
    {"off by more than 10 %", "sizes for which the line is more than a tenth too long or too short"},
    // of comparisons
    {"at", "workload, direction and swept values in which the results that are set against each other agree"},
    {"times", "how many times as fast the first is as the other"},
    {"limited by, and what the difference goes to",
     "the limit of each, and which parts of the critical path the slower one spends longer in (lanewise explain critical_path)"},
    {"draw", "one run with other values of what presets and links say is uncertain, log-normal, with their correlations; what "
             "two scenarios share is drawn alike in both"},
    // of accuracy
    {"class", "measured tables of one kind, whose errors are counted together"},
    {"systems", "machines that tables of the class are from; all of a system's are on one side"},
    {"points", "measured values, each of one size, rate or load"},
    {"calibration side", "systems to whose tables presets may be fitted"},
    {"validation side", "systems to which nothing is fitted, so that their errors say what to expect of others"},
    {"measured", "what the source of a table says"},
    {"model", "what a run of the table's own scenario gives"},
    {"model off", "model by measured, less one"},
    {"expected", "what the model gives for it"},
    {"off", "model by measured, less one"},
    {"of which cards", "devices for which that was reckoned"},
    {"measured table", "a scenario that was really run, with what was varied and what came of it (lanewise list measured)"},
    {"table", "a measured table, by its name (lanewise list measured)"},
    {"use", "calibrate: presets may be fitted to it; validate: nothing may"},
    {"family", "kind of link, as pcie or usb4 (lanewise list links)"},
    {"limit", "the error up to which a table passes"},
    {"what was measured", "the title of the table"},
    {"by", "who measured it"},
    {"sizes", "how many sizes a file of another tool has of such copies"},
    {"best", "the best value among them"},
    {"compared with", "what the model was run for"},
    {"preset", "a named device, link, library, model or runtime with its numbers and their sources"},
    {"parameter", "a key of a preset"},
    {"value", "as the preset or the scenario has it"},
    {"default", "what holds where nothing is said"},
    {"before", "value in the preset's file before the fit"},
    {"fitted", "value that the fit found"},
    {"error", "one standard error of the value, as a share of it"},
    {"moved", "by how much the fit moves the value"},
    {"residual", "model by measured, less one; of a link, the part of the wire that is idle for no known reason"},
    {"reserved", "part of a link that others may not use, as for displays"},
    // of links, lists and sources
    {"quantity", "what a line of a reckoning is about"},
    {"unit", "of the number beside it"},
    {"evidence of its presets", "best and worst kind of evidence among them (lanewise explain evidence)"},
    {"what it is", "in a sentence"},
    {"what it does", "in a sentence"},
    {"what", "kind of source"},
    {"title", "of a source or a file"},
    {"what it is for here", "why lanewise follows this source"},
    {"seen", "day on which it was last looked at"},
    {"where", "file or address"},
    {"item", "a card, adapter or rented machine of the catalogue (lanewise list catalogue)"},
    {"price", "in USD, to buy or an hour"},
    {"date", "of the price"},
    {"who", "the kind of reader who asks"},
    {"asks", "a question that people have"},
    {"lesson", "by its name (lanewise lesson NAME)"},
    {"about", "what the lesson is about"},
    {"question", "that it answers"},
    {"received, dBm", "power at a radio's receiver (metric received_dBm)"},
    {"noise, dBm", "of a radio's receiver (metric noise_dBm)"},
    {"SNR, dB", "signal to noise of a radio's decoder (metric snr_dB)"},
    {"posted data credits", "receive buffer for writes that a link promises (lanewise explain credits)"},
    {"number of hosts", "computers that share"},
    {"source", "who published the number, where and when"},
    {"key", "word before a colon in a scenario or a preset (lanewise explain KEY)"},
    {"of", "the object of the scenario that the row is about"},
    {"GB/s 5 %", "bandwidth at the 95th percentile of time: one in twenty is below"},
    // parts of a critical path
    {"copy-engines", "of a critical path: waiting until a card's copy engine has ended another copy"},
    {"read-tags", "of a critical path: reads wait for a tag, as all requests that the link lets be under way are"},
    {"writes-under-way", "of a critical path: the workload's own bound of writes under way"},
    {"offered-load", "of a critical path, and a limit: packets come at a rate and no faster"},
    {"launch", "of a critical path: submission of transfers, and calls"},
    {"completion", "of a critical path: from the last delivery to when the caller knows"},
    {"delay", "of a critical path: a workload in which nothing moves"},
    {"not-recorded", "of a critical path: the record does not reach so far"},
    // of lessons
    {"round trip", "a request one way and its answer the other: twice the distance, whatever the size"},
    {"M/D/1", "a queue of packets that come at random times and take equally long: mean wait rho / (2 (1 - rho)) of a service"},
    {"bucket", "gradients that are summed in one call, so that sums begin before the backward pass ends (bucket_bytes)"},
    {"bit error rate", "share of bits that arrive wrong, before any correction"},
    {"FEC", "forward error correction: bits sent along that let a receiver correct some errors without a replay"},
    {"bytes in flight", "bandwidth times latency: what is on its way when a link is full, and what a window must allow"},
    {"replay", "a packet that is sent again since it came with an error"},
    {"lane", "one pair of wires each way; a link of x4 has four, and carries four times as much"},
    {"roofline", "a compute takes the longer of its FLOP by the peak rate and its bytes by the memory's rate"},
    {"pinned", "host memory that stays where it is, so that a card reads and writes it itself"},
    {"pageable", "host memory that may move, so that a driver copies it through a pinned buffer, piece by piece"},
    {"rank", "one member of a collective, a card or a process with one"},
    {"collective", "work that all members of a group do together, as an all-reduce (lanewise list workloads)"},
    {"throughput", "what gets through in a second: bandwidth of payload here"},
    // of plans
    {"setup", "a choice of cards and of the port that each hangs on, or a rented machine"},
    {"full slot", "how much more a slot of PCIe 4.0 x16 for each card would bring"},
    {"of best", "weighted geometric mean over the needs of what a setup does, as a share of the best that fits"},
    {"what it does, of the best",
     "weighted geometric mean over the needs of what a setup does, as a share of the best that fits"},
    {"to buy", "price of cards and of what they need to hang on the computer"},
    {"to rent", "a machine of somebody else by the hour"},
    {"USD/month", "purchase less resale by the months of the plan, with electricity; or rent, at the hours of the plan"},
    {"cost", "a month: purchase less resale by the months of the plan, with electricity; or rent, at the hours of the plan"},
    {"cost of the first choice",
     "what the setup that is first as it is costs a month with one input at its low or high end; of the "
     "model's error: for the same work"},
    {"first choice then", "which setup is first with that input at its low or high end; stays: cards as they are"},
    {"cost so far", "purchase and electricity, or rent, from the first month on, before a sale"},
    {"months of use", "since purchase"},
    {"USD/hour", "USD/month by the hours of use a month"},
    {"first", "share of the draws of prices and of the model's error in which such cards come first"},
    {"price of", "what the plan's setups are made of"},
    {"USD", "dollars of the United States, on the date beside it"},
    {"bandwidth of a long transfer", "payload by time of a transfer that is long enough for fixed costs not to count"},
    {NULL, NULL}};

// As it is said: letters of either case, spaces for - and _, and no unit after a comma or in brackets.
static void plain(const char *word, bool unit, char *out, size_t size) {
    size_t length = 0;
    for (const char *c = word; *c != '\0' && length + 1 < size; c++) {
        if (!unit && (strncmp(c, ", ", 2) == 0 || strncmp(c, " (", 2) == 0)) {
            break;
        }
        out[length++] = *c == '-' || *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
    }
    out[length] = '\0';
}

static bool is_same(const char *a, const char *b, bool unit) {
    char one[128], other[128];
    plain(a, unit, one, sizeof one);
    plain(b, unit, other, sizeof other);
    return strcmp(one, other) == 0;
}

static const lw_metric *metric_in(const lw_metric *table, const char *name) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        if (is_same(m->name, name, true) || is_same(m->title, name, false) ||
            (m->quantity != NULL && is_same(m->quantity, name, false))) {
            return m;
        }
    }
    return NULL;
}

static const lw_metric *metric_of(const char *name) {
    const lw_metric *found = metric_in(lw_metrics, name);
    for (size_t k = 0; found == NULL && lw_work_type_at(k) != NULL; k++) {
        found = metric_in(lw_work_kind_of(lw_work_type_at(k))->own, name);
    }
    return found;
}

// "limited by" is the word limited_by.
static const lw_term *term_of(const char *name) {
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        if (is_same(term->name, name, true)) {
            return term;
        }
    }
    return NULL;
}

bool lw_explain_head(const char *name, lw_text *out) {
    const lw_term *term = term_of(name);
    if (term != NULL) {
        lw_text_add(out, term->page);
        return true;
    }
    const lw_metric *metric = metric_of(name);
    if (metric != NULL) {
        lw_text_print(out, "%s (%s): %s.\n", metric->name, metric->title, metric->help);
        return true;
    }
    for (int unit = 1; unit >= 0; unit--) {
        for (const lw_term *head = lw_heads; head->name != NULL; head++) {
            if (is_same(head->name, name, unit == 1)) {
                lw_text_print(out, "%s: %s.\n", head->name, head->page);
                return true;
            }
        }
    }
    return false;
}
