/*
 * fake_cuda.c - a stand-in for NVIDIA's driver, libcuda.so.1, on machines without a GPU: kernels run in the
 * interpreter of ptx.h. It has the functions that a CUDA host needs and is strict where the real one is
 * undefined. What is queued is done when somebody asks for an event behind it for the second time, so that a
 * host that does not wait is seen. As on the real one, a copy to memory that is not cuMemHostAlloc's waits
 * for the queue, without end where that hangs; one from such memory does not look at it again. Which faults
 * can be planted: fake_cuda.h.
 */
#include "fake_cuda_parts.h"

pthread_mutex_t fake_gate = PTHREAD_MUTEX_INITIALIZER;
fake_state fake_now;
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

context *fake_current(void) {
    return depth == 0 ? NULL : stack[depth - 1];
}

/* A call needs a context that lives. Returns OK or the error it has to give. */
int fake_usable(void) {
    return fake_current() == NULL ? INVALID_CONTEXT
                                  : __atomic_load_n(&fake_current()->lost, __ATOMIC_RELAXED);
}

EXPORT fake_cuda_count fakecuda_counts;

EXPORT void fakecuda_counts(fake_cuda_counts *out) {
    pthread_mutex_lock(&fake_gate);
    *out = (fake_cuda_counts){fake_now.launches, fake_now.compiled, 0, fake_now.contexts};
    for (int i = 0; i < DEVICES_MAX; i++) {
        out->used_bytes += used[i];
    }
    pthread_mutex_unlock(&fake_gate);
}

/* A driver knows its objects: what a host leaves to it with a lost card is no leak. Freed ones stay named. */
#define HANDLES_MAX 65536u
static void *fake_handles[HANDLES_MAX];
static unsigned fake_handle_count;

void *fake_handle(kind what, size_t bytes) {
    kind *made = calloc(1, bytes);
    *made = what;
    fake_handles[__atomic_fetch_add(&fake_handle_count, 1, __ATOMIC_RELAXED) % HANDLES_MAX] = made;
    return made;
}

int fake_is(const void *object, kind what) {
    return object != NULL && *(const kind *)object == what;
}

/* ---- devices ------------------------------------------------------------------------------- */

EXPORT fake_cuda_plant fakecuda_plant;

EXPORT void fakecuda_plant(uint64_t lost_ahead, uint64_t hang_ahead, int error) {
    pthread_mutex_lock(&fake_gate);
    fake_now.lost_at = lost_ahead == 0 ? 0 : fake_now.launches + lost_ahead;
    fake_now.hang_at = hang_ahead == 0 ? 0 : fake_now.launches + hang_ahead;
    fake_now.error = error;
    pthread_mutex_unlock(&fake_gate);
}

EXPORT int cuInit(unsigned flags) {
    fake_now.none = (int)setting("FAKECUDA_NONE", 0);
    fake_now.devices = (int)setting("FAKECUDA_DEVICES", 1);
    fake_now.devices = fake_now.devices > DEVICES_MAX ? DEVICES_MAX : fake_now.devices;
    fake_now.capability = (int)setting("FAKECUDA_CC", 86);
    fake_now.bytes = setting("FAKECUDA_MEM_MB", 4096) << 20;
    fake_now.bad_jit = (int)setting("FAKECUDA_BADJIT", 0);
    fake_now.lost_at = setting("FAKECUDA_LOST", 0);
    fake_now.hang_at = setting("FAKECUDA_HANG", 0);
    fake_now.error = (int)setting("FAKECUDA_ERROR", ILLEGAL_ADDRESS);
    if (fake_now.none || flags != 0) {
        return fake_now.none ? NO_DEVICE : INVALID_VALUE;
    }
    fake_now.open = 1;
    return OK;
}

EXPORT int cuDriverGetVersion(int *version) {
    *version = (int)setting("FAKECUDA_DRIVER", 12020);
    return OK;
}

static int known(int device) {
    return !fake_now.open ? NOT_INITIALIZED : device < 0 || device >= fake_now.devices ? INVALID_DEVICE : OK;
}

EXPORT int cuDeviceGetCount(int *count) {
    *count = fake_now.devices;
    return fake_now.open ? OK : NOT_INITIALIZED;
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
        *value = fake_now.capability / 10;
        return OK;
    case 76:
        *value = fake_now.capability % 10;
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
    *bytes = fake_now.bytes;
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
    *out = fake_handle(CONTEXT, sizeof **out);
    (*out)->device = device;
    stack[depth++] = *out;
    pthread_mutex_lock(&fake_gate);
    fake_now.contexts++;
    pthread_mutex_unlock(&fake_gate);
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
    if (!fake_is(c, CONTEXT)) {
        return INVALID_CONTEXT;
    }
    pthread_mutex_lock(&fake_gate);
    fake_now.contexts--;
    drop_operations(c);
    for (uint32_t i = 0; i < c->allocation_count; i++) {
        used[c->device] -= c->allocations[i].bytes;
        free((void *)(uintptr_t)c->allocations[i].start);
    }
    pthread_mutex_unlock(&fake_gate);
    if (fake_current() == c) {
        depth--;
    }
    c->kind = 0;
    free(c);
    return OK;
}

EXPORT int cuCtxPushCurrent_v2(context *c) {
    if (!fake_is(c, CONTEXT) || depth == STACK_MAX) {
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
    pthread_mutex_lock(&fake_gate);
    if (primary_users[device]++ == 0) {
        primary[device] = fake_handle(CONTEXT, sizeof **out);
        fake_now.contexts++;
        primary[device]->device = device;
    }
    *out = primary[device];
    pthread_mutex_unlock(&fake_gate);
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
    return fake_usable();
}

/* ---- memory -------------------------------------------------------------------------------- */

EXPORT int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    if (fake_usable() == OK) {
        pthread_mutex_lock(&fake_gate);
        *total = fake_now.bytes;
        *free_bytes = fake_now.bytes - used[fake_current()->device];
        pthread_mutex_unlock(&fake_gate);
    }
    return fake_usable();
}

EXPORT int cuMemAlloc_v2(uint64_t *out, size_t bytes) {
    context *c = fake_current();
    if (fake_usable() != OK || bytes == 0) {
        return fake_usable() != OK ? fake_usable() : INVALID_VALUE;
    }
    pthread_mutex_lock(&fake_gate);
    int room = c->allocation_count < ALLOCATIONS_MAX && bytes <= fake_now.bytes - used[c->device];
    void *memory = room ? aligned_alloc(256, (bytes + 255) / 256 * 256) : NULL;
    if (memory != NULL) {
        memset(memory, 0xa5, bytes);
        c->allocations[c->allocation_count++] = (ptx_range){memory, bytes};
        used[c->device] += bytes;
        *out = (uint64_t)(uintptr_t)memory;
    }
    pthread_mutex_unlock(&fake_gate);
    return memory == NULL ? OUT_OF_MEMORY : OK;
}

EXPORT int cuMemFree_v2(uint64_t address) {
    context *c = fake_current();
    int status = fake_usable() != OK ? fake_usable() : INVALID_VALUE;
    pthread_mutex_lock(&fake_gate);
    for (uint32_t i = 0; status == INVALID_VALUE && i < c->allocation_count; i++) {
        if ((uint64_t)(uintptr_t)c->allocations[i].start == address) {
            used[c->device] -= c->allocations[i].bytes;
            free((void *)(uintptr_t)c->allocations[i].start);
            c->allocations[i] = c->allocations[--c->allocation_count];
            status = OK;
        }
    }
    pthread_mutex_unlock(&fake_gate);
    return status;
}

EXPORT int cuMemHostAlloc(void **out, size_t bytes, unsigned flags) {
    (void)flags;
    if (fake_usable() != OK) {
        return fake_usable();
    }
    pthread_mutex_lock(&fake_gate);
    *out = pinned_count < PINNED_MAX ? aligned_alloc(4096, (bytes + 4095) / 4096 * 4096) : NULL;
    if (*out != NULL) {
        pinned[pinned_count++] = (ptx_range){*out, bytes};
    }
    pthread_mutex_unlock(&fake_gate);
    return *out == NULL ? OUT_OF_MEMORY : OK;
}

EXPORT int cuMemFreeHost(void *memory) {
    int status = INVALID_VALUE;
    pthread_mutex_lock(&fake_gate);
    for (uint32_t i = 0; i < pinned_count && status != OK; i++) {
        if (pinned[i].start == memory) {
            pinned[i] = pinned[--pinned_count];
            status = OK;
        }
    }
    pthread_mutex_unlock(&fake_gate);
    if (status == OK) {
        free(memory);
    }
    return status;
}

/* Whether the card reaches this memory of the host by itself. */
static int is_pinned(const void *memory, size_t bytes) {
    int found = 0;
    pthread_mutex_lock(&fake_gate);
    for (uint32_t i = 0; i < pinned_count && !found; i++) {
        const uint8_t *start = pinned[i].start;
        found =
            (const uint8_t *)memory >= start && (const uint8_t *)memory + bytes <= start + pinned[i].bytes;
    }
    pthread_mutex_unlock(&fake_gate);
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

int fake_queue(const stream *s, const operation *what) {
    context *c = fake_current();
    if (fake_usable() != OK || (s != NULL && (!fake_is(s, STREAM) || s->context != c))) {
        return fake_usable() != OK ? fake_usable() : INVALID_HANDLE;
    }
    operation *made = malloc(sizeof *made);
    *made = *what;
    made->next = NULL;
    pthread_mutex_lock(&fake_gate);
    if (c->last == NULL) {
        c->first = made;
    } else {
        c->last->next = made;
    }
    c->last = made;
    c->queued++;
    pthread_mutex_unlock(&fake_gate);
    return OK;
}

static int inside_locked(const context *c, uint64_t address, size_t bytes) {
    pthread_mutex_lock(&fake_gate);
    int found = inside(c, address, bytes);
    pthread_mutex_unlock(&fake_gate);
    return found;
}

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, stream *s) {
    operation o = {.what = COPY, .to = (void *)(uintptr_t)to, .from = from, .bytes = bytes};
    if (fake_usable() == OK && !inside_locked(fake_current(), to, bytes)) {
        return INVALID_VALUE;
    }
    if (fake_usable() == OK && !is_pinned(from, bytes)) {
        o.own = malloc(bytes);
        o.from = memcpy(o.own, from, bytes);
    }
    int status = fake_queue(s, &o);
    if (status != OK) {
        free(o.own);
    }
    return status;
}

static void run_queue(context *c, uint64_t until);

EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, stream *s) {
    context *c = fake_current();
    if (fake_usable() == OK && !inside_locked(c, from, bytes)) {
        return INVALID_VALUE;
    }
    int pageable = fake_usable() == OK && !is_pinned(to, bytes);
    int status = fake_queue(
        s, &(operation){.what = COPY, .to = to, .from = (const void *)(uintptr_t)from, .bytes = bytes});
    if (status == OK && pageable) {
        pthread_mutex_lock(&fake_gate);
        run_queue(c, c->queued);
        int hung = c->hung;
        pthread_mutex_unlock(&fake_gate);
        while (hung) {
            nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        }
        status = fake_usable();
    }
    return status;
}

EXPORT int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, stream *s) {
    if (fake_usable() == OK && !inside_locked(fake_current(), to, bytes)) {
        return INVALID_VALUE;
    }
    return fake_queue(
        s, &(operation){.what = FILL, .to = (void *)(uintptr_t)to, .value = value, .bytes = bytes});
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

/* Does what is queued, up to `until` operations; stops where it hangs or is lost. The fake_gate is held. */
static void run_queue(context *c, uint64_t until) {
    while (c->done < until && !c->hung && !c->lost && c->first != NULL) {
        operation *o = c->first;
        if (o->what == COPY) {
            memcpy(o->to, o->from, o->bytes);
        } else if (o->what == FILL) {
            memset(o->to, o->value, o->bytes);
        } else if (o->number == fake_now.hang_at) {
            c->hung = 1;
            return;
        } else if (o->number == fake_now.lost_at || !run_launch(c, o)) {
            __atomic_store_n(&c->lost, fake_now.error, __ATOMIC_RELAXED);
            return;
        }
        c->first = o->next;
        c->last = c->first == NULL ? NULL : c->last;
        free(o->own);
        free(o);
        c->done++;
    }
}

/* ---- streams and events -------------------------------------------------------------------- */

EXPORT int cuStreamCreateWithPriority(stream **out, unsigned flags, int priority) {
    (void)flags;
    (void)priority;
    if (fake_usable() == OK) {
        *out = fake_handle(STREAM, sizeof **out);
        (*out)->context = fake_current();
    }
    return fake_usable();
}

EXPORT int cuStreamDestroy_v2(stream *s) {
    if (!fake_is(s, STREAM)) {
        return INVALID_HANDLE;
    }
    s->kind = 0;
    free(s);
    return OK;
}

EXPORT int cuEventCreate(event **out, unsigned flags) {
    (void)flags;
    if (fake_usable() == OK) {
        *out = fake_handle(EVENT, sizeof **out);
        (*out)->context = fake_current();
        (*out)->behind = UINT64_MAX;
    }
    return fake_usable();
}

EXPORT int cuEventRecord(event *e, stream *s) {
    (void)s;
    if (!fake_is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    pthread_mutex_lock(&fake_gate);
    e->behind = e->context->queued;
    e->asked = 0;
    pthread_mutex_unlock(&fake_gate);
    return __atomic_load_n(&e->context->lost, __ATOMIC_RELAXED);
}

/* Not ready when asked for the first time; done by the second. */
EXPORT int cuEventQuery(event *e) {
    if (!fake_is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    context *c = e->context;
    if (e->behind == UINT64_MAX) {
        return OK; /* never recorded: cuda.h */
    }
    pthread_mutex_lock(&fake_gate);
    if (e->asked++ > 0) {
        run_queue(c, e->behind);
    }
    int status = c->lost ? c->lost : c->done >= e->behind ? OK : NOT_READY;
    pthread_mutex_unlock(&fake_gate);
    return status;
}

EXPORT int cuEventElapsedTime(float *ms, event *from, event *to) {
    if (!fake_is(from, EVENT) || !fake_is(to, EVENT)) {
        return INVALID_HANDLE;
    }
    *ms = (float)(to->behind - from->behind); /* an operation takes a millisecond here */
    return to->context->done >= to->behind ? OK : NOT_READY;
}

EXPORT int cuEventDestroy_v2(event *e) {
    if (!fake_is(e, EVENT)) {
        return INVALID_HANDLE;
    }
    e->kind = 0;
    free(e);
    return OK;
}
