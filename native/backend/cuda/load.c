/* load.c - finds NVIDIA's driver on this machine. */
#include <dlfcn.h>
#include <stdio.h>

#include "cuda.h"
#include "library.h"

/* By the loader's own rules; where containers mount it; where WSL has it. */
static const char *const otd_names[] = {"libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1",
                                        "/usr/lib/wsl/lib/libcuda.so.1"};

static otd_cuda otd_table;

/* Names, not addresses, decide. Returns the first function that is missing, or null. */
static const char *otd_fill(otd_cuda *cuda, void *library) {
    const char *missing = NULL;
#define OTD_CUDA_FIND(name, parameters)                                                                      \
    *(void **)&cuda->name = dlsym(library, #name);                                                           \
    missing = cuda->name == NULL && missing == NULL ? #name : missing;
    OTD_CUDA_FUNCTIONS(OTD_CUDA_FIND)
#undef OTD_CUDA_FIND
#define OTD_CUDA_FIND(name, parameters) *(void **)&cuda->name = dlsym(library, #name);
    OTD_CUDA_OPTIONAL(OTD_CUDA_FIND)
#undef OTD_CUDA_FIND
    return missing;
}

const otd_cuda *otd_cuda_load(char *message, size_t message_size) {
    char problem[OTD_LIBRARY_PROBLEM_MAX] = "";
    if (otd_table.library != NULL) {
        return &otd_table;
    }
    for (size_t i = 0; i < sizeof otd_names / sizeof otd_names[0]; i++) {
        /* Never closed: the driver leaves threads behind that would run into nothing. */
        void *library = otd_library_open(otd_names[i], problem);
        const char *missing = library == NULL ? NULL : otd_fill(&otd_table, library);
        if (library != NULL && missing == NULL) {
            otd_table.library = otd_names[i];
            return &otd_table;
        }
        if (library != NULL) {
            snprintf(message, message_size,
                     "NVIDIA's driver (%s) lacks %s; install a driver of version 450 or newer", otd_names[i],
                     missing);
            return NULL;
        }
    }
    if (problem[0] != 0) {
        snprintf(
            message, message_size,
            "NVIDIA's driver is there and cannot be opened: %s. Reinstall the driver, version 450 or newer",
            problem);
        return NULL;
    }
    snprintf(message, message_size,
             "NVIDIA's driver is not installed: libcuda.so.1 was not found. For a card of NVIDIA install its "
             "driver, version 450 or newer");
    return NULL;
}
