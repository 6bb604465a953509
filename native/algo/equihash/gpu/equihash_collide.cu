/*
 * equihash_collide.cu - from level `level` to the next: a group takes a bucket, finds the pairs of entries that
 * agree on the rest of the active digit, and puts what their difference leaves into the next level's buckets.
 * Read as CUDA, OpenCL C, C and, by its .comp, GLSL.
 *
 *   from      records of this level
 *   to        records of the next, unless that is the last level, whose are in `last`
 *   tails     of the next level, where it has some
 *   counters  equihash_body.h
 *   first     bucket of group 0
 *
 * The bucket is read once, whole, into shared memory; entries that agree hang in chains. Walking the chains
 * only notes pairs, so that the work on them is spread evenly however long the chains are. The next level is
 * written with one store of 16 bytes an entry.
 *
 * A difference of nothing at all comes from entries that share leaves; it would flood one bucket and is dropped.
 */
#ifdef GPU_GLSL
layout(push_constant, std430) uniform Parameters {
    Quads from;
    Quads to;
    Pairs last;
    Words tails;
    Words counters;
    uint level;
    uint first;
};
#endif

#define GROUP_ARRAYS                                                                                         \
    SHARED_ARRAY(u32x4, entries, SLOTS);                                                                     \
    SHARED_ARRAY(u32, heads, HEADS);                                                                         \
    SHARED_ARRAY(u32, pairs, PAIRS);                                                                         \
    SHARED_ARRAY(u16, next, SLOTS);                                                                          \
    SHARED_ARRAY(u32, noted, 1);

#ifdef GPU_GLSL
GROUP_ARRAYS
void main() {
#else
KERNEL(otd_equihash_collide)
(GLOBAL const u32 *from, GLOBAL u32 *to, GLOBAL u32 *last, GLOBAL u32 *tails, GLOBAL u32 *counters, u32 level,
 u32 first) {
    GROUP_ARRAYS
#endif
    u32 bucket = first + GROUP_ID, me = LOCAL_ID, next_level = level + 1u;
    u32 there = WORD(counters, level * BUCKETS + bucket), count = LEAST(there, SLOTS);
    UNROLL_1 for (u32 i = me; i < HEADS; i += GROUP_SIZE) {
        heads[i] = 0u;
    }
    if (me == 0u) {
        noted[0] = 0u;
        if (there > SLOTS) {
            ATOMIC_ADD(WORD(counters, COUNT_LOST), there - SLOTS);
        }
    }
    BARRIER();
    for (u32 s = me; s < count; s += GROUP_SIZE) {
        u32x4 entry = LOAD4(from, bucket * SLOTS + s);
        entries[s] = entry;
        u32 before = ATOMIC_SWAP(heads[entry.x >> (32u - REST_BITS)], s + 1u);
        next[s] = PUT16(before);
    }
    BARRIER();
    u32 value_bits = VALUE_BITS(next_level);
    u32 mask0 = mask_word(value_bits, 32u), mask1 = mask_word(value_bits, 64u);
    u32 mask2 = mask_word(value_bits, 96u), mask3 = mask_word(value_bits, 128u);
    u32 s = me, other = 0u, in_all = 0u;
    if (s < count) {
        other = next[s];
    }
    UNROLL_1 do {
        /* Notes pairs until the list is full: then everybody keeps where it stands. */
        UNROLL_1 while (s < count) {
            if (other == 0u) {
                s += GROUP_SIZE;
                if (s < count) {
                    other = next[s];
                }
            } else {
                u32 place = ATOMIC_ADD(noted[0], 1u);
                if (place >= PAIRS) {
                    break;
                }
                pairs[place] = s << 16 | (other - 1u);
                other = next[other - 1u];
            }
        }
        BARRIER();
        in_all = noted[0];
        u32 listed = LEAST(in_all, PAIRS);
        UNROLL_1 for (u32 i = me; i < listed; i += GROUP_SIZE) {
            u32 a = pairs[i] >> 16, b = pairs[i] & 0xffffu;
            u32x4 left = entries[a], right = entries[b];
            u32 x0 = left.x ^ right.x, x1 = left.y ^ right.y, x2 = left.z ^ right.z, x3 = left.w ^ right.w;
            u32 target = x0 >> (32u - DIGIT_BITS); /* the rest has cancelled, so this is less than BUCKETS */
            u32 y0 = NEXT_DIGIT(x0, x1) & mask0, y1 = NEXT_DIGIT(x1, x2) & mask1;
            u32 y2 = NEXT_DIGIT(x2, x3) & mask2, y3 = x3 << DIGIT_BITS & mask3;
            if ((target | y0 | y1 | y2 | y3) != 0u) {
                u32 place = ATOMIC_ADD(WORD(counters, next_level * BUCKETS + target), 1u);
                if (place < SLOTS) {
                    u32 low = REFERENCE_LOW(bucket, a, b), high = REFERENCE_HIGH(bucket);
                    place += target * SLOTS;
                    if (next_level == LAST_LEVEL) {
                        STORE2(last, place, U64(y1 | bucket << SLOT_BITS | a, y0));
                    } else if (TAILS > 1u && next_level < TAILS) {
                        STORE4(to, place, MAKE4(y0, y1, y2, y3 | high));
                        WORD(tails, place) = low;
                    } else {
                        STORE4(to, place, MAKE4(y0, y1, y2 | high, y3 | low));
                    }
                }
            }
        }
        BARRIER();
        if (me == 0u) {
            noted[0] = 0u;
        }
        BARRIER();
    } while (in_all > PAIRS);
}
