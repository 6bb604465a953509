/* blake2b.h - the scalar compression of RFC 7693. */
#ifndef OTD_CORE_BLAKE2B_H
#define OTD_CORE_BLAKE2B_H

#include <stdint.h>

extern const uint64_t otd_blake2b_iv[8];

/* h = compress(h, block of 128 bytes, bytes hashed so far including this block, last block or not). */
void otd_blake2b_compress(uint64_t h[8], const uint8_t block[128], uint64_t counter, int last);

#endif /* OTD_CORE_BLAKE2B_H */
