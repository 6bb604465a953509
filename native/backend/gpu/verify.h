/*
 * verify.h - what one algorithm does to check proofs on a GPU. verify.c keeps two batches under way: the host
 * packs one and judges another while the device works.
 *
 * Whatever the device is given and gives back, verdicts are those of otd_verify.
 */
#ifndef OTD_BACKEND_GPU_VERIFY_H
#define OTD_BACKEND_GPU_VERIFY_H

#include "plan.h"

/* Bytes that the device gives back for each item: a hash, or a mix. */
#define OTD_GPU_ANSWER_BYTES 32u

/* Items of one launch: enough that starting it is nothing beside packing, few enough that the host has the
 * next batch ready before the device is idle for long. */
#define OTD_GPU_CHECK_BATCH 16384u

/* Items whose answers are read from and written to memory of the device, count of each. */
typedef struct otd_gpu_check_batch {
    otd_gpu_buffer *in;  /* item_bytes each */
    otd_gpu_buffer *out; /* OTD_GPU_ANSWER_BYTES each */
    uint32_t count;
    uint64_t group; /* that all of them are of; 0 where there are none */
} otd_gpu_check_batch;

typedef struct otd_gpu_checks {
    uint32_t item_bytes; /* that the device gets of an item, a multiple of 16 */
    uint32_t batch;      /* items of one launch at most */
    uint32_t tested;     /* items whose verdicts are compared with the processor's before first use */

    /* Makes and frees the state: programs, memory. close with lost = 1 frees nothing of the device. */
    int32_t (*open)(void **state, const otd_gpu_site *site);
    void (*close)(void *state, const otd_gpu_site *site, int32_t lost);

    /* Only items of the same group go into one launch; null = all are of one. Pure. */
    uint64_t (*group)(const otd_verify_item *item);

    /* OTD_OK, or the status of a caller who is wrong about an item; null = none can be. */
    int32_t (*admit)(const otd_gpu_site *site, const otd_verify_item *item);

    /* What the processor does first with the bytes of an item of allowed length. Returns 1 having written
     * item_bytes for the device, or 0 having settled the verdict. Pure. */
    int32_t (*pack)(uint8_t *out, otd_verdict *verdict, const otd_verify_item *item, const uint8_t *data);

    /* Queues the kernel of a batch; may wait until there is one. */
    int32_t (*launch)(void *state, const otd_gpu_site *site, const otd_gpu_check_batch *batch);

    /* Settles the verdict from the device's answer; packed and verdict as pack left them. Pure. */
    void (*judge)(otd_verdict *verdict, const uint8_t *answer, const uint8_t *packed,
                  const otd_verify_item *item, const uint8_t *data);
} otd_gpu_checks;

/* ---- for algorithms whose device hashes the 80 bytes of a header by one kernel ------------------- */

#define OTD_GPU_HEADER_BYTES 80u

typedef struct otd_gpu_check_kernel {
    otd_gpu_program *program;
    otd_gpu_kernel *kernel;
} otd_gpu_check_kernel;

int32_t otd_gpu_check_kernel_open(void **state, const otd_gpu_site *site, const otd_gpu_code *code,
                                  const char *entry);
void otd_gpu_check_kernel_close(void *state, const otd_gpu_site *site, int32_t lost);
/* One item for each thread; `more` are arguments behind in, out and count. */
int32_t otd_gpu_check_kernel_launch(const otd_gpu_check_kernel *state, const otd_gpu_site *site,
                                    const otd_gpu_check_batch *batch, const otd_gpu_argument *more,
                                    uint32_t more_count);
int32_t otd_gpu_pack_header(uint8_t *out, otd_verdict *verdict, const otd_verify_item *item,
                            const uint8_t *data);
void otd_gpu_judge_hash(otd_verdict *verdict, const uint8_t *answer, const uint8_t *packed,
                        const otd_verify_item *item, const uint8_t *data);

#endif /* OTD_BACKEND_GPU_VERIFY_H */
