/*
 * kawpow_mix.cu - second step of a KawPow search: 64 rounds of a period's program. 16 work items are the 16
 * lanes of one hash; a group takes hash after hash, so that its copy of L1 is loaded once.
 *
 *   states     8 words for each hash (kawpow_seed.cu)
 *   mixes      out: 8 words for each hash
 *   dag0..7    the dataset in pieces of 2^22 items of 256 bytes; what is not needed repeats another.
 *              Without PIECES=8 all of it is in dag0
 *   items      256-byte items a hash may read
 *   magic      floor(2^32 / items)
 *   count      hashes
 *
 * The program is not here. For CUDA splice.c puts it in place of the one line of PTX that says OTD_PROGRAM,
 * whose operands are the 32 registers, the 4 words of the dataset and the shared address of L1. For the
 * others it is the macro KAWPOW_PROGRAM, a list of the MERGE words of kawpow_body.h.
 */
#ifdef GPU_CUDA
#define M4(i) "+r"(m[i]), "+r"(m[i + 1]), "+r"(m[i + 2]), "+r"(m[i + 3])
#define KAWPOW_PROGRAM                                                                                       \
    asm volatile("// OTD_PROGRAM %0 %1 %2 %3 %4 %5 %6 %7 %8 %9 %10 %11 %12 %13 %14 %15 %16 %17 %18 %19 "     \
                 "%20 %21 %22 %23 %24 %25 %26 %27 %28 %29 %30 %31 %32 %33 %34 %35 %36"                       \
                 : M4(0), M4(4), M4(8), M4(12), M4(16), M4(20), M4(24), M4(28)                               \
                 : "r"(dag.x), "r"(dag.y), "r"(dag.z), "r"(dag.w), "r"(l1_address)                           \
                 : "memory");
#endif

KERNEL(otd_kawpow_mix)
(GLOBAL const u32 *RESTRICT states, GLOBAL u32 *RESTRICT mixes, GLOBAL const u32 *RESTRICT dag0,
 GLOBAL const u32 *RESTRICT dag1, GLOBAL const u32 *RESTRICT dag2, GLOBAL const u32 *RESTRICT dag3,
 GLOBAL const u32 *RESTRICT dag4, GLOBAL const u32 *RESTRICT dag5, GLOBAL const u32 *RESTRICT dag6,
 GLOBAL const u32 *RESTRICT dag7, u32 items, u32 magic, u32 count) {
    SHARED_ARRAY(u32, l1, 4096);
    EXCHANGE(words);
    for (u32 i = LOCAL_ID; i < 1024; i += GROUP_SIZE) {
        u32x4 v = LOAD4(dag0, i);
        l1[4 * i] = v.x, l1[4 * i + 1] = v.y, l1[4 * i + 2] = v.z, l1[4 * i + 3] = v.w;
    }
    BARRIER();
#ifdef GPU_CUDA
    u32 l1_address = (u32)(u64)(SHARED u32 *)l1;
#endif
    u32 lane = LOCAL_ID & 15, together = GROUP_SIZE >> 4;
    /* The last round may have lanes without a hash of their own: they repeat the last one, since all items
     * of a group have to reach what they exchange words through. */
    UNROLL_1 for (u32 base = GROUP_ID * together; base < count; base += GROUPS * together) {
        u32 hash = base + (LOCAL_ID >> 4);
        u32 from = hash < count ? hash : count - 1;
        u32 m[32];
        KAWPOW_FILL(m, states[8 * (u64)from], states[8 * (u64)from + 1], lane)
        UNROLL_1 for (u32 r = 0; r < 64; r++) {
            u32 item = SHFL(words, 16, m[0], r & 15);
            REDUCE(item, items, magic)
            u32x4 dag = load_item(dag0, dag1, dag2, dag3, dag4, dag5, dag6, dag7, item, (lane ^ r) & 15);
            KAWPOW_PROGRAM
        }
        u32 digest = KAWPOW_FNV_BASIS;
        UNROLL for (int i = 0; i < 32; i++) {
            digest = FNV1A(digest, m[i]);
        }
        u32 other = SHFL(words, 16, digest, lane ^ 8);
        if (lane < 8 && hash < count) {
            u32 word = FNV1A(KAWPOW_FNV_BASIS, digest);
            mixes[8 * (u64)hash + lane] = FNV1A(word, other);
        }
    }
}
