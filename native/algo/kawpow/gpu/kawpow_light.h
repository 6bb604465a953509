/*
 * kawpow_light.h - KawPow's light dataset in a device's memory, for checks: the light cache, and the first 16
 * KiB of the whole dataset behind it, in one piece.
 */
#ifndef OTD_ALGO_KAWPOW_LIGHT_H
#define OTD_ALGO_KAWPOW_LIGHT_H

#include "backend/gpu/verify.h"

extern const otd_gpu_light otd_kawpow_light;

/* As the verbs of the same names in verify.h. */
int32_t otd_kawpow_light_open(void **state, const otd_gpu_site *site);
void otd_kawpow_light_close(void *state, const otd_gpu_site *site, int32_t lost);
int32_t otd_kawpow_light_launch(void *state, const otd_gpu_site *site, const otd_gpu_check_batch *batch);

#endif /* OTD_ALGO_KAWPOW_LIGHT_H */
