/* kawpow_avx2.c - the portable kernel vectorised by the compiler for AVX2 (see CMakeLists.txt). */
#define KERNEL_NAME otd_kawpow_avx2
#include "kernel_body.h"
