/* kawpow_ref.c - the portable kernel, the reference of all others. */
#define KERNEL_NAME otd_kawpow_ref
#include "kernel_body.h"
