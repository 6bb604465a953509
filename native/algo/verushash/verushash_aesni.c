/* verushash_aesni.c - AES-NI and PCLMUL. */
#include "primitives_aesni.h"

/* 32 keys of 8.8 KB are 283 KB: half of a 1 MiB second-level cache, most of a 512 KiB one. */
#define LANES 32
#define KERNEL_NAME otd_verus_aesni
#include "kernel_body.h"
