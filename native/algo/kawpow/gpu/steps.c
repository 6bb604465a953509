/* steps.c - see steps.h. */
#include "steps.h"

#include "kawpow_row.h"

int32_t otd_kawpow_steps_open(otd_kawpow_steps *steps, const otd_gpu_site *site) {
    int32_t status = OTD_OK;
    for (uint32_t i = 0; i < OTD_KAWPOW_STEPS && status == OTD_OK; i++) {
        status = site->port->alloc(site->context, &steps->buffers[i], sizeof steps->sent[i]);
    }
    return status;
}

void otd_kawpow_steps_close(otd_kawpow_steps *steps, const otd_gpu_site *site) {
    for (uint32_t i = 0; i < OTD_KAWPOW_STEPS; i++) {
        if (steps->buffers[i] != NULL) {
            site->port->release(site->context, steps->buffers[i]);
        }
    }
}

/* The next place and not one that the period chooses: two under way may not share it. */
int32_t otd_kawpow_steps_send(otd_kawpow_steps *steps, const otd_gpu_site *site, uint64_t period) {
    kawpow_program program;
    if (steps->period[steps->now] == period + 1) {
        return OTD_OK;
    }
    steps->now = (steps->now + 1) % OTD_KAWPOW_STEPS;
    otd_kawpow_program(&program, period);
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        steps->sent[steps->now][i] = otd_kawpow_any_step(&program.ops[i]);
    }
    steps->period[steps->now] = period + 1;
    return site->port->write(site->context, steps->buffers[steps->now], 0, steps->sent[steps->now],
                             sizeof steps->sent[steps->now]);
}
