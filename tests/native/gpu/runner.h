/*
 * runner.h - a place where a kernel can run here: as C, its PTX in the interpreter, through OpenCL and
 * Vulkan on the processor. Tests are written once and go through all of them.
 */
#ifndef OTD_TEST_GPU_RUNNER_H
#define OTD_TEST_GPU_RUNNER_H

#include <stdint.h>

#include "backend/gpu/code.h"

enum { ARGUMENTS_MAX = 16 };

/* A buffer (memory and bytes), or an integer of 4 or 8 bytes (value). */
typedef struct argument {
    void *memory;
    uint64_t bytes; /* of the memory, or of the integer */
    uint64_t value;
} argument;

#define BUFFER(array, length) ((argument){.memory = (array), .bytes = (length)})
#define ARG_U32(number) ((argument){.bytes = 4, .value = (number)})
#define ARG_U64(number) ((argument){.bytes = 8, .value = (number)})

typedef struct launch {
    const otd_gpu_code *code;
    const char *entry;
    uint32_t threads; /* of a group */
    uint32_t groups;
    const argument *arguments;
    uint32_t argument_count;
} launch;

typedef struct runner {
    const char *name;
    uint32_t threads;  /* the group it likes: tests use this and others */
    uint32_t programs; /* random programs of KawPow worth trying: what compiles for seconds gets few */
    uint32_t pieces;   /* pieces of 512 items that KawPow's dataset is in; 1 = all in one */
    int brief;         /* each kernel once on as little as there is: for what runs a thousand times slower */
    /* Runs a kernel to its end; what it wrote is in the buffers then. Returns 1, or 0 having said why. */
    int (*run)(const launch *launch);
    void (*end)(void);
    int in_place; /* works on the test's own memory: what is big and hardly used costs nothing */
} runner;

/* Null with a sentence on stdout when it cannot run here. */
const runner *runner_host(int brief);
const runner *runner_opencl(int brief);
const runner *runner_ptx(int brief);
const runner *runner_vulkan(int brief);

/* Instructions of PTX that no test so far has run, by kernel; prints a line for each module. */
void runner_ptx_coverage(void);

/* What the host runner calls: one work item. */
typedef void host_kernel(const argument *arguments);
/* The kernel of that file as C, or null. Equihash's are in a file of their own. */
host_kernel *host_kernel_of(const char *name);
host_kernel *host_equihash_of(const char *name);

/* Counts one test; a failure prints what (printf form). */
void check(int condition, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* xorshift, the same in every run. */
uint32_t random_u32(void);
void random_fill(void *bytes, uint32_t length);

/* Hits of a search kernel, sorted. */
enum { SLOTS = 4096 };
typedef struct hits {
    uint32_t count, pad;
    uint64_t nonce[SLOTS];
} hits;
void hits_clear(hits *found);
void hits_sort(hits *found);

void test_sha256d(const runner *with);
void test_kawpow(const runner *with);
void test_splice(void);
void test_ptx(void);
void test_cuda(void);
int write_programs(const char *directory);
void test_equihash(const runner *with);
void test_scrypt(const runner *with);
void test_verthash(const runner *with);
void test_ceiling(const runner *with);
void test_hashes(const runner *with);

#endif /* OTD_TEST_GPU_RUNNER_H */
