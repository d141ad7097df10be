// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/limit.h"

#include "sim/base/quantity.h"

void lw_limit_print(const lw_limit *limit, lw_text *out) {
    // in the order of lw_fixed_part
    static const char *const parts[] = {"submission", "completion", "latency", "queued calls", "gap between copies", "delays"};
    char time[LW_QUANTITY_TEXT];
    lw_quantity_print((double)limit->time_ps, LW_TIME, time);
    switch (limit->kind) {
    case LW_LIMITED_BY_NOTHING:
        lw_text_add(out, "nothing");
        break;
    case LW_LIMITED_BY_FIXED_COST:
        lw_text_print(out, "fixed cost (%s %s%s)", parts[limit->part], time, limit->each ? " each" : "");
        break;
    case LW_LIMITED_BY_CHANNEL: {
        bool named = limit->segment != NULL && limit->segment[0] != '\0';
        lw_text_print(out, "links.%s %s: %s", limit->name, limit->direction, named ? limit->segment : "channel");
        break;
    }
    case LW_LIMITED_BY_NODE:
    case LW_LIMITED_BY_COMPUTE:
        lw_text_add(out, limit->name);
        break;
    case LW_LIMITED_BY_COPY_ENGINES:
        lw_text_print(out, "%s (%lld %s)", limit->name, (long long)limit->count, limit->use);
        break;
    case LW_LIMITED_BY_DMA_ENGINE:
        lw_text_print(out, "%s (%g ns a %s)", limit->name, (double)limit->time_ps / 1e3,
                      limit->for_requests ? "request" : "packet");
        break;
    case LW_LIMITED_BY_READ_WINDOW:
        lw_text_print(out, "links.%s: window (%lld tags x %lld B, round trip %s)", limit->name, (long long)limit->count,
                      (long long)limit->bytes, time);
        break;
    case LW_LIMITED_BY_WRITE_WINDOW:
        lw_text_print(out, "links.%s: window (%lld outstanding write%s)", limit->name, (long long)limit->count,
                      limit->count == 1 ? "" : "s");
        break;
    case LW_LIMITED_BY_CREDITS:
        lw_text_print(out, "links.%s %s: credits", limit->name, limit->direction);
        break;
    case LW_LIMITED_BY_REPEATS:
        lw_text_print(out, "links.%s: repeats after errors", limit->name);
        break;
    case LW_LIMITED_BY_OFFERED_LOAD:
        lw_text_add(out, "the offered load");
        break;
    case LW_FAILED_FOR_SIGNAL:
        if (limit->snr_dB < limit->needed_dB) {
            lw_text_print(out, "links.%s %s does not close: SNR %.1f dB, %s needs %.1f dB", limit->name, limit->direction,
                          limit->snr_dB, limit->mode, limit->needed_dB);
        } else {
            lw_text_print(out, "links.%s %s does not close: %.0f %% of frames are lost at SNR %.1f dB, %s needs %.1f dB",
                          limit->name, limit->direction, 100 * limit->lost, limit->snr_dB, limit->mode, limit->needed_dB);
        }
        break;
    case LW_FAILED_FOR_ERRORS:
        lw_text_print(out, "links.%s %s does not work: it loses %.3g %% of full packets", limit->name, limit->direction,
                      100 * limit->lost);
        break;
    case LW_FAILED_FOR_ANOTHER:
        lw_text_print(out, "never starts: workloads.%s does not end", limit->name);
        break;
    }
}

const char *lw_limit_failure(const lw_limit *limit) {
    return limit->kind == LW_FAILED_FOR_SIGNAL    ? "no-signal"
           : limit->kind == LW_FAILED_FOR_ERRORS  ? "errors"
           : limit->kind == LW_FAILED_FOR_ANOTHER ? "after-failed"
                                                  : NULL;
}

const char *lw_limit_text(const lw_limit *limit, lw_arena *arena) {
    lw_text text = {0};
    lw_limit_print(limit, &text);
    const char *copy = text.failed ? NULL : lw_arena_copy_n(arena, text.bytes, text.length);
    lw_text_free(&text);
    return copy;
}
