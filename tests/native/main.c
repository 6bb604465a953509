/* main.c - native tests: otedama_native_test <directory of vectors>. The last line is the count. */
#include <stdio.h>

#include "otedama.h"

static int otd_passed, otd_failed;

static void otd_check(int condition, const char *what) {
    if (condition) {
        otd_passed++;
        return;
    }
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_last_error(detail, sizeof detail);
    printf("FAILED %s (%s)\n", what, detail);
    otd_failed++;
}

int main(void) {
    otd_algorithm_info info;
    otd_check(otd_open(OTD_ABI_VERSION) == OTD_OK, "open");
    for (uint32_t i = 0; otd_algorithm_at(i, &info) == OTD_OK; i++) {
        for (uint32_t f = 1; f <= info.flavour_count; f++) {
            int32_t status = otd_self_test(info.id, f);
            otd_check(status == OTD_OK || status == OTD_E_UNSUPPORTED, info.name);
        }
    }
    otd_close();
    printf("%d passed, %d failed\n", otd_passed, otd_failed);
    return otd_failed == 0 ? 0 : 1;
}
