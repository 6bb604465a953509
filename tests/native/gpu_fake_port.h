/* gpu_fake_port.h - an interface to a card that is not there, with faults that can be planted in it. */
#ifndef OTD_TEST_GPU_FAKE_PORT_H
#define OTD_TEST_GPU_FAKE_PORT_H

#include "gpu.h"

/* What goes wrong, and how often it did. One thread. */
typedef struct otd_fake_card {
    int32_t refuses_memory, refuses_kernel; /* 1 = alloc, build fail */
    int32_t hangs, lost;                    /* 1 = no event is ever reached; launches say that it is gone */
    int32_t invents,
        forgets;    /* 1 = each launch reports a nonce that is none, or a wrong hash; loses its first */
    int32_t strays; /* 1 = each launch reports a nonce outside its range */
    int32_t opened, closed, abandoned; /* contexts */
    int32_t forked;                    /* those of opened that came from another one */
    int32_t buffers, programs;         /* that exist */
    uint64_t longest;                  /* work items of the longest launch */
} otd_fake_card;

extern otd_fake_card otd_card;
extern const otd_backend otd_backend_fake;

/* The same card behind an interface that can fork a context, as real ones can. */
extern const otd_backend otd_backend_forking;

#endif /* OTD_TEST_GPU_FAKE_PORT_H */
