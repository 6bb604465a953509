/*
 * run_opencl.c - kernels as OpenCL C, on the processor (PoCL). Declares of OpenCL 1.2 what it uses
 * (Khronos, cl.h), so that no headers are needed. Memory goes to the device and back with every run.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

typedef struct object *cl;

enum {
    CL_SUCCESS_ = 0,
    CL_DEVICE_TYPE_CPU_ = 2,
    CL_MEM_READ_WRITE_ = 1,
    CL_MEM_COPY_HOST_PTR_ = 32,
    CL_PROGRAM_BUILD_LOG_ = 0x1183,
    PROGRAMS_MAX = 160
};

static struct {
    int32_t (*clGetPlatformIDs)(uint32_t, cl *, uint32_t *);
    int32_t (*clGetDeviceIDs)(cl, uint64_t, uint32_t, cl *, uint32_t *);
    cl (*clCreateContext)(const intptr_t *, uint32_t, const cl *, void *, void *, int32_t *);
    cl (*clCreateCommandQueue)(cl, cl, uint64_t, int32_t *);
    cl (*clCreateProgramWithSource)(cl, uint32_t, const char **, const size_t *, int32_t *);
    int32_t (*clBuildProgram)(cl, uint32_t, const cl *, const char *, void *, void *);
    int32_t (*clGetProgramBuildInfo)(cl, cl, uint32_t, size_t, void *, size_t *);
    cl (*clCreateKernel)(cl, const char *, int32_t *);
    cl (*clCreateBuffer)(cl, uint64_t, size_t, void *, int32_t *);
    int32_t (*clSetKernelArg)(cl, uint32_t, size_t, const void *);
    int32_t (*clEnqueueNDRangeKernel)(cl, cl, uint32_t, const size_t *, const size_t *, const size_t *,
                                      uint32_t, const cl *, cl *);
    int32_t (*clEnqueueReadBuffer)(cl, cl, uint32_t, size_t, size_t, void *, uint32_t, const cl *, cl *);
    int32_t (*clFinish)(cl);
    int32_t (*clReleaseMemObject)(cl);
    int32_t (*clReleaseKernel)(cl);
    int32_t (*clReleaseProgram)(cl);
} api;

static cl device, context, queue;

/* A program that was built; the same text for the same group again is the same. */
static struct {
    const uint8_t *text;
    uint32_t threads;
    cl program;
} programs[PROGRAMS_MAX];
static uint32_t program_count;

static void print_log(const otd_gpu_code *code, cl program, int32_t status) {
    static char log[8192];
    api.clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG_, sizeof log - 1, log, NULL);
    printf("OpenCL text of %s: status %d\n%s\n", code->name, status, log);
}

static cl build(const otd_gpu_code *code, uint32_t threads) {
    for (uint32_t i = 0; i < program_count; i++) {
        if (programs[i].text == code->opencl && programs[i].threads == threads) {
            return programs[i].program;
        }
    }
    int32_t status;
    char options[64];
    const char *text = (const char *)code->opencl;
    size_t length = code->opencl_length;
    if (program_count == PROGRAMS_MAX) {
        return NULL;
    }
    cl program = api.clCreateProgramWithSource(context, 1, &text, &length, &status);
    snprintf(options, sizeof options, "-cl-std=CL1.2 -DGROUP_MAX=%u", threads);
    status = program == NULL ? status : api.clBuildProgram(program, 1, &device, options, NULL, NULL);
    if (status != CL_SUCCESS_) {
        print_log(code, program, status);
        return NULL;
    }
    programs[program_count].text = code->opencl;
    programs[program_count].threads = threads;
    programs[program_count++].program = program;
    return program;
}

static int32_t set_arguments(const launch *l, cl kernel, cl *buffers) {
    int32_t status = CL_SUCCESS_;
    for (uint32_t i = 0; status == CL_SUCCESS_ && i < l->argument_count; i++) {
        const argument *a = &l->arguments[i];
        if (a->memory == NULL) {
            status = api.clSetKernelArg(kernel, i, a->bytes, &a->value);
            continue;
        }
        for (uint32_t j = 0; j < i; j++) { /* the same memory is the same buffer */
            buffers[i] = l->arguments[j].memory == a->memory ? buffers[j] : buffers[i];
        }
        if (buffers[i] == NULL) {
            buffers[i] = api.clCreateBuffer(context, CL_MEM_READ_WRITE_ | CL_MEM_COPY_HOST_PTR_, a->bytes,
                                            a->memory, &status);
        }
        if (buffers[i] != NULL) {
            status = api.clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]);
        }
    }
    return status;
}

static int opencl_run(const launch *l) {
    cl buffers[ARGUMENTS_MAX] = {0}, program = build(l->code, l->threads);
    if (program == NULL) {
        return 0;
    }
    int32_t status;
    size_t group = l->threads, items = (size_t)l->groups * l->threads;
    cl kernel = api.clCreateKernel(program, l->entry, &status);
    if (status == CL_SUCCESS_) {
        status = set_arguments(l, kernel, buffers);
    }
    if (status == CL_SUCCESS_) {
        status = api.clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, &group, 0, NULL, NULL);
    }
    for (uint32_t i = 0; status == CL_SUCCESS_ && i < l->argument_count; i++) {
        if (buffers[i] != NULL) {
            status = api.clEnqueueReadBuffer(queue, buffers[i], 1, 0, l->arguments[i].bytes,
                                             l->arguments[i].memory, 0, NULL, NULL);
        }
    }
    api.clFinish(queue);
    for (uint32_t i = 0; i < l->argument_count; i++) {
        int first = buffers[i] != NULL;
        for (uint32_t j = 0; j < i; j++) {
            first &= buffers[j] != buffers[i];
        }
        if (first) {
            api.clReleaseMemObject(buffers[i]);
        }
    }
    if (kernel != NULL) {
        api.clReleaseKernel(kernel);
    }
    if (status != CL_SUCCESS_) {
        printf("OpenCL kernel %s of %s: status %d\n", l->entry, l->code->name, status);
    }
    return status == CL_SUCCESS_;
}

static void opencl_end(void) {
    for (uint32_t i = 0; i < program_count; i++) {
        api.clReleaseProgram(programs[i].program);
    }
    program_count = 0;
}

static int open_library(void) {
#define FUNCTION(name)                                                                                       \
    { #name, (void **)(void *)&api.name }
    const struct {
        const char *name;
        void **at;
    } functions[] = {FUNCTION(clGetPlatformIDs),
                     FUNCTION(clGetDeviceIDs),
                     FUNCTION(clCreateContext),
                     FUNCTION(clCreateCommandQueue),
                     FUNCTION(clCreateProgramWithSource),
                     FUNCTION(clBuildProgram),
                     FUNCTION(clGetProgramBuildInfo),
                     FUNCTION(clCreateKernel),
                     FUNCTION(clCreateBuffer),
                     FUNCTION(clSetKernelArg),
                     FUNCTION(clEnqueueNDRangeKernel),
                     FUNCTION(clEnqueueReadBuffer),
                     FUNCTION(clFinish),
                     FUNCTION(clReleaseMemObject),
                     FUNCTION(clReleaseKernel),
                     FUNCTION(clReleaseProgram)};
    void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].at = dlsym(library, functions[i].name);
        if (*functions[i].at == NULL) {
            return 0;
        }
    }
    return library != NULL;
}

const runner *runner_opencl(int brief) {
    static runner opencl = {"OpenCL", 64, 4, 1, 0, opencl_run, opencl_end, 0};
    cl platforms[8];
    uint32_t count = 0;
    int32_t status;
    if (!open_library() || api.clGetPlatformIDs(8, platforms, &count) != CL_SUCCESS_) {
        printf(
            "skipped kernels through OpenCL: no libOpenCL.so.1 or no platform; Debian: ocl-icd-libopencl1, "
            "pocl-opencl-icd\n");
        return NULL;
    }
    for (uint32_t i = 0; device == NULL && i < count && i < 8; i++) {
        if (api.clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_CPU_, 1, &device, NULL) != CL_SUCCESS_) {
            device = NULL;
        }
    }
    if (device == NULL) {
        printf("skipped kernels through OpenCL: no processor device; Debian: pocl-opencl-icd\n");
        return NULL;
    }
    context = api.clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    queue = context == NULL ? NULL : api.clCreateCommandQueue(context, device, 0, &status);
    opencl.brief = brief;
    return queue == NULL ? NULL : &opencl;
}
