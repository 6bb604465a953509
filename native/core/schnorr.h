/* schnorr.h - signatures of BIP 340 over 32-byte messages. */
#ifndef OTD_CORE_SCHNORR_H
#define OTD_CORE_SCHNORR_H

#include <stdint.h>

/* Returns: 1, or 0 when the secret is no key. Constant time. aux: 32 fresh random bytes, or zeros. */
int otd_bip340_sign(uint8_t signature[64], const uint8_t message[32], const uint8_t secret[32],
                    const uint8_t aux[32]);

/* Returns: 1 for a valid signature, 0 for anything else. */
int otd_bip340_check(const uint8_t signature[64], const uint8_t message[32], const uint8_t public_x[32]);

#endif /* OTD_CORE_SCHNORR_H */
