/*
 * equihash_body.h - what the solver's kernels share, in all four dialects: the geometry of the set that is
 * compiled, and how entries lie in memory.
 *
 * Level r (0 to K - 1) holds entries whose first r digits have cancelled. An entry is in the bucket that the
 * high BUCKET_BITS of digit r name, and keeps the bits behind them: VALUE_BITS(r). Of these the first
 * REST_BITS find its partners in the bucket.
 *
 * A record has 128 bits, most significant word first: the value at the top, at the bottom the reference
 * (bucket, slot, slot of the level before). Where both do not fit, the low word of the reference is in the
 * tails; level 0 has the leaf number there. The last level's records have 64 bits, the value and only a bucket
 * and one slot: the partner is found again by looking for what it must be. Entry s of bucket b of any level
 * is at b * SLOTS + s.
 *
 * counters: BUCKETS words for each level, then COUNT_CANDIDATES and COUNT_LOST.
 */
#if EQUIHASH_N == 125
#define BUCKET_BITS OTD_EQUIHASH_125_BUCKETS
#define SLOTS OTD_EQUIHASH_125_SLOTS
#define SLOT_BITS OTD_EQUIHASH_125_SLOT
#define PAIRS OTD_EQUIHASH_125_PAIRS
#define TAILS OTD_EQUIHASH_125_TAILS
#define HASHES OTD_EQUIHASH_125_HASHES
#elif EQUIHASH_N == 144
#define BUCKET_BITS OTD_EQUIHASH_144_BUCKETS
#define SLOTS OTD_EQUIHASH_144_SLOTS
#define SLOT_BITS OTD_EQUIHASH_144_SLOT
#define PAIRS OTD_EQUIHASH_144_PAIRS
#define TAILS OTD_EQUIHASH_144_TAILS
#define HASHES OTD_EQUIHASH_144_HASHES
#elif EQUIHASH_N == 96
#define BUCKET_BITS OTD_EQUIHASH_96_BUCKETS
#define SLOTS OTD_EQUIHASH_96_SLOTS
#define SLOT_BITS OTD_EQUIHASH_96_SLOT
#define PAIRS OTD_EQUIHASH_96_PAIRS
#define TAILS OTD_EQUIHASH_96_TAILS
#define HASHES OTD_EQUIHASH_96_HASHES
#elif EQUIHASH_N == 48
#define BUCKET_BITS OTD_EQUIHASH_48_BUCKETS
#define SLOTS OTD_EQUIHASH_48_SLOTS
#define SLOT_BITS OTD_EQUIHASH_48_SLOT
#define PAIRS OTD_EQUIHASH_48_PAIRS
#define TAILS OTD_EQUIHASH_48_TAILS
#define HASHES OTD_EQUIHASH_48_HASHES
#endif

#define LEVELS (EQUIHASH_K + 0u)
#define LAST_LEVEL (LEVELS - 1u)
#define LEAVES (1u << LEVELS)
#define DIGIT_BITS (EQUIHASH_N / (EQUIHASH_K + 1u))
#define REST_BITS (DIGIT_BITS - BUCKET_BITS)
#define BUCKETS (1u << BUCKET_BITS)
#define HEADS (1u << REST_BITS)
#define SLOT_MASK ((1u << SLOT_BITS) - 1u)
#define VALUE_BITS(level) ((LEVELS + 1u - (level)) * DIGIT_BITS - BUCKET_BITS)
#define COUNT_CANDIDATES (LEVELS * BUCKETS)
#define COUNT_LOST (LEVELS * BUCKETS + 1u)

#define LEAST(a, b) ((a) < (b) ? (a) : (b))

/* Word i of a mask that has its first `bits` bits, most significant first. */
#define MASK_WORD(bits, i)                                                                                   \
    ((bits) >= 32u * (i) + 32u ? 0xffffffffu                                                                 \
     : (bits) <= 32u * (i)     ? 0u                                                                          \
                               : ~(0xffffffffu >> (((bits)-32u * (i)) & 31u)))

/* The same word where `bits` is not a constant: end is 32 * i + 32. Two shifts, since one by 32 is not defined. */
DEV u32 mask_word(u32 bits, u32 end) {
    u32 zeros = end > bits ? end - bits : 0u;
    zeros = LEAST(zeros, 32u);
    return 0xffffffffu << (zeros >> 1) << (zeros - (zeros >> 1));
}

/* Where a digit ends: the top DIGIT_BITS of two words, moved out at the left. */
#define NEXT_DIGIT(high, low) ((high) << DIGIT_BITS | (low) >> (32u - DIGIT_BITS))

/* A reference, in two words. */
#define REFERENCE_LOW(bucket, a, b) ((bucket) << (2u * SLOT_BITS) | (a) << SLOT_BITS | (b))
#define REFERENCE_HIGH(bucket) ((bucket) >> (32u - 2u * SLOT_BITS))
#define REFERENCE_BITS (BUCKET_BITS + 2u * SLOT_BITS)
