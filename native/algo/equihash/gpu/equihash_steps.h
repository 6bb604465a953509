/*
 * equihash_steps.h - one nonce of Equihash on a GPU as a list: which buffers there are, and which kernels run on
 * them in which order. Knows nothing of interfaces, so that the plan, the tests and whoever else runs kernels
 * follow the same list.
 */
#ifndef OTD_ALGO_EQUIHASH_STEPS_H
#define OTD_ALGO_EQUIHASH_STEPS_H

#include "backend/gpu/code.h"
#include "equihash/equihash.h"
#include "equihash/gpu/equihash_set.h"

typedef enum equihash_buffer {
    EQUIHASH_CONSTANTS, /* OTD_EQUIHASH_ROW_WORDS words; the host writes them once for a work */
    EQUIHASH_COUNTERS,
    EQUIHASH_LEVEL0, /* records of 16 bytes; level 2's too, which come when level 0's are done with */
    EQUIHASH_LEVEL1,
    EQUIHASH_LEVEL3, /* k = 5 only; else it stands for nothing and has 16 bytes */
    EQUIHASH_LAST,   /* records of 8 bytes */
    EQUIHASH_TAILS0,
    EQUIHASH_TAILS1, /* where records and references do not fit 16 bytes; else 16 bytes */
    EQUIHASH_CANDIDATES,
    EQUIHASH_RESULTS, /* count, lost, then slots times OTD_EQUIHASH_STRIDE words */
    EQUIHASH_BUFFERS
} equihash_buffer;

#define OTD_EQUIHASH_STEPS_MAX 8u      /* clear, generate, k - 1 times collide, final, recover */
#define OTD_EQUIHASH_ARGUMENTS_MAX 10u /* of one of them */
#define OTD_EQUIHASH_GROUP_MIN 32u     /* threads of a group */
#define OTD_EQUIHASH_GROUP_MAX 256u

/* A buffer (bytes 0, which one), or an integer of 4 or 8 bytes (value). */
typedef struct equihash_argument {
    uint32_t bytes;
    equihash_buffer buffer;
    uint64_t value;
} equihash_argument;

typedef struct equihash_step {
    const otd_gpu_code *code;
    const char *entry;
    uint32_t groups;
    uint32_t argument_count;
    equihash_argument arguments[OTD_EQUIHASH_ARGUMENTS_MAX];
} equihash_step;

typedef struct equihash_steps {
    uint64_t bytes[EQUIHASH_BUFFERS];
    uint64_t bytes_in_all;
    uint32_t entries;       /* slots of one level: buckets times slots of a bucket */
    uint32_t counter_words; /* of EQUIHASH_COUNTERS */
    uint32_t step_count;
    equihash_step steps[OTD_EQUIHASH_STEPS_MAX];
} equihash_steps;

/*
 * In: parameters; threads of a group, from OTD_EQUIHASH_GROUP_MIN to OTD_EQUIHASH_GROUP_MAX; room for solutions.
 * Out: the list, for nonce 0. OTD_E_UNSUPPORTED where there are no kernels for (n, k); OTD_E_ARGUMENT for
 * another size of group.
 */
int32_t otd_equihash_steps(equihash_steps *out, const equihash_params *p, uint32_t threads,
                           uint32_t solutions_max);

/* The same list for another nonce: the last 8 bytes of the input, as a little-endian number. */
void otd_equihash_steps_nonce(equihash_steps *steps, uint64_t nonce);

/*
 * Solutions out of the results of a run, packed, each once. count is at most what `solutions` and the results
 * have room for; *lost = entries that full buckets lost.
 */
uint32_t otd_equihash_steps_read(uint8_t (*solutions)[OTD_PROOF_MAX], uint32_t room, uint32_t *lost,
                                 const equihash_params *p, const uint32_t *results, uint32_t solutions_max);

#endif /* OTD_ALGO_EQUIHASH_STEPS_H */
