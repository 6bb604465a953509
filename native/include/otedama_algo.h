/*
 * otedama_algo.h - algorithm ids, parameters, and what `data` means for each. The only header that
 * grows when an algorithm is added; the verbs in otedama.h stay as they are.
 */
#ifndef OTEDAMA_ALGO_H
#define OTEDAMA_ALGO_H

#include <stdint.h>

/* Ids are persisted in share logs: append only. */
#define OTD_ALGO_SHA256D 1u
#define OTD_ALGO_SCRYPT 2u
#define OTD_ALGO_KAWPOW 3u
#define OTD_ALGO_VERTHASH 4u
#define OTD_ALGO_VERUSHASH 5u
#define OTD_ALGO_EQUIHASH 6u

/*
 * Data of one work or verify item. In a work the nonce field holds any bytes: the engine sets it.
 *
 * sha256d    80 bytes, the block header. Nonce: u32 LE at 76. Version: u32 LE at 0.
 * scrypt     80 bytes, the block header; N = 1024, r = 1, p = 1. Nonce: u32 LE at 76.
 * verthash   80 bytes, the block header. Nonce: u32 LE at 76. Dataset: the Verthash file (1.2 GiB);
 *            otd_dataset_params.epoch 0 = the network's, 1..17 = graph n of the generator, small ones
 *            being for tests. FULL keeps it on huge pages, LIGHT maps the file when it has a path.
 * kawpow     72 bytes: header hash 32 as the network shows it (big-endian display order, as hashed),
 *            nonce u64 LE at 32, mix 32 at 40 in natural order. A work's mix is ignored. `height`
 *            selects epoch and period. The 32-byte hash is reported in chain order (reversed display).
 * verushash  the whole header with compactSize and solution, 1487 bytes (or plain data of any length for
 * tests of one variant). Nonce: u64 LE at byte params.n (0..7) of the last 15 bytes. equihash   140 bytes
 * header, compactSize, solution. A work carries the 140 bytes only. The nonce counter is u64 LE at 132..139
 * (the last 8 of the 32 nonce bytes). The hash is sha256d of everything.
 */

/* Parameters of the algorithms that have some; all zero = default. */
typedef struct otd_algo_params {
    uint32_t n;          /* equihash: 200, 192, 144, 125 (default) or 96 */
    uint32_t k;          /* equihash: 9, 7, 5, 4 (default) or 5 */
    uint32_t twist;      /* equihash: 1 = the ZelHash leaf twist; default for 125,4 */
    uint32_t variant;    /* verushash: 10, 20, 21, 22; 0 = read it from the header. equihash: 1 = a test input
                          * of any length (8..1024 bytes) in place of the 140-byte header */
    uint8_t personal[8]; /* equihash: personalisation prefix; zero = "ZelProof" for 125,4 else "ZcashPoW" */
} otd_algo_params;

#endif /* OTEDAMA_ALGO_H */
