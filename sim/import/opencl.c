// SPDX-License-Identifier: GPL-3.0-or-later
// Copies to and from a card of this machine, timed through OpenCL's loader: pinned and pageable
// memory, each copy waited for or many queued.
#include "sim/import/measure.h"

#ifdef LW_WITH_OPENCL
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdlib.h>
#include <time.h>

#include "sim/import/loaded.h"

#define OPENCL_CALLS(CALL)        \
    CALL(clCreateBuffer)          \
    CALL(clCreateCommandQueue)    \
    CALL(clCreateContext)         \
    CALL(clEnqueueMapBuffer)      \
    CALL(clEnqueueReadBuffer)     \
    CALL(clEnqueueUnmapMemObject) \
    CALL(clEnqueueWriteBuffer)    \
    CALL(clFinish)                \
    CALL(clGetDeviceIDs)          \
    CALL(clGetDeviceInfo)         \
    CALL(clGetPlatformIDs)        \
    CALL(clReleaseCommandQueue)   \
    CALL(clReleaseContext)        \
    CALL(clReleaseMemObject)

typedef struct opencl_calls {
    OPENCL_CALLS(LW_LOADED_MEMBER)
} opencl_calls;
static const char *const opencl_names[] = {OPENCL_CALLS(LW_LOADED_NAME)};
static const lw_library opencl = {LW_OPENCL_FILE, "ocl-icd-libopencl1", "OpenCL moves the bytes"};

enum {
    PLATFORMS_MAX = 16,
    DEVICES_MAX = 64,
    NAME_MAX_BYTES = 256,
    QUEUED = 16,
    RUNS_LEAST = 3,
    RUNS_MOST = 51,
};
// Larger copies take so long that queueing them changes nothing.
static const size_t queued_most = (size_t)64 << 20;
static const size_t least_bytes = (size_t)4 << 10;
static const double spent_s = 0.2;  // on one size, from which on no run is added

typedef struct card {
    cl_device_id id;
    bool processor;
    const char *name;
} card;

typedef struct bench {
    lw_import *file;
    opencl_calls cl;
    cl_context context;
    cl_command_queue queue;
    cl_mem memory, pinned_memory;
    void *pinned, *pageable;
    size_t most;
} bench;

static lw_place nowhere(const lw_import *file) {
    return (lw_place){file->source, 0, 0};
}

static lw_status failed(const lw_import *file, const char *what, cl_int code) {
    (void)lw_error(file->diags, nowhere(file), "does clinfo work, and has the card memory to spare?",
                   "OpenCL cannot %s (error %d)", what, (int)code);
    return LW_IO;
}

// ---- Cards ----

static lw_status add_devices(const bench *b, cl_platform_id platform, card *cards, size_t *count) {
    cl_device_id ids[DEVICES_MAX];
    cl_uint found = 0;
    if (b->cl.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, DEVICES_MAX, ids, &found) != CL_SUCCESS) {
        return LW_OK;  // a platform without devices
    }
    for (cl_uint i = 0; i < found && i < DEVICES_MAX && *count < DEVICES_MAX; i++) {
        char name[NAME_MAX_BYTES] = "";
        cl_device_type type = CL_DEVICE_TYPE_CPU;
        (void)b->cl.clGetDeviceInfo(ids[i], CL_DEVICE_NAME, sizeof name - 1, name, NULL);
        (void)b->cl.clGetDeviceInfo(ids[i], CL_DEVICE_TYPE, sizeof type, &type, NULL);
        const char *copy = lw_arena_copy(b->file->arena, name);
        LW_TRY(copy == NULL ? LW_NO_MEMORY : LW_OK);
        cards[(*count)++] = (card){ids[i], (type & CL_DEVICE_TYPE_CPU) != 0, copy};
    }
    return LW_OK;
}

static const char *list_of(const lw_import *file, const card *cards, size_t count) {
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        text = lw_diags_text(file->diags, "%s%s%zu is %s%s", text, i > 0 ? ", " : "", i, cards[i].name,
                             cards[i].processor ? ", the processor itself" : "");
    }
    return text;
}

static lw_status find_card(const bench *b, int number, card *out) {
    const lw_import *file = b->file;
    cl_platform_id platforms[PLATFORMS_MAX];
    cl_uint found = 0;
    card cards[DEVICES_MAX];
    size_t count = 0, chosen = 0;
    if (b->cl.clGetPlatformIDs(PLATFORMS_MAX, platforms, &found) != CL_SUCCESS) {
        found = 0;
    }
    for (cl_uint i = 0; i < found && i < PLATFORMS_MAX; i++) {
        LW_TRY(add_devices(b, platforms[i], cards, &count));
    }
    if (number >= 0 && (size_t)number >= count) {
        (void)lw_error(file->diags, (lw_place){0}, count > 0 ? list_of(file, cards, count) : NULL,
                       "--device: there is no OpenCL device %d", number);
        return LW_BAD_USAGE;
    }
    while (number < 0 && chosen < count && cards[chosen].processor) {
        chosen++;
    }
    if (number < 0 && chosen == count) {
        (void)lw_error(file->diags, nowhere(file),
                       count > 0 ? lw_diags_text(file->diags, "--device takes another: %s", list_of(file, cards, count))
                                 : "install the OpenCL part of the card's driver; clinfo lists what it sees",
                       "no card is known to OpenCL");
        return LW_IO;
    }
    *out = cards[number >= 0 ? (size_t)number : chosen];
    if (out->processor) {
        lw_warn(file->diags, nowhere(file), "name a link by --on only to try this out",
                "%s is the processor itself: copies to it cross no link", out->name);
    }
    return LW_OK;
}

// ---- Timing ----

static double now_s(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static cl_int copy_once(const bench *b, const lw_series *series, size_t bytes) {
    void *host = series->pageable ? b->pageable : b->pinned;
    const cl_bool wait = series->queued > 1 ? CL_FALSE : CL_TRUE;
    cl_int code = CL_SUCCESS;
    for (int i = 0; i < (series->queued > 1 ? series->queued : 1) && code == CL_SUCCESS; i++) {
        code = series->act == LW_ACT_H2D ? b->cl.clEnqueueWriteBuffer(b->queue, b->memory, wait, 0, bytes, host, 0, NULL, NULL)
                                         : b->cl.clEnqueueReadBuffer(b->queue, b->memory, wait, 0, bytes, host, 0, NULL, NULL);
    }
    const cl_int ended = b->cl.clFinish(b->queue);
    return code != CL_SUCCESS ? code : ended;
}

// The median of some runs, after one that is not counted: the first touches the pages.
static lw_status measure_size(const bench *b, const lw_series *series, size_t bytes) {
    double run_s[RUNS_MOST];
    int runs = 0;
    cl_int code = copy_once(b, series, bytes);
    const double begin_s = now_s();
    while (code == CL_SUCCESS && runs < RUNS_MOST && (runs < RUNS_LEAST || now_s() - begin_s < spent_s)) {
        const double start_s = now_s();
        code = copy_once(b, series, bytes);
        run_s[runs++] = now_s() - start_s;
    }
    if (code != CL_SUCCESS) {
        return failed(b->file, "move bytes", code);
    }
    qsort(run_s, (size_t)runs, sizeof run_s[0], by_value);
    const double moved = (double)bytes * (series->queued > 1 ? series->queued : 1);
    return lw_import_point(b->file, (double)bytes, moved / run_s[runs / 2] / 1e9, nowhere(b->file));
}

static lw_status measure_all(const bench *b, size_t factor) {
    static const char *const methods[] = {
        "lanewise measure, OpenCL: the median of up to 51 copies, each waited for",
        "lanewise measure, OpenCL: 16 copies queued at once and waited for together, the median of up to 51 times",
    };
    for (int way = 0; way < 8; way++) {
        const bool queued = (way & 1) != 0;
        lw_series *series = lw_import_series(b->file, (way & 4) != 0 ? LW_ACT_D2H : LW_ACT_H2D, 0, 0);
        if (series == NULL) {
            return LW_NO_MEMORY;
        }
        series->pageable = (way & 2) != 0;
        series->queued = queued ? QUEUED : 1;
        series->tag = queued ? "queued" : NULL;
        series->api = "opencl";
        series->method = methods[queued];
        const lw_series own = *series;
        for (size_t bytes = least_bytes; bytes <= b->most && (!queued || bytes <= queued_most); bytes *= factor) {
            LW_TRY(measure_size(b, &own, bytes));
        }
    }
    return LW_OK;
}

// ---- Memory ----

static lw_status prepare(bench *b, const card *which) {
    cl_ulong largest = 0, whole = 0;
    cl_int code = CL_SUCCESS;
    (void)b->cl.clGetDeviceInfo(which->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest, NULL);
    (void)b->cl.clGetDeviceInfo(which->id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof whole, &whole, NULL);
    while (b->most > least_bytes && (b->most > largest || b->most > whole / 4)) {
        b->most /= 2;  // two buffers, and what others have there
    }
    b->context = b->cl.clCreateContext(NULL, 1, &which->id, NULL, NULL, &code);
    if (code == CL_SUCCESS) {
        b->queue = b->cl.clCreateCommandQueue(b->context, which->id, 0, &code);
    }
    if (code != CL_SUCCESS) {
        return failed(b->file, "open the card", code);
    }
    b->memory = b->cl.clCreateBuffer(b->context, CL_MEM_READ_WRITE, b->most, NULL, &code);
    if (code == CL_SUCCESS) {
        b->pinned_memory = b->cl.clCreateBuffer(b->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, b->most, NULL, &code);
    }
    if (code == CL_SUCCESS) {
        b->pinned = b->cl.clEnqueueMapBuffer(b->queue, b->pinned_memory, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, b->most, 0, NULL,
                                             NULL, &code);
    }
    if (code != CL_SUCCESS) {
        return failed(b->file, "get memory", code);
    }
    b->pageable = lw_memory_resize_block(NULL, b->most);
    if (b->pageable == NULL) {
        return LW_NO_MEMORY;
    }
    memset(b->pageable, 1, b->most);
    memset(b->pinned, 1, b->most);
    return LW_OK;
}

static void release(bench *b) {
    if (b->pinned != NULL) {
        (void)b->cl.clEnqueueUnmapMemObject(b->queue, b->pinned_memory, b->pinned, 0, NULL, NULL);
        (void)b->cl.clFinish(b->queue);
    }
    if (b->pinned_memory != NULL) {
        (void)b->cl.clReleaseMemObject(b->pinned_memory);
    }
    if (b->memory != NULL) {
        (void)b->cl.clReleaseMemObject(b->memory);
    }
    if (b->queue != NULL) {
        (void)b->cl.clReleaseCommandQueue(b->queue);
    }
    if (b->context != NULL) {
        (void)b->cl.clReleaseContext(b->context);
    }
    b->pageable = lw_memory_resize_block(b->pageable, 0);
}

lw_status lw_measure(lw_import *file, const lw_measuring *how) {
    card which;
    bench b = {.file = file, .most = how->most_bytes};
    LW_TRY(lw_library_load(&opencl, opencl_names, sizeof opencl_names / sizeof *opencl_names, file, &b.cl));
    LW_TRY(find_card(&b, how->device, &which));
    LW_TRY(lw_import_card(file, 0, which.name));
    file->tool = lw_arena_print(file->arena, "lanewise measure on %s", which.name);
    LW_TRY(file->tool == NULL ? LW_NO_MEMORY : LW_OK);
    lw_status status = prepare(&b, &which);
    status = status == LW_OK ? measure_all(&b, how->factor) : status;
    release(&b);
    return status;
}
#else
lw_status lw_measure(lw_import *file, const lw_measuring *how) {
    (void)how;
    (void)lw_error(file->diags, (lw_place){file->source, 0, 0},
                   "install Debian's ocl-icd-opencl-dev (other systems: the OpenCL loader with its headers), then build again; "
                   "or let nvbandwidth measure: lanewise import --help",
                   "this lanewise was built without OpenCL, which measures");
    return LW_IO;
}
#endif
