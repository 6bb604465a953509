/*
 * dialect_cuda.h - the words kernels are written in, for clang's CUDA without a toolkit's headers
 * (-x cuda --cuda-device-only -nocudainc -nocudalib). The same words in OpenCL C and in plain C are in the
 * files beside this one; GLSL has its own in dialect_glsl.h.
 *
 *   KERNEL(name)           head of a kernel; its parameters follow in parentheses
 *   DEV                    a function that kernels call
 *   GLOBAL, SHARED_ARRAY   memory of the device; an array of the group (first thing in a kernel)
 *   LOCAL_ID, GROUP_ID     of the work item; GROUPS groups of GROUP_SIZE were started
 *   BARRIER()              all items of the group reach it, and see what the others wrote to shared arrays
 *   EXCHANGE(name)         what SHFL needs, declared first thing in a kernel
 *   SHFL(name, width, v, from)  the v of item `from` among `width` (4 or 16) neighbours; all items reach it
 *   LOAD4, STORE4, MAKE4   16 bytes at index i of a buffer of words, in units of 16 bytes
 *   CONSTANT_ARRAY         a table at file scope, read with an index that is the same for a whole group
 *   U64(low, high), LOW32, HIGH32  between a u64 and its words (u64 is a uvec2 in GLSL)
 *   ARRAY                  a parameter of a DEV function that is an array of registers
 *   RELOAD4                LOAD4 of what the same work item may have written
 *   LOAD2, STORE2          a u64 at index i of a buffer of words, in units of 8 bytes
 *   ATOMIC_INC(p)          adds 1, gives what was there before
 *   ADD64, SWAP64          sum of two u64; a u64 with its words exchanged
 *
 * A .cu file that is to be read as GLSL too (its .comp includes it) keeps to these besides:
 *
 *   WORD(buffer, i)        word i of a buffer, to read or to write
 *   ATOMIC_ADD(place, v), ATOMIC_SWAP(place, v)  on such a word or an element of a shared array; both give
 *                          what was there before
 *   u16                    of shared arrays: at least 16 bits; PUT16(x) makes one
 *   ROTL32, ROTL64, MULHI32, CLZ32, POPC32, BSWAP32, SELECT_BITS (mask ? a : b for each bit), MAJORITY
 *
 * Shifts of ROTL32 and ROTL64 are constants from 1 to 31 and 63; ROTL32_ANY takes any number, modulo 32.
 */
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned short u16;

#define GPU_CUDA 1

/* The largest group a launch may ask for; the host may rewrite .maxntid and .minnctapersm in the text. */
#ifndef GROUP_MAX
#define GROUP_MAX 256
#endif
#ifndef GROUPS_RESIDENT
#define GROUPS_RESIDENT 1
#endif

#define KERNEL(name)                                                                                         \
    extern "C" __attribute__((global)) __attribute__((launch_bounds(GROUP_MAX, GROUPS_RESIDENT))) void name
#define DEV static __attribute__((device)) __attribute__((always_inline)) inline
#define GLOBAL
#define RESTRICT __restrict__
#define SHARED_ARRAY(type, name, count)                                                                      \
    static __attribute__((shared)) __attribute__((aligned(16))) type name[count]
#define SHARED __attribute__((address_space(3)))
#define ARRAY(type, name, count) type *name
#define CONSTANT_ARRAY(type, name, count) static __attribute__((constant)) const type name[count]
#define UNROLL_1 _Pragma("unroll 1")
#define UNROLL _Pragma("unroll")

#define LOCAL_ID ((u32)__nvvm_read_ptx_sreg_tid_x())
#define GROUP_ID ((u32)__nvvm_read_ptx_sreg_ctaid_x())
#define GROUP_SIZE ((u32)__nvvm_read_ptx_sreg_ntid_x())
#define GROUPS ((u32)__nvvm_read_ptx_sreg_nctaid_x())
#define BARRIER() __nvvm_bar_sync(0)

#define EXCHANGE(name)
#define SHFL(name, width, v, from)                                                                           \
    ((u32)__nvvm_shfl_sync_idx_i32((int)0xffffffff, (int)(v), (int)(from), 0x1f | (32 - (width)) << 8))

#define U64(low, high) ((u64)(high) << 32 | (u32)(low))
#define LOW32(x) ((u32)(x))
#define HIGH32(x) ((u32)((x) >> 32))
#define MAKE4(a, b, c, d) (u32x4{(a), (b), (c), (d)})
#define ROTL32(x, n) __builtin_rotateleft32((x), (n))
#define ROTL32_ANY(x, n) __builtin_rotateleft32((x), (n))
#define MULHI32(a, b) ((u32)(((u64)(a) * (b)) >> 32))
#define POPC32(x) ((u32)__builtin_popcount(x))
/* In this form since clang makes additions of an "or" of disjoint bits, which no LOP3 takes. */
#define SELECT_BITS(mask, a, b) ((((a) ^ (b)) & (mask)) ^ (b))
#define MAJORITY(a, b, c) (((a) & (b)) | (((a) | (b)) & (c)))
#define ATOMIC_INC(p) __nvvm_atom_inc_gen_ui((p), 0xffffffffu)
#define PUT16(x) ((u16)(x))
#define WORD(buffer, i) (buffer)[i]
#define ATOMIC_ADD(place, v) ((u32)__nvvm_atom_add_gen_i((int *)&(place), (int)(v)))
#define ATOMIC_SWAP(place, v) ((u32)__nvvm_atom_xchg_gen_i((int *)&(place), (int)(v)))
#define ADD64(a, b) ((a) + (b))
#define SWAP64(x) U64(HIGH32(x), LOW32(x))

/* Two funnel shifts; clang would write five instructions of 64 bits. */
DEV u64 ROTL64(u64 x, u32 n) {
    u32 low = n & 32 ? HIGH32(x) : LOW32(x), high = n & 32 ? LOW32(x) : HIGH32(x);
    u32 turned_low, turned_high;
    asm("shf.l.wrap.b32 %0, %1, %2, %3;" : "=r"(turned_low) : "r"(high), "r"(low), "r"(n & 31));
    asm("shf.l.wrap.b32 %0, %1, %2, %3;" : "=r"(turned_high) : "r"(low), "r"(high), "r"(n & 31));
    return U64(turned_low, turned_high);
}

DEV u32 BSWAP32(u32 x) {
    u32 swapped;
    asm("prmt.b32 %0, %1, 0, 0x0123;" : "=r"(swapped) : "r"(x));
    return swapped;
}

DEV u32 CLZ32(u32 x) {
    u32 zeros;
    asm("clz.b32 %0, %1;" : "=r"(zeros) : "r"(x));
    return zeros;
}

typedef struct __attribute__((aligned(16))) u32x4 {
    u32 x, y, z, w;
} u32x4;

/* Only of what no kernel of the same launch writes. */
DEV u32x4 LOAD4(const u32 *from, u64 i) {
    u32x4 v;
    asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
        : "l"(from + 4 * i));
    return v;
}

/* Of what this work item may have written before. */
DEV u32x4 RELOAD4(const u32 *from, u64 i) {
    return *(const u32x4 *)(from + 4 * i);
}

DEV void STORE4(u32 *to, u64 i, u32x4 v) {
    *(u32x4 *)(to + 4 * i) = v;
}

DEV u64 LOAD2(const u32 *from, u64 i) {
    return *(const u64 *)(from + 2 * i);
}

DEV void STORE2(u32 *to, u64 i, u64 v) {
    *(u64 *)(to + 2 * i) = v;
}
