/* host_equihash.c - Equihash's kernels as functions here, those of each parameter set. */
#include <string.h>

#include "backend/gpu/dialect_host.h"

#include "runner.h"

#include "equihash/gpu/equihash_set.h"

/* With k = 4 there is no third level to be given. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MEMORY(i) arguments[i].memory
#define NUMBER(i) arguments[i].value

#define KERNEL_NAME clear_counters
#include "equihash/gpu/equihash_clear.cu"
#undef KERNEL_NAME

static void run_clear(const argument *arguments) {
    clear_counters(MEMORY(0), MEMORY(1), (u32)NUMBER(2));
}

#define EQUIHASH_N 125
#define EQUIHASH_K 4
#define SET_NAME(step) step##_125
#include "host_equihash_set.h"
#undef EQUIHASH_N
#undef EQUIHASH_K
#undef SET_NAME

#define EQUIHASH_N 144
#define EQUIHASH_K 5
#define SET_NAME(step) step##_144
#include "host_equihash_set.h"
#undef EQUIHASH_N
#undef SET_NAME

#define EQUIHASH_N 96
#define SET_NAME(step) step##_96
#include "host_equihash_set.h"
#undef EQUIHASH_N
#undef SET_NAME

#define EQUIHASH_N 48
#define SET_NAME(step) step##_48
#include "host_equihash_set.h"

#define ROWS(n, k)                                                                                           \
    {"equihash_" #n "_" #k "_generate", run_generate_##n},                                                   \
        {"equihash_" #n "_" #k "_collide", run_collide_##n},                                                 \
        {"equihash_" #n "_" #k "_final", run_final_##n}, {                                                   \
        "equihash_" #n "_" #k "_recover", run_recover_##n                                                    \
    }

host_kernel *host_equihash_of(const char *name) {
    static const struct {
        const char *name;
        host_kernel *run;
    } rows[] = {{"equihash_clear", run_clear}, ROWS(125, 4), ROWS(144, 5), ROWS(96, 5), ROWS(48, 5)};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return rows[i].run;
        }
    }
    return NULL;
}
