/* equihash_avx2.c - four hash numbers in a ymm. */
#define LANES 4
#define KERNEL_NAME otd_equihash_avx2
#include "hashes_body.h"
