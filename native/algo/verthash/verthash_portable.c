/*
 * verthash_portable.c - sixteen hashes in flight in plain C, for processors without vectors of their
 * own here: the waiting for memory is what costs, and interleaving needs no instruction set.
 */
#include <string.h>

#include "verthash.h"

#if defined(__GNUC__) && !defined(__clang__)
#define UNROLL _Pragma("GCC unroll 32")
#else
#define UNROLL
#endif
#define KEC uint64_t
#define KEC_LANES 1
#define K_XOR(a, b) ((a) ^ (b))
#define K_XOR3(a, b, c) ((a) ^ (b) ^ (c))
#define K_CHI(a, b, c) ((a) ^ (~(b) & (c)))
#define K_ROL(a, n) (((a) << (n)) | ((a) >> (64 - (n))))
#define K_AND(a, b) ((a) & (b))
#define K_OR(a, b) ((a) | (b))
#define K_SHL(a, n) ((a) << (n))
#define K_SET1(x) ((uint64_t)(x))
#define K_GATHER(out, p) memcpy((out), (p)[0], 32)
#define K_SCATTER(p, in) memcpy((p)[0], (in), 32)

#define SEEK uint32_t
#define SEEK_LANES 1
#define GROUPS 16
#define S_LOAD(p) (*(p))
#define S_STORE(p, x) (*(p) = (x))
#define S_XOR(a, b) ((a) ^ (b))
#define S_MUL(a, b) ((a) * (b))
#define S_SET1(x) ((uint32_t)(x))
#define S_TURN(x, n) (((x) << (n)) | ((x) >> ((32 - (n)) % 32)))
#define S_SLOT(x, data) ((x) % (data)->slots)
#define S_ROWS(out, base, o) otd_rows(out, (base) + (o)[0])

static inline void otd_rows(uint32_t out[8], const char *place) {
    memcpy(out, place, 32);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "words of the data file are little-endian"
#endif
}

#include "verthash_lanes.h"

const otd_verthash_kernel otd_verthash_kernel_portable = {otd_lanes_nodes, otd_lanes_hash};
