/*
 * main.c - native tests: otedama_native_test <directory of vectors>
 * [threads|curve|gpu|datasets|checks|equihash|equihash-large|vulkan|vulkan-large]. With "threads" only the
 * tests that use several of them run, which is what the thread sanitizer is for; with "gpu" only those of
 * devices besides the processor, with "datasets" only what lies in their memory, with "checks" only their
 * checks of proofs, with "equihash" only that algorithm ("equihash-large": a nonce of each big set, up to 4
 * GiB and minutes on a processor), with "vulkan" those behind Vulkan. "vulkan-large" moves as much as the
 * Verthash file has, which needs 4 GiB of memory and is no part of the others. The last line is the count.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

static int otd_passed, otd_failed;

void otd_check(int condition, const char *what, ...) {
    if (condition) {
        otd_passed++;
        return;
    }
    char detail[OTD_ERROR_TEXT_MAX] = "";
    va_list arguments;
    otd_last_error(detail, sizeof detail);
    printf("FAILED ");
    va_start(arguments, what);
    vprintf(what, arguments);
    va_end(arguments);
    printf(" (last detail: %s)\n", detail);
    otd_failed++;
}

/* Devices besides the processor. */
static void otd_test_devices(void) {
#if OTD_GPU
    otd_test_gpu_host();
    otd_test_gpu_domains();
    otd_test_gpu_telemetry();
#endif
    otd_test_gpu();
#if OTD_GPU
    otd_test_gpu_datasets();
    otd_test_gpu_kawpow();
    otd_test_gpu_checks();
    otd_test_gpu_equihash(0);
#endif
}

static void otd_test_self_tests(void) {
    otd_algorithm_info info;
    otd_flavour_info flavour;
    for (uint32_t i = 0; otd_algorithm_at(i, &info) == OTD_OK; i++) {
        for (uint32_t f = 0; otd_flavour_at(0, info.id, f, &flavour) == OTD_OK; f++) {
            int32_t expected = flavour.supported ? OTD_OK : OTD_E_UNSUPPORTED;
            otd_check(otd_self_test(0, info.id, f + 1) == expected, "self-test of %s %s", info.name,
                      flavour.name);
        }
    }
}

int main(int count, char **arguments) {
    otd_check(otd_open(OTD_ABI_VERSION + 1) == OTD_E_ABI, "another ABI is refused");
    otd_check(otd_open(OTD_ABI_VERSION) == OTD_OK, "open");
    const char *part = count < 3 ? "" : arguments[2];
    if (strcmp(part, "gpu") == 0) {
        otd_test_devices();
#if OTD_GPU
    } else if (strcmp(part, "datasets") == 0) {
        otd_test_gpu_domains();
        otd_devices_open(~0u);
        otd_test_gpu_datasets();
        otd_test_gpu_kawpow();
    } else if (strcmp(part, "checks") == 0) {
        otd_test_gpu_host();
        otd_devices_open(~0u); /* OTEDAMA_GPU leaves out what takes too long */
        otd_test_gpu_checks();
    } else if (strncmp(part, "equihash", 8) == 0) {
        otd_check(otd_devices_open(~0u) == OTD_OK, "devices open");
        otd_test_gpu_equihash(strcmp(part, "equihash-large") == 0);
#endif
    } else if (strcmp(part, "curve") == 0) {
        otd_test_curve();
    } else if (strcmp(part, "vulkan-way") == 0) {
        otd_test_vulkan_way();
    } else if (strncmp(part, "vulkan", 6) == 0) {
        otd_test_vulkan(strcmp(part, "vulkan-large") == 0);
    } else {
        otd_test_threads();
        otd_test_serial();
        otd_test_ring();
    }
    if (part[0] == 0) {
        otd_test_self_tests();
        otd_test_border();
        otd_test_contest();
        otd_test_curve();
        otd_test_sha256d();
        otd_test_header80();
        otd_test_fuzz();
        otd_test_kawpow();
        otd_test_devices();
        otd_test_vectors(count > 1 ? arguments[1] : "tests/vectors");
    }
    otd_close();
    printf("%d passed, %d failed\n", otd_passed, otd_failed);
    return otd_failed == 0 ? 0 : 1;
}
