/*
 * dialect_opencl.h - the words of dialect_cuda.h in OpenCL C 1.2. No subgroups: what items of a group tell
 * each other goes through local memory.
 *
 * GROUP_MAX is the size of the group the program is built for (-D GROUP_MAX=64), for shared arrays.
 */
typedef uint u32;
typedef ulong u64;
typedef ushort u16;

#define GPU_OPENCL 1

#ifndef GROUP_MAX
#define GROUP_MAX 64
#endif

#define KERNEL(name) __kernel __attribute__((reqd_work_group_size(GROUP_MAX, 1, 1))) void name
#define DEV static inline
#define GLOBAL __global
#define RESTRICT restrict
#define SHARED_ARRAY(type, name, count) __local type name[count] __attribute__((aligned(16)))
#define SHARED __local
#define ARRAY(type, name, count) type *name
#define CONSTANT_ARRAY(type, name, count) __constant type name[count]
#define UNROLL_1 _Pragma("unroll 1")
#define UNROLL _Pragma("unroll")

#define LOCAL_ID ((u32)get_local_id(0))
#define GROUP_ID ((u32)get_group_id(0))
#define GROUP_SIZE ((u32)GROUP_MAX)
#define GROUPS ((u32)get_num_groups(0))
#ifndef BARRIER /* a test takes it away, to see that the race is found */
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#endif

#define EXCHANGE(name) __local u32 name[GROUP_MAX]
#define SHFL(name, width, v, from) exchange_words(name, (width), (v), (from))

#define U64(low, high) ((u64)(high) << 32 | (u32)(low))
#define LOW32(x) ((u32)(x))
#define HIGH32(x) ((u32)((x) >> 32))
#define MAKE4(a, b, c, d) ((uint4)((a), (b), (c), (d)))
#define RELOAD4(from, i) LOAD4(from, i)
#define ROTL32(x, n) rotate((u32)(x), (u32)(n))
#define ROTL32_ANY(x, n) rotate((u32)(x), (u32)(n))
#define ROTL64(x, n) rotate((u64)(x), (u64)(n))
#define MULHI32(a, b) mul_hi((u32)(a), (u32)(b))
#define CLZ32(x) clz((u32)(x))
#define POPC32(x) popcount((u32)(x))
#define BSWAP32(x) as_uint(as_uchar4((u32)(x)).wzyx)
#define SELECT_BITS(mask, a, b) bitselect((u32)(b), (u32)(a), (u32)(mask))
#define MAJORITY(a, b, c) bitselect((u32)(a), (u32)(b), (u32)(a) ^ (u32)(c))
#define ATOMIC_INC(p) atomic_inc(p)
#define PUT16(x) ((u16)(x))
#define WORD(buffer, i) (buffer)[i]
#define ATOMIC_ADD(place, v) atomic_add(&(place), (u32)(v))
#define ATOMIC_SWAP(place, v) atomic_xchg(&(place), (u32)(v))
#define ADD64(a, b) ((a) + (b))
#define SWAP64(x) rotate((u64)(x), (u64)32)

typedef uint4 u32x4;

static inline u32x4 LOAD4(__global const u32 *from, u64 i) {
    return ((__global const uint4 *)from)[i];
}

static inline void STORE4(__global u32 *to, u64 i, u32x4 v) {
    ((__global uint4 *)to)[i] = v;
}

static inline u64 LOAD2(__global const u32 *from, u64 i) {
    return ((__global const ulong *)from)[i];
}

static inline void STORE2(__global u32 *to, u64 i, u64 v) {
    ((__global ulong *)to)[i] = v;
}

/* The first barrier lets everybody have read what was exchanged before. */
static inline u32 exchange_words(__local u32 *words, u32 width, u32 v, u32 from) {
    u32 me = LOCAL_ID;
    BARRIER();
    words[me] = v;
    BARRIER();
    return words[(me & ~(width - 1)) | (from & (width - 1))];
}
