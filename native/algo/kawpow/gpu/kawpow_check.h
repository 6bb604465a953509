/* kawpow_check.h - the checks of KawPow's plan. */
#ifndef OTD_ALGO_KAWPOW_CHECK_H
#define OTD_ALGO_KAWPOW_CHECK_H

struct otd_gpu_checks;

/* By the whole dataset on the device, and by the light one. */
extern const struct otd_gpu_checks otd_kawpow_checks, otd_kawpow_light_checks;

#endif /* OTD_ALGO_KAWPOW_CHECK_H */
