/*
 * dialect_host.h - the words of dialect_cuda.h in plain C, so that a kernel runs on the processor: under a
 * debugger, under the sanitizers, and compared with everything else in the tests. Whoever includes this
 * provides otd_gpu_item: where the running work item stands, and how it waits for the others of its group.
 */
#ifndef OTD_BACKEND_GPU_DIALECT_HOST_H
#define OTD_BACKEND_GPU_DIALECT_HOST_H

#include <stdint.h>
#include <string.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef uint16_t u16;

#define GPU_HOST 1

/* The largest group the host runs. */
#ifndef GROUP_MAX
#define GROUP_MAX 256
#endif

typedef struct otd_gpu_item {
    u32 local_id, group_id, group_size, groups;
    void (*barrier)(void); /* returns when all items of the group have called it */
} otd_gpu_item;

/* The item that runs now; written by whoever runs the items, one at a time. */
extern otd_gpu_item otd_gpu_now;

/* Kernels of all files become functions of one program here, so a file says what its own is called. */
#define KERNEL(name) void KERNEL_NAME
#define DEV static inline
#define GLOBAL
#define RESTRICT restrict
/* One group runs at a time, so what is shared by a group can be shared by all. */
#define SHARED_ARRAY(type, name, count) static _Alignas(16) type name[count]
#define SHARED
#define ARRAY(type, name, count) type *name
#define CONSTANT_ARRAY(type, name, count) static const type name[count]
#define UNROLL_1
#define UNROLL

#define LOCAL_ID (otd_gpu_now.local_id)
#define GROUP_ID (otd_gpu_now.group_id)
#define GROUP_SIZE (otd_gpu_now.group_size)
#define GROUPS (otd_gpu_now.groups)
#define BARRIER() otd_gpu_now.barrier()

#define EXCHANGE(name) static u32 name[GROUP_MAX]
#define SHFL(name, width, v, from) exchange_words(name, (width), (v), (from))

#define U64(low, high) ((u64)(high) << 32 | (u32)(low))
#define LOW32(x) ((u32)(x))
#define HIGH32(x) ((u32)((x) >> 32))
#define MAKE4(a, b, c, d) ((u32x4){(a), (b), (c), (d)})
#define RELOAD4(from, i) LOAD4(from, i)
#define ROTL32(x, n) ((u32)(x) << (n) | (u32)(x) >> (32 - (n)))
#define ROTL32_ANY(x, n) ((u32)(x) << ((n)&31) | (u32)(x) >> (-(n)&31))
#define ROTL64(x, n) ((u64)(x) << (n) | (u64)(x) >> (64 - (n)))
#define MULHI32(a, b) ((u32)(((u64)(a) * (b)) >> 32))
#define CLZ32(x) ((x) == 0 ? 32u : (u32)__builtin_clz(x))
#define POPC32(x) ((u32)__builtin_popcount(x))
#define BSWAP32(x) __builtin_bswap32(x)
#define SELECT_BITS(mask, a, b) ((((a) ^ (b)) & (mask)) ^ (b))
#define MAJORITY(a, b, c) (((a) & (b)) | (((a) | (b)) & (c)))
#define ATOMIC_INC(p) ((*(p))++)
#define PUT16(x) ((u16)(x))
#define WORD(buffer, i) (buffer)[i]
#define ATOMIC_ADD(place, v) host_add(&(place), (v))
#define ATOMIC_SWAP(place, v) host_swap(&(place), (v))
#define ADD64(a, b) ((a) + (b))
#define SWAP64(x) ROTL64((x), 32)

typedef struct u32x4 {
    u32 x, y, z, w;
} u32x4;

static inline u32x4 LOAD4(const u32 *from, u64 i) {
    u32x4 v;
    memcpy(&v, from + 4 * i, sizeof v);
    return v;
}

static inline void STORE4(u32 *to, u64 i, u32x4 v) {
    memcpy(to + 4 * i, &v, sizeof v);
}

static inline u64 LOAD2(const u32 *from, u64 i) {
    u64 v;
    memcpy(&v, from + 2 * i, sizeof v);
    return v;
}

static inline void STORE2(u32 *to, u64 i, u64 v) {
    memcpy(to + 2 * i, &v, sizeof v);
}

/* One item runs at a time. */
static inline u32 host_add(u32 *place, u32 v) {
    u32 before = *place;
    *place += v;
    return before;
}

static inline u32 host_swap(u32 *place, u32 v) {
    u32 before = *place;
    *place = v;
    return before;
}

/* The first barrier lets everybody have read what was exchanged before. */
static inline u32 exchange_words(u32 *words, u32 width, u32 v, u32 from) {
    u32 me = LOCAL_ID;
    BARRIER();
    words[me] = v;
    BARRIER();
    return words[(me & ~(width - 1)) | (from & (width - 1))];
}

#endif /* OTD_BACKEND_GPU_DIALECT_HOST_H */
