/* sha256_shani.h - the compression function on the x86 SHA extensions. Needs OTD_CPU_SHANI. */
#ifndef OTD_CORE_SHA256_SHANI_H
#define OTD_CORE_SHA256_SHANI_H

#include <stddef.h>
#include <stdint.h>

void otd_sha256_blocks_shani(uint32_t state[8], const uint8_t *blocks, size_t count);
void otd_sha256_blocks_two_shani(uint32_t states[2][8], const uint8_t *const blocks[2], size_t count);

#endif /* OTD_CORE_SHA256_SHANI_H */
