/* equihash_ref.c - the portable one, the reference of the others. */
#define LANES 1
#define KERNEL_NAME otd_equihash_ref
#include "hashes_body.h"
