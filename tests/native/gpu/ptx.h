/*
 * ptx.h - reads PTX text and runs it on the processor: the very bytes that a CUDA driver gets. It knows the
 * instructions that clang writes for our kernels and those that splice.c adds, and refuses any other.
 *
 * Items run in warps of 32 in lock step, those with the lowest place in the text first; at a barrier or a
 * shuffle a part of a warp waits for the rest. What is undefined on a device ends the run with a sentence: a
 * barrier that not all items reach together, a shuffle whose mask is not the items that are there, memory
 * outside what was allocated, an address that is not aligned.
 */
#ifndef OTD_TEST_PTX_H
#define OTD_TEST_PTX_H

#include <stddef.h>
#include <stdint.h>

#define PTX_ERROR_MAX 384u
#define PTX_PARAMETERS_MAX 24u

typedef struct ptx_module ptx_module;
typedef struct ptx_entry ptx_entry;

/* Memory that kernels may reach; addresses are the host's. */
typedef struct ptx_range {
    const void *start;
    uint64_t bytes;
} ptx_range;

typedef struct ptx_launch {
    const ptx_entry *entry;
    uint32_t groups, threads;
    const void *const *parameters; /* a pointer to the value of each */
    const ptx_range *ranges;
    uint32_t range_count;
    uint64_t steps_max; /* instructions of a warp after which the run counts as endless; 0 = no limit */
} ptx_launch;

/* Returns the module, or null and a sentence with the line. */
ptx_module *ptx_read(const char *text, size_t length, char error[PTX_ERROR_MAX]);
void ptx_free(ptx_module *module);

/* An entry point by name, or null. */
const ptx_entry *ptx_find(const ptx_module *module, const char *name);
/* Sizes in bytes of its parameters; the text's .maxntid, 0 when it has none. */
uint32_t ptx_parameters(const ptx_entry *entry, uint32_t sizes[PTX_PARAMETERS_MAX]);
uint32_t ptx_threads_max(const ptx_entry *entry);

/* Returns 1, or 0 and a sentence. One thread at a time for each module. */
int ptx_run(ptx_module *module, const ptx_launch *launch, char error[PTX_ERROR_MAX]);

/* Instructions of the module, and how many of them ran at least once in any lane so far. */
void ptx_coverage(const ptx_module *module, uint32_t *ran, uint32_t *all);

#endif /* OTD_TEST_PTX_H */
