/* run_ptx.c - kernels as the PTX that a driver gets, in the interpreter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx.h"
#include "runner.h"

enum { MODULES_MAX = 160 };

/* A text that was read; the same text again is the same module. */
typedef struct loaded {
    const char *name;
    const uint8_t *text;
    ptx_module *module;
} loaded;

static loaded modules[MODULES_MAX];
static uint32_t module_count;

static ptx_module *load(const otd_gpu_code *code) {
    char error[PTX_ERROR_MAX];
    for (uint32_t i = 0; i < module_count; i++) {
        if (modules[i].text == code->ptx) {
            return modules[i].module;
        }
    }
    ptx_module *module =
        module_count < MODULES_MAX ? ptx_read((const char *)code->ptx, code->ptx_length, error) : NULL;
    if (module == NULL) {
        printf("%s: %s\n", code->name, module_count < MODULES_MAX ? error : "too many modules");
        return NULL;
    }
    modules[module_count++] = (loaded){code->name, code->ptx, module};
    return module;
}

static int ptx_launch_code(const launch *l) {
    char error[PTX_ERROR_MAX];
    const void *parameters[ARGUMENTS_MAX];
    ptx_range ranges[ARGUMENTS_MAX];
    uint32_t sizes[PTX_PARAMETERS_MAX], range_count = 0;
    ptx_module *module = load(l->code);
    const ptx_entry *entry = module == NULL ? NULL : ptx_find(module, l->entry);
    if (entry == NULL || ptx_parameters(entry, sizes) != l->argument_count) {
        printf("%s: no kernel %s with %u parameters\n", l->code->name, l->entry, l->argument_count);
        return 0;
    }
    for (uint32_t i = 0; i < l->argument_count; i++) {
        const argument *a = &l->arguments[i];
        if (sizes[i] != (a->memory != NULL ? 8 : a->bytes)) {
            printf("%s: parameter %u of %s has %u bytes\n", l->code->name, i, l->entry, sizes[i]);
            return 0;
        }
        parameters[i] = a->memory != NULL ? (const void *)&a->memory : (const void *)&a->value;
        if (a->memory != NULL) {
            ranges[range_count++] = (ptx_range){a->memory, a->bytes};
        }
    }
    const ptx_launch with = {.entry = entry,
                             .groups = l->groups,
                             .threads = l->threads,
                             .parameters = parameters,
                             .ranges = ranges,
                             .range_count = range_count};
    if (!ptx_run(module, &with, error)) {
        printf("%s\n", error);
        return 0;
    }
    return 1;
}

/* By kernel: a program of KawPow is one more module of the same. */
void runner_ptx_coverage(void) {
    for (uint32_t i = 0; i < module_count; i++) {
        uint32_t ran = 0, all = 0, same = 0;
        for (uint32_t j = 0; j < module_count; j++) {
            uint32_t some, of;
            if (strcmp(modules[i].name, modules[j].name) == 0) {
                ptx_coverage(modules[j].module, &some, &of);
                ran += some;
                all += of;
                same += j < i;
            }
        }
        if (same == 0) {
            printf("PTX of %s: %u of %u instructions ran\n", modules[i].name, ran, all);
            check(ran * 100ull >= all * 99ull, "%s: the tests run %u of %u instructions", modules[i].name,
                  ran, all);
        }
    }
}

static void ptx_end(void) {
    for (uint32_t i = 0; i < module_count; i++) {
        ptx_free(modules[i].module);
    }
    module_count = 0;
}

const runner *runner_ptx(int brief) {
    static runner ptx = {"PTX", 64, 100, 1, 0, ptx_launch_code, ptx_end, 1};
    ptx.brief = brief;
    return &ptx;
}
