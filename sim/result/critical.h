// SPDX-License-Identifier: GPL-3.0-or-later
// The critical path of a run: the chain of tasks, each of which waited for the one before, that
// ends with the last; and what took up its time.
#ifndef LW_CRITICAL_H
#define LW_CRITICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/text.h"

typedef enum lw_critical_kind {
    LW_PATH_LINK,        // one direction of a link is busy: name, direction
    LW_PATH_NODE,        // a memory, a core, a copy engine is busy: name
    LW_PATH_SLOTS,       // copy engines are at other copies, whose links are not those of the one that waits
    LW_PATH_WINDOW,      // reads wait for a tag
    LW_PATH_CREDITS,     // packets wait for room in a receive buffer
    LW_PATH_WRITES,      // the workload's own bound of writes under way
    LW_PATH_PACE,        // packets come at a rate
    LW_PATH_LATENCY,     // nothing on the route is busy all the time: propagation, switches
    LW_PATH_LAUNCH,      // submission of transfers, and calls
    LW_PATH_COMPLETION,  // from the last delivery to the end
    LW_PATH_DELAY,       // of a workload, `name`, in which nothing moves
    LW_PATH_START,       // before a task, by its time, may start
    LW_PATH_UNKNOWN,     // the record does not reach so far
    LW_PATH_KINDS
} lw_critical_kind;
// "link", "node", ..., "not-recorded": never change
extern const char *const lw_critical_words[];

typedef struct lw_critical_part {
    lw_critical_kind kind;
    const char *name, *direction;  // NULL where the kind has none
    int64_t time_ps;
} lw_critical_part;

typedef struct lw_critical {
    lw_critical_part *part;  // the longest first; their times add up to end_ps
    size_t count;            // 0: not known
    int64_t end_ps;          // from 0
    int64_t tasks;           // that ran, whether on the path or not
} lw_critical;

// Append what a part is: "links.egpu host->gpu", "waiting for gpu copy engines", "launch".
void lw_critical_part_print(const lw_critical_part *part, lw_text *out);

// Append "62 % links.uplink host->sw, 30 % host memory, 8 % launch": whole percents that add up
// to 100. At most so many parts, the rest as "others"; a line feed and `indent` where a line would
// be longer than `width` columns, of which `used` are taken; 0: no limit.
typedef struct lw_critical_layout {
    size_t most;
    int width, used;
    const char *indent;
} lw_critical_layout;
void lw_critical_print(const lw_critical *path, const lw_critical_layout *layout, lw_text *out);

#endif
