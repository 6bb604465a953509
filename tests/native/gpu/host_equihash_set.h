/*
 * host_equihash_set.h - the kernels of one parameter set of Equihash as C: included once for each by
 * host_equihash.c, which says EQUIHASH_N, EQUIHASH_K and SET_NAME(step), a name of the set's own.
 */
#undef BUCKET_BITS
#undef SLOTS
#undef SLOT_BITS
#undef PAIRS
#undef TAILS
#undef HASHES
#undef MESSAGE_WORDS
#undef PARENTS
#define mask_word SET_NAME(mask_word)
#include "equihash/gpu/equihash_body.h"

#include "equihash/gpu/equihash_blake2b.h"

#define KERNEL_NAME SET_NAME(generate)
#include "equihash/gpu/equihash_generate.cu"
#undef KERNEL_NAME
#define KERNEL_NAME SET_NAME(collide)
#include "equihash/gpu/equihash_collide.cu"
#undef KERNEL_NAME
#undef GROUP_ARRAYS
#define KERNEL_NAME SET_NAME(final)
#include "equihash/gpu/equihash_final.cu"
#undef KERNEL_NAME
#undef GROUP_ARRAYS
#define KERNEL_NAME SET_NAME(recover)
#include "equihash/gpu/equihash_recover.cu"
#undef KERNEL_NAME
#undef GROUP_ARRAYS

static void SET_NAME(run_generate)(const argument *arguments) {
    SET_NAME(generate)
    (MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4), MEMORY(5), MEMORY(6));
}

static void SET_NAME(run_collide)(const argument *arguments) {
    SET_NAME(collide)
    (MEMORY(0), MEMORY(1), MEMORY(2), MEMORY(3), MEMORY(4), (u32)NUMBER(5), (u32)NUMBER(6));
}

static void SET_NAME(run_final)(const argument *arguments) {
    SET_NAME(final)(MEMORY(0), MEMORY(1), MEMORY(2), (u32)NUMBER(3));
}

static void SET_NAME(run_recover)(const argument *arguments) {
    SET_NAME(recover)
    (MEMORY(0), MEMORY(1), MEMORY(2), MEMORY(3), MEMORY(4), MEMORY(5), MEMORY(6), MEMORY(7), MEMORY(8),
     (u32)NUMBER(9));
}
#undef mask_word
