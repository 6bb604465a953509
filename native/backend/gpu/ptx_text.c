#include "ptx_text.h"

#include <stdio.h>
#include <string.h>

#include "algo.h"

/* The architectures that are named; the text itself says the first one. */
static const uint32_t otd_architectures[] = {61, 75, 80};

/* Where the line that starts so begins, or null. */
static const char *otd_line(const char *text, uint64_t length, const char *start) {
    size_t wanted = strlen(start);
    for (const char *at = text; at != NULL && (uint64_t)(at - text) + wanted <= length;) {
        if (memcmp(at, start, wanted) == 0) {
            return at;
        }
        at = memchr(at, '\n', length - (uint64_t)(at - text));
        at = at == NULL ? NULL : at + 1;
    }
    return NULL;
}

/* Puts `line` in place of the one that starts with `start`, in text of *length bytes with room behind it. */
static int32_t otd_replace(char *text, uint64_t *length, const char *start, const char *line) {
    char *at = (char *)(uintptr_t)otd_line(text, *length, start);
    char *end = at == NULL ? NULL : memchr(at, '\n', *length - (uint64_t)(at - text));
    if (end == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "the PTX has no line \"%s\"", start);
    }
    size_t wanted = strlen(line), rest = *length - (size_t)(end - text);
    memmove(at + wanted, end, rest);
    memcpy(at, line, wanted);
    *length = (uint64_t)(at - text) + wanted + rest;
    return OTD_OK;
}

static int32_t otd_set_target(char *text, uint64_t *length, uint32_t compute) {
    char line[32];
    uint32_t best = 0;
    for (size_t i = 0; i < sizeof otd_architectures / sizeof otd_architectures[0]; i++) {
        best = otd_architectures[i] <= compute ? otd_architectures[i] : best;
    }
    if (best == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "compute capability %u.%u; 6.1 or newer is needed", compute / 10,
                        compute % 10);
    }
    snprintf(line, sizeof line, ".target sm_%u", best);
    return otd_replace(text, length, ".target sm_", line);
}

int32_t otd_ptx_adapt(uint8_t *out, uint64_t *out_length, const uint8_t *text, uint64_t length,
                      const otd_ptx_shape *shape) {
    char line[32];
    int32_t status = OTD_OK;
    memcpy(out, text, length);
    *out_length = length;
    if (shape->compute != 0) {
        status = otd_set_target((char *)out, out_length, shape->compute);
    }
    if (status == OTD_OK && shape->threads != 0) {
        snprintf(line, sizeof line, ".maxntid %u, 1, 1", shape->threads);
        status = otd_replace((char *)out, out_length, ".maxntid ", line);
    }
    if (status == OTD_OK && shape->resident != 0) {
        snprintf(line, sizeof line, ".minnctapersm %u", shape->resident);
        status = otd_replace((char *)out, out_length, ".minnctapersm ", line);
    }
    out[*out_length] = 0;
    return status;
}
