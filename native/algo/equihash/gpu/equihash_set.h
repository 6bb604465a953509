/*
 * equihash_set.h - the geometry of the solver on a GPU, for each parameter set: read by the kernels, which
 * are compiled once for each set (EQUIHASH_N, EQUIHASH_K), and by the host, which lays out the memory.
 *
 *   BUCKETS   as a power of two: the high bits of the active digit, which name an entry's bucket
 *   SLOTS     entries a bucket has room for; what comes later is lost, and counted
 *   SLOT      bits that number a slot
 *   PAIRS     pairs a group notes before it works on them; more make another round
 *   TAILS     levels from 0 on whose number or reference has a word of its own beside the record
 *   HASHES    hashes a work item of the generation makes: 16 where outputs are added up in groups of 16
 *
 * 125,4: 1024 entries a bucket, room for six standard deviations more. 144,5: 512, and five and a half. The
 * small sets are for tests; their lists stray further.
 */
#ifndef OTD_EQUIHASH_SET_H
#define OTD_EQUIHASH_SET_H

#define OTD_EQUIHASH_125_BUCKETS 16u
#define OTD_EQUIHASH_125_SLOTS 1216u
#define OTD_EQUIHASH_125_SLOT 11u
#define OTD_EQUIHASH_125_PAIRS 1280u
#define OTD_EQUIHASH_125_TAILS 1u
#define OTD_EQUIHASH_125_HASHES 16u

#define OTD_EQUIHASH_144_BUCKETS 16u
#define OTD_EQUIHASH_144_SLOTS 640u
#define OTD_EQUIHASH_144_SLOT 10u
#define OTD_EQUIHASH_144_PAIRS 704u
#define OTD_EQUIHASH_144_TAILS 2u
#define OTD_EQUIHASH_144_HASHES 1u

#define OTD_EQUIHASH_96_BUCKETS 8u
#define OTD_EQUIHASH_96_SLOTS 896u
#define OTD_EQUIHASH_96_SLOT 10u
#define OTD_EQUIHASH_96_PAIRS 480u
#define OTD_EQUIHASH_96_TAILS 1u
#define OTD_EQUIHASH_96_HASHES 1u

#define OTD_EQUIHASH_48_BUCKETS 2u
#define OTD_EQUIHASH_48_SLOTS 768u
#define OTD_EQUIHASH_48_SLOT 10u
#define OTD_EQUIHASH_48_PAIRS 96u
#define OTD_EQUIHASH_48_TAILS 2u
#define OTD_EQUIHASH_48_HASHES 1u

/* Pairs of the last level that cancel completely, kept for the expansion; 125,4 has about 25 a nonce. */
#define OTD_EQUIHASH_CANDIDATES 4096u

/* Words of a solution's place in the results, whatever the set. */
#define OTD_EQUIHASH_STRIDE 32u

/* Words of the constants of a search: equihash_row.h says which. */
#define OTD_EQUIHASH_ROW_WORDS 64u

#endif /* OTD_EQUIHASH_SET_H */
