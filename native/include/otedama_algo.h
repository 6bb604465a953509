/*
 * otedama_algo.h - algorithm ids, parameters, and what `data` means for each.
 *
 * The only header that grows when an algorithm is added; the verbs in otedama.h stay as they are. Each
 * algorithm's folder (native/algo/NAME) has a NOTES.md with its sources, what was tried and what was
 * measured.
 */
#ifndef OTEDAMA_ALGO_H
#define OTEDAMA_ALGO_H

#include <stdint.h>

/*
 * Ids. They are persisted in share logs: append only, a number never changes its meaning. The managed side
 * has the same numbers in Otedama.Core (enum Algorithm).
 */
#define OTD_ALGO_SHA256D 1u   /* SHA-256 twice (FIPS 180-4): Bitcoin and its kin */
#define OTD_ALGO_SCRYPT 2u    /* scrypt (RFC 7914) with N = 1024, r = 1, p = 1: Litecoin, Dogecoin */
#define OTD_ALGO_KAWPOW 3u    /* ProgPoW (EIP-1057) in Ravencoin's variant */
#define OTD_ALGO_VERTHASH 4u  /* random reads from a file of 1.2 GiB: Vertcoin */
#define OTD_ALGO_VERUSHASH 5u /* Haraka and CLHash, versions 1.0 to 2.2: Verus */
#define OTD_ALGO_EQUIHASH 6u  /* Biryukov and Khovratovich 2016, and ZelHash 125,4 */

/*
 * Data of one work (otd_work) or verify item (otd_verify_item): the bytes from data_offset on.
 *
 * In a work the nonce field holds any bytes: the engine sets it for each nonce it tries, and reports the
 * number in otd_hit.nonce. In a verify item all bytes are the miner's and are checked as they are.
 *
 * sha256d    80 bytes, the block header.
 *            Nonce: u32 little-endian at 76. Version: u32 little-endian at 0; a work of this and the next
 *            two may list up to OTD_VERSIONS_MAX versions to try. Hash: SHA-256d of the 80 bytes.
 *
 * scrypt     80 bytes, the block header. Nonce and version as for sha256d.
 *            Hash: scrypt of the 80 bytes, with the header as password and as salt.
 *
 * verthash   80 bytes, the block header. Nonce and version as for sha256d.
 *            Dataset: the Verthash file. otd_dataset_params.epoch is 0 for the network's, 1..17 for graph n
 *            of the generator (17 is the network's again, small ones are for tests). FULL keeps a private
 *            copy on huge pages, LIGHT maps the file when it has a path.
 *
 * kawpow     72 bytes: header hash, 32 as the network shows it (most significant byte first, as it is
 *            hashed); nonce, u64 little-endian at 32; mix, 32 at 40 in its natural order.
 *            A work's mix is ignored. A verify item of 40 bytes claims no mix: it is computed and not
 *            compared. `height` selects the epoch (height / 7500), which has to be the dataset's, and the
 *            period (height / 3). The hash is reported in chain order, the reverse of what is shown.
 *
 * verushash  The whole header with compactSize and solution; 1487 bytes for the common solution of 1344.
 *            Nonce: u64 little-endian at byte params.n (0..7) of the last 15 bytes. The header's version
 *            and solution version choose the variant; of merge-mined headers the canonical form is hashed.
 *            With params.variant given, plain data of 1 to 2960 bytes is hashed as it is, for tests.
 *
 * equihash   140 bytes of header, compactSize, solution. A work carries the 140 bytes only.
 *            The nonce that is counted is u64 little-endian at 132..139, the last 8 of the 32 nonce bytes;
 *            the others are the caller's. The hash that meets the target is SHA-256d of everything, the
 *            solution included. A hit's proof is the solution without its compactSize.
 */

/*
 * Parameters of the algorithms that have some; all zero = the algorithm's defaults. Fields an algorithm
 * does not name are ignored by it. A value that is not listed is refused with OTD_E_ARGUMENT, and the detail
 * lists what is allowed.
 */
typedef struct otd_algo_params {
    /*
     * equihash: n and k, given together or both 0. 200,9 192,7 144,5 125,4 (the default) 96,5 and, for
     * tests, 48,5. verushash: the byte of the last 15 where the nonce lies, 0..7.
     */
    uint32_t n;
    uint32_t k;

    /* equihash 125,4: 1 = the ZelHash leaf twist, on by default (n and k both 0). 0 elsewhere. */
    uint32_t twist;

    /*
     * verushash: 10, 20, 21 or 22 for versions 1.0 to 2.2, 29 for the plain form of 2.0; 0 = what the header
     * says. equihash: 1 = a test input of any length (8..1024 bytes) in place of the 140-byte header.
     */
    uint32_t variant;

    /*
     * equihash: first half of BLAKE2b's 16 bytes of personalisation; n and k, u32 little-endian each, are
     * the second. All zero = "ZelProof" for 125,4, else "ZcashPoW".
     */
    uint8_t personal[8];
} otd_algo_params;

#endif /* OTEDAMA_ALGO_H */
