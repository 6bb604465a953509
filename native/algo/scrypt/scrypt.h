/*
 * scrypt.h - the private contract between scrypt.c and its flavours: scrypt with N = 1024, r = 1,
 * p = 1, password and salt both the 80-byte header (RFC 7914; the Litecoin family).
 *
 * A batch is 16 hashes. Headers enter word by word so that a lane of a vector register is a hash.
 */
#ifndef OTD_SCRYPT_H
#define OTD_SCRYPT_H

#include <stdint.h>

#define OTD_SCRYPT_HEADER_BYTES 80u
#define OTD_SCRYPT_BATCH 16u
#define OTD_SCRYPT_N 1024u
#define OTD_SCRYPT_BLOCK_WORDS 32u /* 128 r bytes */
#define OTD_SCRYPT_PAD_BYTES (OTD_SCRYPT_N * OTD_SCRYPT_BLOCK_WORDS * 4u)

/* One batch. Words are the numbers SHA-256 sees, header word 19 being the byte-swapped nonce. */
typedef struct otd_scrypt_batch {
    uint32_t header[20][OTD_SCRYPT_BATCH];
    uint32_t hash[8][OTD_SCRYPT_BATCH];
} otd_scrypt_batch;

/*
 * Hashes lanes [0, count) of the batch, 1 <= count <= 16; lanes past count hold unspecified hashes.
 * pads: room for kernel->pads scratchpads, aligned to 64. Any thread.
 */
typedef struct otd_scrypt_kernel {
    void (*hash)(otd_scrypt_batch *batch, uint32_t count, void *pads);
    uint32_t pads; /* scratchpads used at once */
} otd_scrypt_kernel;

/* out = scrypt of one header by the reference. pad: one scratchpad. */
void otd_scrypt_once(uint8_t out[32], const uint8_t header[OTD_SCRYPT_HEADER_BYTES], void *pad);

extern const otd_scrypt_kernel otd_scrypt_kernel_ref;
extern const otd_scrypt_kernel otd_scrypt_kernel_sse2;
extern const otd_scrypt_kernel otd_scrypt_kernel_avx2;
extern const otd_scrypt_kernel otd_scrypt_kernel_avx512;

#endif /* OTD_SCRYPT_H */
