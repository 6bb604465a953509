/*
 * equihash_final.cu - the last level: pairs that agree on everything that is left are candidates.
 * Read as CUDA, OpenCL C, C and, by its .comp, GLSL.
 *
 *   last        records of the last level
 *   counters    equihash_body.h; COUNT_CANDIDATES is true also when there are more than places
 *   candidates  OTD_EQUIHASH_CANDIDATES times the places of two entries of the last level
 *   first       bucket of group 0
 */
#ifdef GPU_GLSL
layout(push_constant, std430) uniform Parameters {
    Pairs last;
    Words counters;
    Words candidates;
    uint first;
};
#endif

#define GROUP_ARRAYS                                                                                         \
    SHARED_ARRAY(u32, uppers, SLOTS);                                                                        \
    SHARED_ARRAY(u32, lowers, SLOTS);                                                                        \
    SHARED_ARRAY(u32, heads, HEADS);                                                                         \
    SHARED_ARRAY(u16, next, SLOTS);

#ifdef GPU_GLSL
GROUP_ARRAYS
void main() {
#else
KERNEL(otd_equihash_final)
(GLOBAL const u32 *last, GLOBAL u32 *counters, GLOBAL u32 *candidates, u32 first) {
    GROUP_ARRAYS
#endif
    u32 bucket = first + GROUP_ID, me = LOCAL_ID;
    u32 there = WORD(counters, LAST_LEVEL * BUCKETS + bucket), count = LEAST(there, SLOTS);
    UNROLL_1 for (u32 i = me; i < HEADS; i += GROUP_SIZE) {
        heads[i] = 0u;
    }
    if (me == 0u && there > SLOTS) {
        ATOMIC_ADD(WORD(counters, COUNT_LOST), there - SLOTS);
    }
    BARRIER();
    for (u32 s = me; s < count; s += GROUP_SIZE) {
        u64 entry = LOAD2(last, bucket * SLOTS + s);
        u32 upper = HIGH32(entry);
        uppers[s] = upper;
        lowers[s] = LOW32(entry) & MASK_WORD(VALUE_BITS(LAST_LEVEL), 1u);
        u32 before = ATOMIC_SWAP(heads[upper >> (32u - REST_BITS)], s + 1u);
        next[s] = PUT16(before);
    }
    BARRIER();
    UNROLL_1 for (u32 s = me; s < count; s += GROUP_SIZE) {
        u32 upper = uppers[s], lower = lowers[s];
        UNROLL_1 for (u32 other = next[s]; other != 0u; other = next[other - 1u]) {
            u32 differ = (upper ^ uppers[other - 1u]) & MASK_WORD(VALUE_BITS(LAST_LEVEL), 0u);
            if ((differ | (lower ^ lowers[other - 1u])) == 0u) {
                u32 place = ATOMIC_ADD(WORD(counters, COUNT_CANDIDATES), 1u);
                if (place < OTD_EQUIHASH_CANDIDATES) {
                    WORD(candidates, 2u * place) = bucket * SLOTS + s;
                    WORD(candidates, 2u * place + 1u) = bucket * SLOTS + other - 1u;
                }
            }
        }
    }
}
