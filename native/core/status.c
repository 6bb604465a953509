/* status.c - status names and the detail text of this thread's last failure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "algo.h"
#include "status.h"

static _Thread_local char otd_detail[OTD_ERROR_TEXT_MAX];

int32_t otd_fail(int32_t status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(otd_detail, sizeof otd_detail, format, arguments);
    va_end(arguments);
    return status;
}

uint32_t otd_detail_copy(char *text, uint32_t text_length) {
    size_t length = strlen(otd_detail);
    if (text_length == 0) {
        return 0;
    }
    if (length >= text_length) {
        length = text_length - 1;
    }
    memcpy(text, otd_detail, length);
    text[length] = 0;
    return (uint32_t)length;
}

const char *otd_status_text(int32_t status) {
    switch (status) {
    case OTD_OK:
        return "OTD_OK";
    case OTD_E_ARGUMENT:
        return "OTD_E_ARGUMENT";
    case OTD_E_ABI:
        return "OTD_E_ABI";
    case OTD_E_UNSUPPORTED:
        return "OTD_E_UNSUPPORTED";
    case OTD_E_MEMORY:
        return "OTD_E_MEMORY";
    case OTD_E_DRIVER:
        return "OTD_E_DRIVER";
    case OTD_E_DEVICE_LOST:
        return "OTD_E_DEVICE_LOST";
    case OTD_E_DATASET:
        return "OTD_E_DATASET";
    case OTD_E_IO:
        return "OTD_E_IO";
    case OTD_E_CANCELLED:
        return "OTD_E_CANCELLED";
    case OTD_E_SELFTEST:
        return "OTD_E_SELFTEST";
    case OTD_E_MISSING:
        return "OTD_E_MISSING";
    case OTD_E_BUSY:
        return "OTD_E_BUSY";
    case OTD_E_DENIED:
        return "OTD_E_DENIED";
    default:
        return "OTD_E_UNKNOWN";
    }
}

int32_t otd_meets_target(const uint8_t hash[32], const uint8_t target[32]) {
    for (int i = 31; i >= 0; i--) {
        if (hash[i] != target[i]) {
            return hash[i] < target[i];
        }
    }
    return 1;
}
