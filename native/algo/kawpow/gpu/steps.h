/*
 * steps.h - programs of KawPow's periods as the kernels that read them want them: a ring in a device's
 * memory.
 */
#ifndef OTD_ALGO_KAWPOW_STEPS_H
#define OTD_ALGO_KAWPOW_STEPS_H

#include "../program.h"
#include "backend/gpu/plan.h"

/* More than there are launches under way: the oldest place is free when it is written again. */
#define OTD_KAWPOW_STEPS 4u

typedef struct otd_kawpow_steps {
    otd_gpu_buffer *buffers[OTD_KAWPOW_STEPS];
    uint32_t sent[OTD_KAWPOW_STEPS][KAWPOW_OPS];
    uint64_t period[OTD_KAWPOW_STEPS]; /* one more than it is; 0 = none yet */
    uint32_t now;                      /* of the last one that was asked for */
} otd_kawpow_steps;

/* Takes the memory. What was taken when it fails is given back by close. */
int32_t otd_kawpow_steps_open(otd_kawpow_steps *steps, const otd_gpu_site *site);
void otd_kawpow_steps_close(otd_kawpow_steps *steps, const otd_gpu_site *site);

/* Sends the program of a period, unless it is the last one; the launch that reads it follows. */
int32_t otd_kawpow_steps_send(otd_kawpow_steps *steps, const otd_gpu_site *site, uint64_t period);

/* Of the last one that was asked for. */
static inline otd_gpu_buffer *otd_kawpow_steps_now(const otd_kawpow_steps *steps) {
    return steps->buffers[steps->now];
}

#endif /* OTD_ALGO_KAWPOW_STEPS_H */
