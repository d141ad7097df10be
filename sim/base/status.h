// SPDX-License-Identifier: GPL-3.0-or-later
// Status codes: what every function that can fail returns.
#ifndef LW_STATUS_H
#define LW_STATUS_H

// Outputs of a function are written only when it returns LW_OK.
#define LW_STATUS_LIST(X)                                                        \
    X(LW_OK, "no error")                                                         \
    X(LW_NO_MEMORY, "out of memory")                                             \
    X(LW_BAD_INPUT, "the input is wrong; the diagnostics say where")             \
    X(LW_BAD_USAGE, "the command line is wrong")                                 \
    X(LW_IO, "a file cannot be read or written")                                 \
    X(LW_LIMIT, "a limit of the simulator is exceeded")                          \
    X(LW_STUCK, "the simulation cannot go on: every transfer waits for another") \
    X(LW_CHECK_FAILED, "a check failed")                                         \
    X(LW_INTERRUPTED, "interrupted")                                             \
    X(LW_INTERNAL, "internal error")

typedef enum lw_status {
#define LW_STATUS_ENUM(name, text) name,
    LW_STATUS_LIST(LW_STATUS_ENUM)
#undef LW_STATUS_ENUM
} lw_status;

#define LW_CHECKED __attribute__((warn_unused_result))

// One sentence for a status, never NULL.
const char *lw_status_text(lw_status status);

// Return early with any status but LW_OK.
#define LW_TRY(expression)                       \
    do {                                         \
        lw_status lw_try_status_ = (expression); \
        if (lw_try_status_ != LW_OK) {           \
            return lw_try_status_;               \
        }                                        \
    } while (0)

#endif
