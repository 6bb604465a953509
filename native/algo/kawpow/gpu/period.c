/* period.c - see period.h. */
#include "period.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/gpu/domain.h"
#include "otedama_os.h"
#include "splice.h"
#include "status.h"

#define OTD_NO_PERIOD UINT64_MAX
#define OTD_EPOCH_PERIODS (KAWPOW_EPOCH_LENGTH / KAWPOW_PERIOD_LENGTH)

/* A thread of this niceness compiles when cores are idle, and in the end also when none is. */
#define OTD_BUILD_NICE 5

/* How often one who waits for a program looks whether the engine was cancelled. */
#define OTD_LOOK_NS 2000000L

/* How long a compiler may take, and how long a device that is lost is waited for. */
#define OTD_COMPILE_MS 120000.0
#define OTD_LOST_MS 2000.0

/* Bytes of what is written in front of the OpenCL text besides the program. */
#define OTD_PREFIX_BYTES 64u

extern const otd_gpu_code otd_kernel_kawpow_mix;

typedef enum otd_program_state {
    OTD_PROGRAM_NONE,
    OTD_PROGRAM_BUILDING,
    OTD_PROGRAM_READY
} otd_program_state;

typedef struct otd_period_program {
    otd_program_state state;
    uint64_t period;
    uint64_t used; /* when it was last asked for */
    otd_gpu_program *program;
    otd_gpu_kernel *mix;
} otd_period_program;

struct otd_kawpow_periods {
    const otd_gpu_port *port;
    struct otd_gpu_domain *domain;
    otd_gpu_context *context; /* the thread's */
    uint32_t threads, resident, pieces, piece_bits;
    pthread_t thread;

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    otd_period_program programs[OTD_KAWPOW_PROGRAMS];
    uint64_t clock;
    uint64_t wanted; /* by one who waits; built first */
    uint64_t ahead;  /* the successor of the last one that was used */
    uint64_t last[2];
    int32_t failure; /* of the one that is wanted */
    char detail[OTD_ERROR_TEXT_MAX];
    int32_t ending, ended;
};

/* ---- one program ------------------------------------------------------------------------------ */

typedef int32_t otd_splice(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                           const kawpow_program *program);

/* One form of the mix kernel with a program in it; *text is to be freed. */
static int32_t otd_splice_form(uint8_t **text, uint64_t *length, uint64_t form_bytes, const char *prefix,
                               otd_splice *splice, const kawpow_program *program) {
    const size_t prefix_length = strlen(prefix);
    *text = malloc(form_bytes + OTD_KAWPOW_SPLICE_BYTES + OTD_PREFIX_BYTES);
    if (*text == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %llu bytes for a program",
                        (unsigned long long)(form_bytes + OTD_KAWPOW_SPLICE_BYTES));
    }
    memcpy(*text, prefix, prefix_length);
    int32_t status = splice(*text + prefix_length, length, &otd_kernel_kawpow_mix, program);
    *length += prefix_length;
    return status;
}

/* The form that the port's interface takes, and no other. */
static int32_t otd_splice_for(const otd_kawpow_periods *p, uint64_t period, otd_gpu_code *code,
                              uint8_t **text) {
    const otd_gpu_code *from = &otd_kernel_kawpow_mix;
    char prefix[OTD_PREFIX_BYTES];
    kawpow_program program;
    uint64_t length = 0;
    int32_t status;
    otd_kawpow_program(&program, period);
    *code = (otd_gpu_code){.name = from->name};
    switch (p->port->backend) {
    case OTD_BACKEND_CUDA:
        status = otd_splice_form(text, &length, from->ptx_length, "", otd_kawpow_splice_ptx, &program);
        code->ptx = *text;
        code->ptx_length = length;
        return status;
    case OTD_BACKEND_VULKAN:
        status = otd_splice_form(text, &length, from->spirv_length, "", otd_kawpow_splice_spirv, &program);
        code->spirv = *text;
        code->spirv_length = length;
        return status;
    default:
        snprintf(prefix, sizeof prefix, "#define KAWPOW_PIECE_BITS %u\n", p->piece_bits);
        status =
            otd_splice_form(text, &length, from->opencl_length, prefix, otd_kawpow_splice_opencl, &program);
        code->opencl = *text;
        code->opencl_length = length;
        return status;
    }
}

static int32_t otd_build_period(const otd_kawpow_periods *p, otd_period_program *out) {
    otd_gpu_code code;
    uint8_t *text = NULL;
    const otd_gpu_build what = {
        .code = &code, .threads = p->threads, .resident = p->resident, .pieces = p->pieces};
    out->program = NULL;
    int32_t status = otd_splice_for(p, out->period, &code, &text);
    if (status == OTD_OK) {
        status = p->port->build(p->context, &what, &out->program);
    }
    free(text);
    if (status == OTD_OK) {
        status = p->port->kernel(p->context, out->program, "otd_kawpow_mix", &out->mix);
    }
    if (status != OTD_OK && out->program != NULL) {
        p->port->discard(p->context, out->program);
        out->program = NULL;
    }
    return status;
}

/* ---- the thread ------------------------------------------------------------------------------- */

static otd_period_program *otd_find(otd_kawpow_periods *p, uint64_t period) {
    for (uint32_t i = 0; i < OTD_KAWPOW_PROGRAMS; i++) {
        if (p->programs[i].state == OTD_PROGRAM_READY && p->programs[i].period == period) {
            return &p->programs[i];
        }
    }
    return NULL;
}

/* Where another program may go: nobody uses, wants or expects what is there. There is always one, since one
 * thread builds. */
static otd_period_program *otd_make_place(otd_kawpow_periods *p) {
    otd_period_program *best = NULL;
    for (uint32_t i = 0; i < OTD_KAWPOW_PROGRAMS; i++) {
        otd_period_program *at = &p->programs[i];
        if (at->state == OTD_PROGRAM_NONE) {
            return at;
        }
        if (at->period == p->last[0] || at->period == p->last[1] || at->period == p->wanted ||
            at->period == p->ahead) {
            continue;
        }
        if (best == NULL || at->used < best->used) {
            best = at;
        }
    }
    return best;
}

/* The one to build next. */
static uint64_t otd_next_period(otd_kawpow_periods *p) {
    if (p->wanted != OTD_NO_PERIOD && p->failure == OTD_OK && otd_find(p, p->wanted) == NULL) {
        return p->wanted;
    }
    return p->ahead != OTD_NO_PERIOD && otd_find(p, p->ahead) == NULL ? p->ahead : OTD_NO_PERIOD;
}

/* Builds one program with the lock let go. One that fails before it is wanted is tried again when it is. */
static void otd_build_next(otd_kawpow_periods *p, uint64_t period) {
    otd_period_program *place = otd_make_place(p);
    otd_period_program made = {.period = period, .used = p->clock};
    otd_gpu_program *old = place->program;
    *place = (otd_period_program){.state = OTD_PROGRAM_BUILDING, .period = period};
    pthread_mutex_unlock(&p->lock);
    if (old != NULL) {
        p->port->discard(p->context, old);
    }
    int32_t status = otd_build_period(p, &made);
    pthread_mutex_lock(&p->lock);
    made.state = status == OTD_OK ? OTD_PROGRAM_READY : OTD_PROGRAM_NONE;
    *place = made;
    if (status != OTD_OK && period == p->wanted) {
        p->failure = status;
        otd_detail_copy(p->detail, sizeof p->detail);
    }
    if (status != OTD_OK && period == p->ahead) {
        p->ahead = OTD_NO_PERIOD;
    }
    pthread_cond_broadcast(&p->changed);
}

static void *otd_build_periods(void *context) {
    otd_kawpow_periods *p = context;
    (void)otd_thread_set_priority(OTD_BUILD_NICE); /* a refusal costs others some speed, and nothing else */
    pthread_mutex_lock(&p->lock);
    while (!p->ending) {
        uint64_t period = otd_next_period(p);
        if (period == OTD_NO_PERIOD) {
            pthread_cond_wait(&p->changed, &p->lock);
        } else {
            otd_build_next(p, period);
        }
    }
    p->ended = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Waits for a change, but not long; the lock is held before and after. */
static void otd_wait_a_little(otd_kawpow_periods *p) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += OTD_LOOK_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&p->changed, &p->lock, &until);
}

/* ---- for the engine --------------------------------------------------------------------------- */

/* Remembers what was used, and orders its successor. Under the lock. */
static void otd_used(otd_kawpow_periods *p, otd_period_program *program) {
    uint64_t period = program->period;
    program->used = ++p->clock;
    if (period == p->last[0]) {
        return;
    }
    p->last[1] = p->last[0];
    p->last[0] = period;
    p->ahead = (period + 1) % OTD_EPOCH_PERIODS != 0 ? period + 1 : OTD_NO_PERIOD;
    pthread_cond_broadcast(&p->changed);
}

int32_t otd_kawpow_periods_get(otd_kawpow_periods *p, const otd_gpu_site *site, uint64_t period,
                               otd_gpu_kernel **kernel) {
    double began = otd_gpu_now_ms();
    double most =
        site->engine->params.hang_ms > OTD_COMPILE_MS ? site->engine->params.hang_ms : OTD_COMPILE_MS;
    otd_period_program *program;
    int32_t status = OTD_OK;
    pthread_mutex_lock(&p->lock);
    program = otd_find(p, period);
    if (program == NULL) {
        p->wanted = period;
        p->failure = OTD_OK;
        pthread_cond_broadcast(&p->changed);
    }
    while (program == NULL && status == OTD_OK) {
        otd_wait_a_little(p);
        program = otd_find(p, period);
        if (program != NULL) {
            break;
        }
        if (p->failure != OTD_OK) {
            status = otd_fail(p->failure, "%s", p->detail);
        } else if (__atomic_load_n(&site->engine->cancel, __ATOMIC_ACQUIRE) != 0) {
            status = OTD_E_CANCELLED;
        } else if (otd_gpu_now_ms() - began > most) {
            status =
                otd_fail(OTD_E_DRIVER,
                         "%s: the driver has compiled the kawpow program of period %llu for "
                         "%.0f s without an end; restart, or try another interface or driver",
                         site->device->name, (unsigned long long)period, (otd_gpu_now_ms() - began) / 1e3);
        }
    }
    if (program != NULL) {
        otd_used(p, program);
        *kernel = program->mix;
    }
    p->wanted = OTD_NO_PERIOD;
    pthread_mutex_unlock(&p->lock);
    return status;
}

static uint32_t otd_bits_of(uint64_t power_of_two) {
    uint32_t bits = 0;
    while (power_of_two >> (bits + 1) != 0) {
        bits++;
    }
    return bits;
}

int32_t otd_kawpow_periods_open(otd_kawpow_periods **out, const otd_gpu_site *site) {
    const otd_gpu_dataset *dataset = site->dataset->state;
    pthread_condattr_t attributes;
    otd_kawpow_periods *p = calloc(1, sizeof *p);
    *out = NULL;
    if (p == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for programs", sizeof *p);
    }
    p->port = site->port;
    p->domain = dataset->domain;
    p->threads = site->threads;
    p->resident = site->resident == OTD_KAWPOW_ANY ? 0 : site->resident;
    p->pieces = dataset->piece_count == 1 ? 1 : OTD_GPU_PIECES;
    p->piece_bits = otd_bits_of(dataset->piece_bytes / 256); /* items of 256 bytes */
    p->wanted = p->ahead = p->last[0] = p->last[1] = OTD_NO_PERIOD;
    int32_t status = otd_gpu_domain_join(p->domain, &p->context);
    if (status != OTD_OK) {
        free(p);
        return status;
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&p->thread, NULL, otd_build_periods, p) != 0) {
        otd_gpu_domain_leave(p->domain, p->context, 0);
        pthread_cond_destroy(&p->changed);
        pthread_mutex_destroy(&p->lock);
        free(p);
        return otd_fail(OTD_E_MEMORY, "could not start the thread that compiles kawpow's programs");
    }
    *out = p;
    return OTD_OK;
}

void otd_kawpow_periods_close(otd_kawpow_periods *p, int32_t lost) {
    double began = otd_gpu_now_ms();
    double most = lost ? OTD_LOST_MS : OTD_COMPILE_MS;
    pthread_mutex_lock(&p->lock);
    p->ending = 1;
    pthread_cond_broadcast(&p->changed);
    while (!p->ended && otd_gpu_now_ms() - began < most) {
        otd_wait_a_little(p);
    }
    int32_t ended = p->ended;
    pthread_mutex_unlock(&p->lock);
    if (!ended) { /* it holds its context, so the domain stays too */
        pthread_detach(p->thread);
        return;
    }
    pthread_join(p->thread, NULL);
    for (uint32_t i = 0; i < OTD_KAWPOW_PROGRAMS && !lost; i++) {
        if (p->programs[i].program != NULL) {
            p->port->discard(p->context, p->programs[i].program);
        }
    }
    otd_gpu_domain_leave(p->domain, p->context, lost);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
