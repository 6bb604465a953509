/*
 * verthash.h - the private contract of the verthash folder: the data file as a kernel sees it, the
 * shape of one generator step, and what a flavour provides.
 *
 * The data file is a graph of 32-byte nodes, named by its index n: 2^n n (n+1) nodes. The network's
 * file is n = 17; smaller ones have the same arithmetic and serve tests.
 */
#ifndef OTD_VERTHASH_H
#define OTD_VERTHASH_H

#include <stddef.h>
#include <stdint.h>

#define OTD_VERTHASH_HEADER_BYTES 80u
#define OTD_VERTHASH_NODE_BYTES 32u
#define OTD_VERTHASH_NODE_WORDS 4u /* of 64 bits */
#define OTD_VERTHASH_GRAPH 17u     /* the network's n */
#define OTD_VERTHASH_BATCH 32u     /* hashes of one kernel call */

/* One hash reads 4096 slots of 32 bytes; 128 seed words serve 32 times, turned by one bit more each. */
#define OTD_VERTHASH_SEEDS 128u
#define OTD_VERTHASH_TURNS 32u
#define OTD_VERTHASH_SLOT_ALIGN 16u

#define OTD_VERTHASH_FNV_PRIME 0x01000193u
#define OTD_VERTHASH_FNV_BASIS 0x811c9dc5u

#define OTD_KECCAK_ROUNDS 24u

/* Everything a kernel needs to know about one data file. Immutable once made. */
typedef struct otd_verthash_data {
    uint64_t *nodes; /* little-endian words, in file order */
    uint64_t bytes;
    uint32_t slots;   /* 16-byte aligned places where 32 bytes can be read */
    uint32_t inverse; /* floor(2^(32 + shift) / slots), for a division by multiplication */
    uint32_t shift;   /* floor(log2(slots)) */
    uint32_t graph;   /* n */
    uint64_t id_base; /* a power of two above the number of nodes */
    uint64_t id_more; /* LEB128's "another byte follows" bits; ids of one graph are equally long */
    uint64_t key[4];  /* SHA3-256 of the name of the file */
    uint64_t round[OTD_KECCAK_ROUNDS]; /* the constants of the keccak permutation */
} otd_verthash_data;

#define OTD_VERTHASH_NO_PARENT UINT64_MAX

/*
 * One step of the generator: nodes first..first+count-1, none of which is a parent of another. The
 * parents of node first + i are node near + (i ^ flip) and node far + i, where present.
 */
typedef struct otd_verthash_step {
    uint64_t first;
    uint64_t count;
    uint64_t near;
    uint64_t flip;
    uint64_t far;
} otd_verthash_step;

typedef struct otd_verthash_kernel {
    /* Writes nodes [begin, end) of a step, counted from its first. */
    void (*nodes)(const otd_verthash_data *data, const otd_verthash_step *step, uint64_t begin, uint64_t end);

    /* hashes[i] = verthash of the 80 bytes at headers[i], 1 <= count <= OTD_VERTHASH_BATCH. */
    void (*hash)(const otd_verthash_data *data, uint8_t (*hashes)[32], const uint8_t *const *headers,
                 uint32_t count);
} otd_verthash_kernel;

extern const otd_verthash_kernel otd_verthash_kernel_ref;
extern const otd_verthash_kernel otd_verthash_kernel_portable;
extern const otd_verthash_kernel otd_verthash_kernel_avx2;
extern const otd_verthash_kernel otd_verthash_kernel_avx512;

#endif /* OTD_VERTHASH_H */
