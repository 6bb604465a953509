/* equihash_avx512.c - eight hash numbers in a zmm. */
#define LANES 8
#define KERNEL_NAME otd_equihash_avx512
#include "hashes_body.h"
