/*
 * verushash.h - VerusHash 1.0, 2.0, 2.1 and 2.2 and the header rules around them. Words as in NOTES.md: the
 * chain absorbs 32 bytes at a time into H; the finish mixes 32 data-dependent steps over a key made from H.
 */
#ifndef OTD_VERUSHASH_H
#define OTD_VERUSHASH_H

#include "algo.h"

#define VERUS_HEADER_LENGTH 1487u /* 140 + compactSize 3 + solution 1344 */
#define VERUS_SOLUTION_AT 143u
#define VERUS_SOLUTION_LENGTH 1344u
#define VERUS_DATA_MAX 2960u   /* longest header seen: proof-of-stake blocks with 2816-byte solutions */
#define VERUS_TAIL_LENGTH 15u  /* free nonce bytes at the end; the message is 15 modulo 32 long */
#define VERUS_KEY_WORDS 552u   /* 16-byte words of a key */
#define VERUS_KEY_MUTABLE 512u /* only these are ever written */
#define VERUS_STEPS 32u

typedef enum verus_variant {
    VERUS_GENESIS = 1, /* the first block, shared with Komodo: its hash is SHA-256d of the whole header */
    VERUS_10 = 10,
    VERUS_20 = 20,
    VERUS_21 = 21,
    VERUS_22 = 22,
    VERUS_20_PLAIN = 29
} verus_variant;

/* The message state before the last block: everything a finish needs. */
typedef struct verus_chain {
    uint8_t h[32];
    uint8_t tail[32];
    uint32_t tail_length; /* 0..31 */
    verus_variant variant;
} verus_chain;

/* Messages a kernel hashes together when it has a batch verb. */
#define VERUS_BATCH 16u

typedef struct verus_kernel {
    /* out = the digest of a whole message. */
    void (*hash)(uint8_t out[32], const uint8_t *message, uint32_t length, verus_variant variant);
    /* Digests of VERUS_BATCH messages of one length, variant 2.0, 2.1 or 2.2; null when the kernel has none.
     */
    void (*batch)(uint8_t (*out)[32], const uint8_t *const *messages, uint32_t length, verus_variant variant);
    /*
     * Digests of `count` messages that differ only in their last 15 bytes: nonces first, first + 1, ... as a
     * u64 LE at nonce_at (0..7) inside them. Calls found(context, nonce, digest) for each whose last 8 bytes,
     * a little-endian number, are <= limit; stops early when found returns 0. Returns nonces done.
     * workspace: workspace_bytes bytes, 64-byte aligned.
     */
    uint64_t (*scan)(void *workspace, const uint8_t *message, uint32_t length, verus_variant variant,
                     uint32_t nonce_at, uint64_t first, uint64_t count, uint64_t limit,
                     int (*found)(void *context, uint64_t nonce, const uint8_t digest[32]), void *context);
    uint32_t workspace_bytes;
} verus_kernel;

extern const verus_kernel otd_verus_ref;
extern const verus_kernel otd_verus_aesni;
extern const verus_kernel otd_verus_vaes;

/* The 40 Haraka round constants, 16 bytes each in memory order, derived from the digits of pi once. */
const uint8_t *otd_verus_round_constants(void);

/* Which variant a header is hashed with, from its version and solution version; 0 when it is not a Verus
 * header (wrong length or compactSize). */
int32_t otd_verus_variant_of(const uint8_t *header, uint32_t length);

/* The bound fields hashed last, and their hash; zero to begin with. */
typedef struct verus_pre_header {
    uint8_t block[256];
    uint8_t hash[32];
    int known;
} verus_pre_header;

/* Copies the header and, where the rule for merged mining applies, zeroes the fields its pre-header hash
 * already binds. Returns 1 when it did. */
int32_t otd_verus_canonical(uint8_t *out, verus_pre_header *last, const uint8_t *header, uint32_t length);

#endif /* OTD_VERUSHASH_H */
