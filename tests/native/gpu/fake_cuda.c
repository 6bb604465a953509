/*
 * fake_cuda.c - a stand-in for NVIDIA's driver, libcuda.so.1, on machines without a GPU: kernels run in the
 * interpreter of ptx.h. It has the functions that a CUDA host needs and is strict where the real one is
 * undefined. What is queued is done when somebody asks for an event behind it for the second time, so that a
 * host that does not wait is seen. As on the real one, a copy to memory that is not cuMemHostAlloc's waits
 * for the queue, without end where that hangs; one from such memory does not look at it again. Which faults
 * can be planted: fake_cuda.h.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_cuda.h"
#include "ptx.h"

enum {
    DEVICES_MAX = 16,
    ALLOCATIONS_MAX = 256,
    STACK_MAX = 16,
    PINNED_MAX = 256,
    INPUT_PTX = 1,
    JIT_ERROR_LOG = 5,
    JIT_ERROR_LOG_BYTES = 6
};

typedef enum kind { CONTEXT = 0x0c0ffee1, MODULE, FUNCTION, STREAM, EVENT, LINK } kind;

typedef struct context {
    kind kind;
    int device;
    int lost; /* error; atomic */
    ptx_range allocations[ALLOCATIONS_MAX];
    uint32_t allocation_count;
    struct operation *first, *last;
    uint64_t queued, done; /* operations */
    int hung;
} context;

typedef struct module {
    kind kind;
    context *context;
    ptx_module *ptx;
} module;

typedef struct function {
    kind kind;
    module *module;
    const ptx_entry *entry;
    struct function *next; /* all there are */
} function;

typedef struct stream {
    kind kind;
    context *context;
} stream;

typedef struct event {
    kind kind;
    context *context;
    uint64_t behind; /* operations that have to be done; UINT64_MAX before it was recorded */
    int asked;
} event;

typedef struct link {
    kind kind;
    char *text;
    size_t length;
    char *log; /* the host's */
    size_t log_room;
} link;

typedef struct operation {
    enum { COPY, FILL, LAUNCH } what;
    void *to;
    const void *from;
    void *own; /* what from points to when the host's memory was copied */
    size_t bytes;
    uint8_t value;
    const function *function;
    uint32_t groups, threads;
    uint64_t parameters[PTX_PARAMETERS_MAX];
    uint64_t number; /* of the launch in this process */
    struct operation *next;
} operation;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* over everything below */
static struct {
    int open, none, devices, capability, driver, bad_jit, error;
    uint64_t bytes, lost_at, hang_at, launches, compiled, contexts;
} state;
static uint64_t used[DEVICES_MAX]; /* bytes by device */
static ptx_range pinned[PINNED_MAX];
static uint32_t pinned_count;
static context *primary[DEVICES_MAX];
static uint32_t primary_users[DEVICES_MAX];

static __thread context *stack[STACK_MAX];
static __thread uint32_t depth;

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text == NULL || text[0] == 0 ? otherwise : strtoull(text, NULL, 10);
}

static context *current(void) {
    return depth == 0 ? NULL : stack[depth - 1];
}

/* A call needs a context that lives. Returns OK or the error it has to give. */
static int usable(void) {
    return current() == NULL ? INVALID_CONTEXT : __atomic_load_n(&current()->lost, __ATOMIC_RELAXED);
}

EXPORT fake_cuda_count fakecuda_counts;

EXPORT void fakecuda_counts(fake_cuda_counts *out) {
    pthread_mutex_lock(&gate);
    *out = (fake_cuda_counts){state.launches, state.compiled, 0, state.contexts};
    for (int i = 0; i < DEVICES_MAX; i++) {
        out->used_bytes += used[i];
    }
    pthread_mutex_unlock(&gate);
}

static void *handle(kind what, size_t bytes) {
    kind *made = calloc(1, bytes);
    *made = what;
    return made;
}

static int is(const void *object, kind what) {
    return object != NULL && *(const kind *)object == what;
}

/* ---- devices ------------------------------------------------------------------------------- */

EXPORT fake_cuda_plant fakecuda_plant;

EXPORT void fakecuda_plant(uint64_t lost_ahead, uint64_t hang_ahead, int error) {
    pthread_mutex_lock(&gate);
    state.lost_at = lost_ahead == 0 ? 0 : state.launches + lost_ahead;
    state.hang_at = hang_ahead == 0 ? 0 : state.launches + hang_ahead;
    state.error = error;
    pthread_mutex_unlock(&gate);
}

EXPORT int cuInit(unsigned flags) {
    state.none = (int)setting("FAKECUDA_NONE", 0);
    state.devices = (int)setting("FAKECUDA_DEVICES", 1);
    state.devices = state.devices > DEVICES_MAX ? DEVICES_MAX : state.devices;
    state.capability = (int)setting("FAKECUDA_CC", 86);
    state.bytes = setting("FAKECUDA_MEM_MB", 4096) << 20;
    state.bad_jit = (int)setting("FAKECUDA_BADJIT", 0);
    state.lost_at = setting("FAKECUDA_LOST", 0);
    state.hang_at = setting("FAKECUDA_HANG", 0);
    state.error = (int)setting("FAKECUDA_ERROR", ILLEGAL_ADDRESS);
    if (state.none || flags != 0) {
        return state.none ? NO_DEVICE : INVALID_VALUE;
    }
    state.open = 1;
    return OK;
}

EXPORT int cuDriverGetVersion(int *version) {
    *version = (int)setting("FAKECUDA_DRIVER", 12020);
    return OK;
}

static int known(int device) {
    return !state.open ? NOT_INITIALIZED : device < 0 || device >= state.devices ? INVALID_DEVICE : OK;
}

EXPORT int cuDeviceGetCount(int *count) {
    *count = state.devices;
    return state.open ? OK : NOT_INITIALIZED;
}

EXPORT int cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return known(ordinal);
}

EXPORT int cuDeviceGetName(char *name, int length, int device) {
    snprintf(name, (size_t)length, "Interpreter %d", device);
    return known(device);
}

EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device) {
    static const int values[][2] = {
        {1, 1024},  {10, 32}, {12, 65536},   {13, 1000000}, {16, 2}, {17, 0},      {18, 0},     {34, 0},
        {36, 1000}, {37, 32}, {38, 1 << 20}, {39, 2048},    {50, 0}, {81, 102400}, {82, 65536}, {97, 101376}};
    if (known(device) != OK) {
        return known(device);
    }
    switch (attribute) {
    case 33: /* PCI bus */
        *value = 1 + device;
        return OK;
    case 75:
        *value = state.capability / 10;
        return OK;
    case 76:
        *value = state.capability % 10;
        return OK;
    default:
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            if (values[i][0] == attribute) {
                *value = values[i][1];
                return OK;
            }
        }
        return INVALID_VALUE;
    }
}

EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    *bytes = state.bytes;
    return known(device);
}

EXPORT int cuDeviceGetPCIBusId(char *text, int length, int device) {
    snprintf(text, (size_t)length, "0000:%02x:00.0", 1 + device);
    return known(device);
}

EXPORT int cuDeviceGetUuid_v2(uint8_t uuid[16], int device) {
    memset(uuid, 0xfa, 16);
    uuid[15] = (uint8_t)device;
    return known(device);
}

/* ---- contexts ------------------------------------------------------------------------------ */

EXPORT int cuCtxCreate_v2(context **out, unsigned flags, int device) {
    (void)flags;
    if (known(device) != OK || depth == STACK_MAX) {
        return known(device) != OK ? known(device) : OUT_OF_RESOURCES;
    }
    *out = handle(CONTEXT, sizeof **out);
    (*out)->device = device;
    stack[depth++] = *out;
    pthread_mutex_lock(&gate);
    state.contexts++;
    pthread_mutex_unlock(&gate);
    return OK;
}

static void drop_operations(context *c) {
    while (c->first != NULL) {
        operation *next = c->first->next;
        free(c->first->own);
        free(c->first);
        c->first = next;
    }
    c->last = NULL;
}

EXPORT int cuCtxDestroy_v2(context *c) {
    if (!is(c, CONTEXT)) {
        return INVALID_CONTEXT;
    }
    pthread_mutex_lock(&gate);
    state.contexts--;
    drop_operations(c);
    for (uint32_t i = 0; i < c->allocation_count; i++) {
        used[c->device] -= c->allocations[i].bytes;
        free((void *)(uintptr_t)c->allocations[i].start);
    }
    pthread_mutex_unlock(&gate);
    if (current() == c) {
        depth--;
    }
    c->kind = 0;
    free(c);
    return OK;
}

EXPORT int cuCtxPushCurrent_v2(context *c) {
    if (!is(c, CONTEXT) || depth == STACK_MAX) {
        return INVALID_CONTEXT;
    }
    stack[depth++] = c;
    return OK;
}

EXPORT int cuCtxPopCurrent_v2(context **out) {
    if (depth == 0) {
        return INVALID_CONTEXT;
    }
    depth--;
    if (out != NULL) {
        *out = stack[depth];
    }
    return OK;
}

EXPORT int cuDevicePrimaryCtxRetain(context **out, int device) {
    if (known(device) != OK) {
        return known(device);
    }
    pthread_mutex_lock(&gate);
    if (primary_users[device]++ == 0) {
        primary[device] = handle(CONTEXT, sizeof **out);
        state.contexts++;
        primary[device]->device = device;
    }
    *out = primary[device];
    pthread_mutex_unlock(&gate);
    return OK;
}

EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
    if (known(device) != OK || primary_users[device] == 0) {
        return known(device) != OK ? known(device) : INVALID_CONTEXT;
    }
    return --primary_users[device] == 0 ? cuCtxDestroy_v2(primary[device]) : OK;
}

EXPORT int cuDevicePrimaryCtxReset_v2(int device) {
    if (known(device) == OK && primary_users[device] != 0) {
        primary[device]->lost = 0;
        primary[device]->hung = 0;
        drop_operations(primary[device]);
    }
    return known(device);
}

EXPORT int cuCtxSetLimit(int limit, size_t value) {
    (void)limit;
    (void)value;
    return usable();
}

/* ---- memory -------------------------------------------------------------------------------- */

EXPORT int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    if (usable() == OK) {
        pthread_mutex_lock(&gate);
        *total = state.bytes;
        *free_bytes = state.bytes - used[current()->device];
        pthread_mutex_unlock(&gate);
    }
    return usable();
}

EXPORT int cuMemAlloc_v2(uint64_t *out, size_t bytes) {
    context *c = current();
    if (usable() != OK || bytes == 0) {
        return usable() != OK ? usable() : INVALID_VALUE;
    }
    pthread_mutex_lock(&gate);
    int room = c->allocation_count < ALLOCATIONS_MAX && bytes <= state.bytes - used[c->device];
    void *memory = room ? aligned_alloc(256, (bytes + 255) / 256 * 256) : NULL;
    if (memory != NULL) {
        memset(memory, 0xa5, bytes);
        c->allocations[c->allocation_count++] = (ptx_range){memory, bytes};
        used[c->device] += bytes;
        *out = (uint64_t)(uintptr_t)memory;
    }
    pthread_mutex_unlock(&gate);
    return memory == NULL ? OUT_OF_MEMORY : OK;
}

EXPORT int cuMemFree_v2(uint64_t address) {
    context *c = current();
    int status = usable() != OK ? usable() : INVALID_VALUE;
    pthread_mutex_lock(&gate);
    for (uint32_t i = 0; status == INVALID_VALUE && i < c->allocation_count; i++) {
        if ((uint64_t)(uintptr_t)c->allocations[i].start == address) {
            used[c->device] -= c->allocations[i].bytes;
            free((void *)(uintptr_t)c->allocations[i].start);
            c->allocations[i] = c->allocations[--c->allocation_count];
            status = OK;
        }
    }
    pthread_mutex_unlock(&gate);
    return status;
}

EXPORT int cuMemHostAlloc(void **out, size_t bytes, unsigned flags) {
    (void)flags;
    if (usable() != OK) {
        return usable();
    }
    pthread_mutex_lock(&gate);
    *out = pinned_count < PINNED_MAX ? aligned_alloc(4096, (bytes + 4095) / 4096 * 4096) : NULL;
    if (*out != NULL) {
        pinned[pinned_count++] = (ptx_range){*out, bytes};
    }
    pthread_mutex_unlock(&gate);
    return *out == NULL ? OUT_OF_MEMORY : OK;
}

EXPORT int cuMemFreeHost(void *memory) {
    int status = INVALID_VALUE;
    pthread_mutex_lock(&gate);
    for (uint32_t i = 0; i < pinned_count && status != OK; i++) {
        if (pinned[i].start == memory) {
            pinned[i] = pinned[--pinned_count];
            status = OK;
        }
    }
    pthread_mutex_unlock(&gate);
    if (status == OK) {
        free(memory);
    }
    return status;
}

/* Whether the card reaches this memory of the host by itself. */
static int is_pinned(const void *memory, size_t bytes) {
    int found = 0;
    pthread_mutex_lock(&gate);
    for (uint32_t i = 0; i < pinned_count && !found; i++) {
        const uint8_t *start = pinned[i].start;
        found =
            (const uint8_t *)memory >= start && (const uint8_t *)memory + bytes <= start + pinned[i].bytes;
    }
    pthread_mutex_unlock(&gate);
    return found;
}

/* ---- the queue ----------------------------------------------------------------------------- */

static int inside(const context *c, uint64_t address, size_t bytes) {
    for (uint32_t i = 0; i < c->allocation_count; i++) {
        uint64_t start = (uint64_t)(uintptr_t)c->allocations[i].start;
        if (address >= start && address - start <= c->allocations[i].bytes &&
            bytes <= c->allocations[i].bytes - (address - start)) {
            return 1;
        }
    }
    return 0;
}

static int queue(const stream *s, const operation *what) {
    context *c = current();
    if (usable() != OK || (s != NULL && (!is(s, STREAM) || s->context != c))) {
        return usable() != OK ? usable() : INVALID_HANDLE;
    }
    operation *made = malloc(sizeof *made);
    *made = *what;
    made->next = NULL;
    pthread_mutex_lock(&gate);
    if (c->last == NULL) {
        c->first = made;
    } else {
        c->last->next = made;
    }
    c->last = made;
    c->queued++;
    pthread_mutex_unlock(&gate);
    return OK;
}

static int inside_locked(const context *c, uint64_t address, size_t bytes) {
    pthread_mutex_lock(&gate);
    int found = inside(c, address, bytes);
    pthread_mutex_unlock(&gate);
    return found;
}

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, stream *s) {
    operation o = {.what = COPY, .to = (void *)(uintptr_t)to, .from = from, .bytes = bytes};
    if (usable() == OK && !inside_locked(current(), to, bytes)) {
        return INVALID_VALUE;
    }
    if (usable() == OK && !is_pinned(from, bytes)) {
        o.own = malloc(bytes);
        o.from = memcpy(o.own, from, bytes);
    }
    int status = queue(s, &o);
    if (status != OK) {
        free(o.own);
    }
    return status;
}

static void run_queue(context *c, uint64_t until);

EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, stream *s) {
    context *c = current();
    if (usable() == OK && !inside_locked(c, from, bytes)) {
        return INVALID_VALUE;
    }
    int pageable = usable() == OK && !is_pinned(to, bytes);
    int status =
        queue(s, &(operation){.what = COPY, .to = to, .from = (const void *)(uintptr_t)from, .bytes = bytes});
    if (status == OK && pageable) {
        pthread_mutex_lock(&gate);
        run_queue(c, c->queued);
        int hung = c->hung;
        pthread_mutex_unlock(&gate);
        while (hung) {
            nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        }
        status = usable();
    }
    return status;
}

EXPORT int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, stream *s) {
    if (usable() == OK && !inside_locked(current(), to, bytes)) {
        return INVALID_VALUE;
    }
    return queue(s, &(operation){.what = FILL, .to = (void *)(uintptr_t)to, .value = value, .bytes = bytes});
}

static int run_launch(context *c, const operation *o) {
    char error[PTX_ERROR_MAX];
    const void *parameters[PTX_PARAMETERS_MAX];
    for (uint32_t i = 0; i < PTX_PARAMETERS_MAX; i++) {
        parameters[i] = &o->parameters[i];
    }
    const ptx_launch with = {.entry = o->function->entry,
                             .groups = o->groups,
                             .threads = o->threads,
                             .parameters = parameters,
                             .ranges = c->allocations,
                             .range_count = c->allocation_count};
    if (ptx_run(o->function->module->ptx, &with, error)) {
        return 1;
    }
    fprintf(stderr, "libcuda.so.1 (interpreter): %s\n", error);
    return 0;
}

/* Does what is queued, up to `until` operations; stops where it hangs or is lost. The gate is held. */
static void run_queue(context *c, uint64_t until) {
    while (c->done < until && !c->hung && !c->lost && c->first != NULL) {
        operation *o = c->first;
        if (o->what == COPY) {
            memcpy(o->to, o->from, o->bytes);
        } else if (o->what == FILL) {
            memset(o->to, o->value, o->bytes);
        } else if (o->number == state.hang_at) {
            c->hung = 1;
            return;
        } else if (o->number == state.lost_at || !run_launch(c, o)) {
            __atomic_store_n(&c->lost, state.error, __ATOMIC_RELAXED);
            return;
        }
        c->first = o->next;
        c->last = c->first == NULL ? NULL : c->last;
        free(o->own);
        free(o);
        c->done++;
    }
}

/* ---- programs ------------------------------------------------------------------------------ */

/* Where the options say that a log goes. */
static void find_log(unsigned count, const int *options, void **values, char **log, size_t *room) {
    *log = NULL;
    *room = 0;
    for (unsigned i = 0; i < count; i++) {
        *log = options[i] == JIT_ERROR_LOG ? values[i] : *log;
        *room = options[i] == JIT_ERROR_LOG_BYTES ? (size_t)(uintptr_t)values[i] : *room;
    }
}

/* The number behind .target sm_, 0 when there is none. */
static int target_of(const char *text) {
    const char *at = strstr(text, ".target sm_");
    return at == NULL ? 0 : atoi(at + 11);
}

static int compile(ptx_module **out, const char *text, char *log, size_t log_room) {
    char error[PTX_ERROR_MAX] = "this driver compiles nothing (FAKECUDA_BADJIT)";
    if (target_of(text) > state.capability) {
        return NO_BINARY;
    }
    *out = state.bad_jit ? NULL : ptx_read(text, strlen(text), error);
    if (*out == NULL && log_room > 0) {
        snprintf(log, log_room, "ptxas application ptx input\n%s, error 1 of 1\nptxas fatal\n", error);
    }
    return *out == NULL ? INVALID_PTX : OK;
}

EXPORT int cuLinkCreate_v2(unsigned count, int *options, void **values, link **out) {
    if (usable() == OK) {
        *out = handle(LINK, sizeof **out);
        find_log(count, options, values, &(*out)->log, &(*out)->log_room);
    }
    return usable();
}

/* Logs belong to the linker: an input with options for one is refused. */
EXPORT int cuLinkAddData_v2(link *l, int type, void *data, size_t length, const char *name, unsigned count,
                            int *options, void **values) {
    ptx_module *checked;
    char *log;
    size_t room;
    (void)name;
    find_log(count, options, values, &log, &room);
    if (!is(l, LINK) || type != INPUT_PTX || l->text != NULL || log != NULL || room != 0) {
        return INVALID_VALUE;
    }
    l->text = calloc(1, length + 1);
    l->length = length + 1;
    memcpy(l->text, data, length);
    int status = compile(&checked, l->text, l->log, l->log_room);
    if (status == OK) {
        ptx_free(checked);
        pthread_mutex_lock(&gate);
        state.compiled++;
        pthread_mutex_unlock(&gate);
    }
    return status;
}

/* What stands for the device's code is the text; it lives as long as the link, as the real one does. */
EXPORT int cuLinkComplete(link *l, void **code, size_t *length) {
    if (!is(l, LINK) || l->text == NULL) {
        return INVALID_VALUE;
    }
    *code = l->text;
    *length = l->length;
    return OK;
}

EXPORT int cuLinkDestroy(link *l) {
    if (!is(l, LINK)) {
        return INVALID_HANDLE;
    }
    l->kind = 0;
    if (l->text != NULL) {
        memset(l->text, 0, l->length);
    }
    free(l->text);
    free(l);
    return OK;
}

EXPORT int cuModuleLoadDataEx(module **out, const void *image, unsigned count, int *options, void **values) {
    ptx_module *ptx;
    char *log;
    size_t room;
    find_log(count, options, values, &log, &room);
    int status = usable() != OK ? usable() : compile(&ptx, image, log, room);
    if (status == OK) {
        *out = handle(MODULE, sizeof **out);
        (*out)->context = current();
        (*out)->ptx = ptx;
    }
    return status;
}

EXPORT int cuModuleLoadData(module **out, const void *image) {
    return cuModuleLoadDataEx(out, image, 0, NULL, NULL);
}

static function *functions;

EXPORT int cuModuleUnload(module *m) {
    if (!is(m, MODULE)) {
        return INVALID_HANDLE;
    }
    pthread_mutex_lock(&gate);
    for (function **at = &functions; *at != NULL;) {
        function *f = *at;
        if (f->module == m) {
            *at = f->next;
            f->kind = 0;
            free(f);
        } else {
            at = &f->next;
        }
    }
    pthread_mutex_unlock(&gate);
    m->kind = 0;
    ptx_free(m->ptx);
    free(m);
    return OK;
}

EXPORT int cuModuleGetFunction(function **out, module *m, const char *name) {
    if (!is(m, MODULE) || ptx_find(m->ptx, name) == NULL) {
        return is(m, MODULE) ? NOT_FOUND : INVALID_HANDLE;
    }
    *out = handle(FUNCTION, sizeof **out);
    (*out)->module = m;
    (*out)->entry = ptx_find(m->ptx, name);
    pthread_mutex_lock(&gate);
    (*out)->next = functions;
    functions = *out;
    pthread_mutex_unlock(&gate);
    return OK;
}

EXPORT int cuFuncGetAttribute(int *value, int attribute, function *f) {
    if (!is(f, FUNCTION)) {
        return INVALID_HANDLE;
    }
    uint32_t most = ptx_threads_max(f->entry);
    /* MAX_THREADS_PER_BLOCK; NUM_REGS, of which the interpreter knows nothing */
    *value = attribute == 0 ? (int)(most == 0 ? 1024 : most) : attribute == 4 ? 40 : 0;
    return OK;
}

EXPORT int cuFuncSetAttribute(function *f, int attribute, int value) {
    (void)attribute;
    (void)value;
    return is(f, FUNCTION) ? OK : INVALID_HANDLE;
}

EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, function *f, int threads, size_t shared) {
    (void)shared;
    *blocks = threads > 0 && threads <= 1024 ? 2048 / threads : 0;
    return is(f, FUNCTION) ? OK : INVALID_HANDLE;
}

EXPORT int cuLaunchKernel(function *f, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned ty,
                          unsigned tz, unsigned shared, stream *s, void **parameters, void **extra) {
    operation o = {.what = LAUNCH, .function = f, .groups = x, .threads = threads};
    uint32_t sizes[PTX_PARAMETERS_MAX], count;
    if (!is(f, FUNCTION) || f->module->context != current()) {
        return INVALID_HANDLE;
    }
    uint32_t most = ptx_threads_max(f->entry);
    if (x == 0 || y != 1 || z != 1 || ty != 1 || tz != 1 || shared != 0 || extra != NULL || threads == 0 ||
        threads > (most == 0 ? 1024 : most)) {
        return INVALID_VALUE;
    }
    count = ptx_parameters(f->entry, sizes);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&o.parameters[i], parameters[i], sizes[i]);
    }
    pthread_mutex_lock(&gate);
    o.number = ++state.launches;
    pthread_mutex_unlock(&gate);
    return queue(s, &o);
}

/* ---- streams and events -------------------------------------------------------------------- */

EXPORT int cuStreamCreateWithPriority(stream **out, unsigned flags, int priority) {
    (void)flags;
    (void)priority;
    if (usable() == OK) {
        *out = handle(STREAM, sizeof **out);
        (*out)->context = current();
    }
    return usable();
}

EXPORT int cuStreamDestroy_v2(stream *s) {
    if (!is(s, STREAM)) {
        return INVALID_HANDLE;
    }
    s->kind = 0;
    free(s);
    return OK;
}

EXPORT int cuEventCreate(event **out, unsigned flags) {
    (void)flags;
    if (usable() == OK) {
        *out = handle(EVENT, sizeof **out);
        (*out)->context = current();
        (*out)->behind = UINT64_MAX;
    }
    return usable();
}

EXPORT int cuEventRecord(event *e, stream *s) {
    (void)s;
    if (!is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    pthread_mutex_lock(&gate);
    e->behind = e->context->queued;
    e->asked = 0;
    pthread_mutex_unlock(&gate);
    return __atomic_load_n(&e->context->lost, __ATOMIC_RELAXED);
}

/* Not ready when asked for the first time; done by the second. */
EXPORT int cuEventQuery(event *e) {
    if (!is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    context *c = e->context;
    if (e->behind == UINT64_MAX) {
        return OK; /* never recorded: cuda.h */
    }
    pthread_mutex_lock(&gate);
    if (e->asked++ > 0) {
        run_queue(c, e->behind);
    }
    int status = c->lost ? c->lost : c->done >= e->behind ? OK : NOT_READY;
    pthread_mutex_unlock(&gate);
    return status;
}

EXPORT int cuEventElapsedTime(float *ms, event *from, event *to) {
    if (!is(from, EVENT) || !is(to, EVENT)) {
        return INVALID_HANDLE;
    }
    *ms = (float)(to->behind - from->behind); /* an operation takes a millisecond here */
    return to->context->done >= to->behind ? OK : NOT_READY;
}

EXPORT int cuEventDestroy_v2(event *e) {
    if (!is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    e->kind = 0;
    free(e);
    return OK;
}
