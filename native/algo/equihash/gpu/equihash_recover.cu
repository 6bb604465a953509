/*
 * equihash_recover.cu - from candidates to solutions: a group follows one candidate's references down to the
 * leaves, brings them into the order that a solution has, and leaves out those in which a leaf comes twice.
 * Read as CUDA, OpenCL C, C and, by its .comp, GLSL. Groups of at least 32.
 *
 *   counters, candidates, last   as the final kernel left them
 *   level0 to level3             records of these levels; level0 holds level 2, whose place it takes
 *   tails0, tails1               of these levels
 *   slots                        room in results
 *   results                      count, which is true also when there are fewer slots; entries that full
 *                                buckets lost; then OTD_EQUIHASH_STRIDE words for each solution: its leaf
 *                                numbers. A solution can be there twice.
 *
 * An entry of the last level knows one of its parents. The other is whichever in the parents' bucket makes
 * it: nearly always one.
 */
#ifdef GPU_GLSL
layout(push_constant, std430) uniform Parameters {
    Words counters;
    Words candidates;
    Pairs last;
    Quads level0;
    Quads level1;
    Quads level3;
    Words tails0;
    Words tails1;
    Words results;
    uint slots;
};
#endif

/* The level before the last: its bits, and where it is. */
#define PARENT_LEVEL (LEVELS - 2u)
#define PARENT_BITS VALUE_BITS(PARENT_LEVEL)
#if EQUIHASH_K == 5
#define PARENTS level3
#else
#define PARENTS level0
#endif

/* Partners of one entry that are tried. */
#define PARTNERS 4u

#define GROUP_ARRAYS                                                                                         \
    SHARED_ARRAY(u32, nodes, LEAVES);                                                                        \
    SHARED_ARRAY(u32, found, 2);                                                                             \
    SHARED_ARRAY(u32, partners, 2u * PARTNERS);                                                              \
    SHARED_ARRAY(u32, twice, 1);                                                                             \
    SHARED_ARRAY(u32, result_place, 1);

#ifdef GPU_GLSL
GROUP_ARRAYS
void main() {
#else
KERNEL(otd_equihash_recover)
(GLOBAL const u32 *counters, GLOBAL const u32 *candidates, GLOBAL const u32 *last, GLOBAL const u32 *level0,
 GLOBAL const u32 *level1, GLOBAL const u32 *level3, GLOBAL const u32 *tails0, GLOBAL const u32 *tails1,
 GLOBAL u32 *results, u32 slots) {
    GROUP_ARRAYS
#endif
    u32 me = LOCAL_ID, listed = LEAST(WORD(counters, COUNT_CANDIDATES), OTD_EQUIHASH_CANDIDATES);
    if (GROUP_ID == 0u && me == 0u) {
        WORD(results, 1) = WORD(counters, COUNT_LOST);
    }
    UNROLL_1 for (u32 candidate = GROUP_ID; candidate < listed; candidate += GROUPS) {
        BARRIER();
        if (me < 2u) {
            found[me] = 0u;
        }
        BARRIER();
        UNROLL_1 for (u32 side = 0u; side < 2u; side++) {
            u32 place = WORD(candidates, 2u * candidate + side), child_bucket = place / SLOTS;
            u64 child = LOAD2(last, place);
            u32 slot = LOW32(child) & SLOT_MASK, bucket = LOW32(child) >> SLOT_BITS & (BUCKETS - 1u);
            /* What two parents differ in: no rest, the child's bucket, the child's value. */
            u32 upper = HIGH32(child) & MASK_WORD(VALUE_BITS(LAST_LEVEL), 0u);
            u32 lower = LOW32(child) & MASK_WORD(VALUE_BITS(LAST_LEVEL), 1u);
            u32x4 one = LOAD4(PARENTS, bucket * SLOTS + slot);
            u32 want0 = one.x ^ (child_bucket << (32u - DIGIT_BITS) | upper >> DIGIT_BITS);
            u32 want1 = one.y ^ (upper << (32u - DIGIT_BITS) | lower >> DIGIT_BITS);
            u32 count = LEAST(WORD(counters, PARENT_LEVEL * BUCKETS + bucket), SLOTS);
            UNROLL_1 for (u32 s = me; s < count; s += GROUP_SIZE) {
                u32x4 entry = LOAD4(PARENTS, bucket * SLOTS + s);
                u32 differ = ((entry.x ^ want0) & MASK_WORD(PARENT_BITS, 0u)) |
                             ((entry.y ^ want1) & MASK_WORD(PARENT_BITS, 1u));
                if (differ == 0u && s != slot) {
                    u32 at = ATOMIC_ADD(found[side], 1u);
                    if (at < PARTNERS) {
                        partners[side * PARTNERS + at] = s;
                    }
                }
            }
        }
        BARRIER();
        u32 found0 = LEAST(found[0], PARTNERS), found1 = LEAST(found[1], PARTNERS);
        UNROLL_1 for (u32 way0 = 0u, way1 = 0u; way0 < found0 && way1 < found1;) {
            BARRIER();
            if (me < 2u) {
                u32 low = LOW32(LOAD2(last, WORD(candidates, 2u * candidate + me)));
                u32 start = (low >> SLOT_BITS & (BUCKETS - 1u)) * SLOTS;
                u32 nth = me == 0u ? way0 : way1;
                nodes[2u * me] = start + (low & SLOT_MASK);
                nodes[2u * me + 1u] = start + partners[me * PARTNERS + nth];
            }
            if (me == 0u) {
                twice[0] = 0u;
            }
            BARRIER();
            /* 4 nodes of the parents' level; each level down has twice as many. */
            UNROLL_1 for (u32 level = PARENT_LEVEL; level > 0u; level--) {
                u32 width = 1u << (LEVELS - level), low = 0u, high = 0u;
                if (me < width) {
                    u32 node = nodes[me];
                    u32x4 entry;
                    if (level == 1u) {
                        entry = LOAD4(level1, node);
                    } else if (level == 2u) {
                        entry = LOAD4(level0, node);
                    } else {
                        entry = LOAD4(level3, node);
                    }
                    low = TAILS > 1u && level < TAILS ? WORD(tails1, node) : entry.w;
                    high = TAILS > 1u && level < TAILS ? entry.w : entry.z;
                }
                BARRIER();
                if (me < width) {
                    u32 bucket = (high << (32u - 2u * SLOT_BITS) | low >> (2u * SLOT_BITS)) & (BUCKETS - 1u);
                    nodes[2u * me] = bucket * SLOTS + (low >> SLOT_BITS & SLOT_MASK);
                    nodes[2u * me + 1u] = bucket * SLOTS + (low & SLOT_MASK);
                }
                BARRIER();
            }
            if (me < LEAVES) {
                nodes[me] = WORD(tails0, nodes[me]);
            }
            BARRIER();
            /* The subtree with the smaller first leaf is on the left. */
            UNROLL_1 for (u32 width = 1u; width < LEAVES; width *= 2u) {
                u32 base = 2u * width * me;
                if (base < LEAVES) {
                    if (nodes[base] > nodes[base + width]) {
                        UNROLL_1 for (u32 i = base; i < base + width; i++) {
                            u32 kept = nodes[i];
                            nodes[i] = nodes[i + width];
                            nodes[i + width] = kept;
                        }
                    }
                }
                BARRIER();
            }
            if (me < LEAVES) {
                UNROLL_1 for (u32 i = 0u; i < me; i++) {
                    if (nodes[i] == nodes[me]) {
                        ATOMIC_SWAP(twice[0], 1u);
                    }
                }
            }
            BARRIER();
            if (me == 0u) {
                result_place[0] = twice[0] == 0u ? ATOMIC_ADD(WORD(results, 0), 1u) : slots;
            }
            BARRIER();
            u32 into = result_place[0];
            if (into < slots && me < LEAVES) {
                WORD(results, 2u + into * OTD_EQUIHASH_STRIDE + me) = nodes[me];
            }
            way1++;
            if (way1 == found1) {
                way1 = 0u;
                way0++;
            }
        }
    }
}
