/* load.c - finds OpenCL on this machine: the loader, or a driver by itself where no loader is installed. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "library.h"
#include "opencl.h"

static const char *const otd_loaders[] = {"libOpenCL.so.1", "libOpenCL.so"};

/* Drivers that come without a loader on bare rigs. */
static const char *const otd_drivers[] = {"libnvidia-opencl.so.1", "libamdocl64.so"};

static otd_cl otd_tables[OTD_CL_MAX];
static uint32_t otd_table_count;

/* Names, not addresses, decide: all functions of the table or none of it. */
static int otd_from_loader(otd_cl *cl, void *library) {
    int complete = 1;
#define OTD_CL_FIND(place, name, parameters)                                                                 \
    *(void **)&cl->name = dlsym(library, #name);                                                             \
    complete &= cl->name != NULL;
    OTD_CL_FUNCTIONS(OTD_CL_FIND)
    OTD_CL_MAKERS(OTD_CL_FIND)
#undef OTD_CL_FIND
    return complete;
}

/* A driver exports one function; the rest stands in the table its objects begin with. */
static int otd_from_driver(otd_cl *cl, void *library) {
    void *(*extension)(const char *);
    int32_t (*platforms)(uint32_t, otd_cl_handle *, uint32_t *);
    otd_cl_handle platform = NULL;
    uint32_t count = 0;
    *(void **)&extension = dlsym(library, "clGetExtensionFunctionAddress");
    if (extension == NULL) {
        return 0;
    }
    *(void **)&platforms = extension("clIcdGetPlatformIDsKHR");
    if (platforms == NULL || platforms(1, &platform, &count) != CL_SUCCESS || count == 0) {
        return 0;
    }
    void *const *table = *(void *const *const *)platform;
#define OTD_CL_TAKE(place, name, parameters) *(void **)&cl->name = table[place];
    OTD_CL_FUNCTIONS(OTD_CL_TAKE)
    OTD_CL_MAKERS(OTD_CL_TAKE)
#undef OTD_CL_TAKE
    cl->clGetPlatformIDs = platforms; /* the one in the table is the loader's own business */
    return 1;
}

static void otd_try(const char *name, int (*fill)(otd_cl *, void *), char problem[OTD_LIBRARY_PROBLEM_MAX]) {
    void *library = otd_table_count < OTD_CL_MAX ? otd_library_open(name, problem) : NULL;
    if (library == NULL) {
        return;
    }
    otd_cl *cl = &otd_tables[otd_table_count];
    if (fill(cl, library)) {
        cl->library = name;
        otd_table_count++;
    }
    /* Never closed: drivers leave threads behind that would run into nothing. */
}

uint32_t otd_cl_load(const otd_cl **tables, char *message, size_t message_size) {
    char problem[OTD_LIBRARY_PROBLEM_MAX] = "";
    for (size_t i = 0; i < sizeof otd_loaders / sizeof otd_loaders[0] && otd_table_count == 0; i++) {
        otd_try(otd_loaders[i], otd_from_loader, problem);
    }
    for (size_t i = 0; i < sizeof otd_drivers / sizeof otd_drivers[0] && otd_table_count == 0; i++) {
        otd_try(otd_drivers[i], otd_from_driver, problem);
    }
    if (otd_table_count == 0 && problem[0] != 0) {
        snprintf(
            message, message_size,
            "OpenCL is there and cannot be opened: %s. Reinstall ocl-icd-libopencl1, or the OpenCL package "
            "of your graphics card's vendor",
            problem);
    } else if (otd_table_count == 0) {
        snprintf(message, message_size,
                 "OpenCL is not installed: libOpenCL.so.1 was not found. Install the OpenCL package of your "
                 "graphics card's vendor and ocl-icd-libopencl1");
    }
    *tables = otd_tables;
    return otd_table_count;
}

int32_t otd_cl_platforms(const otd_cl *cl, otd_cl_handle *platforms, uint32_t *count) {
    *count = 0;
    int32_t error = cl->clGetPlatformIDs(OTD_CL_PLATFORMS_MAX, platforms, count);
    if (error == CL_PLATFORM_NOT_FOUND_KHR) {
        *count = 0;
        return CL_SUCCESS;
    }
    if (*count > OTD_CL_PLATFORMS_MAX) {
        *count = OTD_CL_PLATFORMS_MAX;
    }
    return error;
}
