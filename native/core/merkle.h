/* merkle.h - merkle roots of coinbases that differ only in the extranonce. */
#ifndef OTD_CORE_MERKLE_H
#define OTD_CORE_MERKLE_H

#include <stdint.h>

typedef struct otd_coinbase {
    const uint8_t *prefix;
    uint32_t prefix_length;
    const uint8_t *suffix;
    uint32_t suffix_length;
    uint32_t extranonce_length;
} otd_coinbase;

/* Arguments as otd_merkle_roots, already checked. */
void otd_merkle_fold(uint8_t *roots, const uint8_t *extranonces, uint32_t count, const otd_coinbase *coinbase,
                     const uint8_t *branches, uint32_t branch_count);

#endif /* OTD_CORE_MERKLE_H */
