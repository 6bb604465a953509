/*
 * main.c - tests of the GPU kernels on the processor: otedama_gpu_kernel_test [C|PTX|OpenCL|Vulkan]
 * [brief|ALGORITHM]. With a name only that way of running them, or only one algorithm. The last line is the
 * count. With "programs DIRECTORY" it writes PTX there instead.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otedama.h"
#include "runner.h"

static int passed, failed;

void check(int condition, const char *what, ...) {
    if (condition) {
        passed++;
        return;
    }
    va_list arguments;
    printf("FAILED ");
    va_start(arguments, what);
    vprintf(what, arguments);
    va_end(arguments);
    printf("\n");
    failed++;
}

uint32_t random_u32(void) {
    static uint64_t seed = 0x9e3779b97f4a7c15ull;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

void random_fill(void *bytes, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)random_u32();
    }
}

/* Slots hold what no kernel writes, so that one that was counted and not written is seen. */
void hits_clear(hits *found) {
    memset(found, 0xee, sizeof *found);
    found->count = 0;
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void hits_sort(hits *found) {
    qsort(found->nonce, found->count < SLOTS ? found->count : SLOTS, sizeof found->nonce[0], ascending);
}

int main(int count, char **arguments) {
    const runner *(*const runners[])(int) = {runner_host, runner_ptx, runner_opencl, runner_vulkan};
    static const char *const names[] = {"C", "PTX", "OpenCL", "Vulkan"};
    static const struct {
        const char *name;
        void (*run)(const runner *);
    } tests[] = {{"sha256d", test_sha256d}, {"kawpow", test_kawpow},     {"equihash", test_equihash},
                 {"scrypt", test_scrypt},   {"verthash", test_verthash}, {"ceiling", test_ceiling},
                 {"hashes", test_hashes}};
    setenv("POCL_CACHE_DIR", POCL_CACHE, 0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    check(otd_open(OTD_ABI_VERSION) == OTD_OK, "open");
    if (count > 2 && strcmp(arguments[1], "programs") == 0) {
        return write_programs(arguments[2]) ? 0 : 1;
    }
    for (int i = 0; i < 4; i++) {
        if (count > 1 && strcmp(arguments[1], names[i]) != 0) {
            continue;
        }
        const runner *with = runners[i](count > 2 && strcmp(arguments[2], "brief") == 0);
        if (with == NULL) {
            continue;
        }
        const char *only = count > 2 && !with->brief ? arguments[2] : NULL;
        for (size_t k = 0; k < sizeof tests / sizeof tests[0]; k++) {
            if (only == NULL || strcmp(only, tests[k].name) == 0) {
                tests[k].run(with);
            }
        }
        if (i == 1 && only != NULL) {
            runner_ptx_coverage();
        } else if (i == 1) {
            test_splice();
            test_ptx();
            test_cuda();
            runner_ptx_coverage();
        }
        with->end();
    }
    otd_close();
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
