/* ptx_module.c - what is asked of a module that was read, and its end. */
#include <stdlib.h>
#include <string.h>

#include "ptx_parts.h"

void ptx_free(ptx_module *module) {
    if (module != NULL) {
        for (uint32_t i = 0; i < module->entry_count; i++) {
            free(module->entries[i].fills);
        }
        free(module->entries);
        free(module->code);
        free(module->ran);
        free(module->constants);
        free(module);
    }
}

const ptx_entry *ptx_find(const ptx_module *module, const char *name) {
    for (uint32_t i = 0; i < module->entry_count; i++) {
        if (strcmp(module->entries[i].name, name) == 0) {
            return &module->entries[i];
        }
    }
    return NULL;
}

uint32_t ptx_parameters(const ptx_entry *entry, uint32_t sizes[PTX_PARAMETERS_MAX]) {
    memcpy(sizes, entry->parameter_bytes, sizeof entry->parameter_bytes);
    return entry->parameters;
}

uint32_t ptx_threads_max(const ptx_entry *entry) {
    return entry->threads_max;
}

void ptx_coverage(const ptx_module *module, uint32_t *ran, uint32_t *all) {
    *ran = 0;
    *all = module->code_count;
    for (uint32_t i = 0; i < module->code_count; i++) {
        *ran += module->ran[i];
    }
}
