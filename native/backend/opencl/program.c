/* program.c - kernels compiled by the OpenCL driver from their text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "opencl.h"

#define OTD_LOG_MAX 65536u

struct otd_gpu_program {
    otd_cl_handle program;
    otd_cl_handle kernel; /* of the last entry point asked for; a program has one or two */
    struct otd_gpu_program *next;
};

/* Says what the compiler's log says. */
static int32_t otd_build_failed(otd_gpu_context *context, otd_cl_handle program, const otd_gpu_code *code,
                                int32_t error) {
    size_t length = 0;
    char *log = NULL;
    char number[32];
    context->cl->clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &length);
    if (length > 0 && length <= OTD_LOG_MAX) {
        log = calloc(1, length + 1);
    }
    int known =
        log != NULL && context->cl->clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG,
                                                          length, log, NULL) == CL_SUCCESS;
    snprintf(number, sizeof number, "OpenCL error %d", error);
    int32_t status = otd_cache_refused(context->name, code->name, number, known ? log : "");
    free(log);
    return status;
}

/* Under what a program's binary is kept. */
static void otd_key(otd_cache_key *key, const otd_gpu_context *context, const otd_gpu_code *code,
                    const char *options) {
    otd_cache_key_of(key, &(otd_cache_source){.text = code->opencl,
                                              .length = code->opencl_length,
                                              .options = options,
                                              .device = context->name,
                                              .driver = context->driver});
}

/* A program from the cache, ready to be used, or null. */
static otd_cl_handle otd_from_cache(const otd_gpu_context *context, const otd_cache_key *key,
                                    const char *options) {
    const otd_cl *cl = context->cl;
    uint8_t *binary = NULL;
    uint64_t length = 0;
    int32_t error = CL_SUCCESS, accepted = CL_SUCCESS;
    if (!otd_cache_load(key, &binary, &length)) {
        return NULL;
    }
    const uint8_t *binaries[] = {binary};
    size_t lengths[] = {(size_t)length};
    otd_cl_handle program = cl->clCreateProgramWithBinary(context->context, 1, &context->device, lengths,
                                                          binaries, &accepted, &error);
    free(binary);
    if (program != NULL && error == CL_SUCCESS && accepted == CL_SUCCESS &&
        cl->clBuildProgram(program, 1, &context->device, options, NULL, NULL) == CL_SUCCESS) {
        return program;
    }
    if (program != NULL) {
        cl->clReleaseProgram(program);
    }
    otd_cache_drop(key);
    return NULL;
}

/* Keeps the binary of a program that was built for one device. */
static void otd_to_cache(const otd_gpu_context *context, const otd_cache_key *key, otd_cl_handle program) {
    size_t length = 0;
    if (context->cl->clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof length, &length, NULL) !=
            CL_SUCCESS ||
        length == 0 || length > OTD_CACHE_BYTES_MAX) {
        return;
    }
    uint8_t *binary = malloc(length);
    if (binary != NULL && context->cl->clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary,
                                                        NULL) == CL_SUCCESS) {
        otd_cache_store(key, binary, length);
    }
    free(binary);
}

/* A program from its text. */
static int32_t otd_compile(otd_gpu_context *context, const otd_gpu_code *code, const char *options,
                           otd_cl_handle *out) {
    const otd_cl *cl = context->cl;
    const char *text = (const char *)code->opencl;
    size_t length = (size_t)code->opencl_length;
    int32_t error = CL_SUCCESS;
    otd_cl_handle program = cl->clCreateProgramWithSource(context->context, 1, &text, &length, &error);
    *out = NULL;
    if (program == NULL || error != CL_SUCCESS) {
        return otd_cl_fail(context, error, "handing over a kernel's text");
    }
    error = cl->clBuildProgram(program, 1, &context->device, options, NULL, NULL);
    if (error != CL_SUCCESS) {
        int32_t status = otd_build_failed(context, program, code, error);
        cl->clReleaseProgram(program);
        return status;
    }
    *out = program;
    return OTD_OK;
}

int32_t otd_cl_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out) {
    const otd_gpu_code *code = what->code;
    char options[64];
    otd_cache_key key;
    int32_t status = OTD_OK;
    *out = NULL;
    if (code->opencl_length == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "this build has no OpenCL kernel of %s", code->name);
    }
    otd_gpu_program *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a program", sizeof *made);
    }
    snprintf(options, sizeof options, "-cl-std=CL1.2 -D GROUP_MAX=%u -D PIECES=%u", what->threads,
             what->pieces == 0 ? 1 : what->pieces);
    otd_key(&key, context, code, options);
    made->program = what->keep != 0 ? otd_from_cache(context, &key, options) : NULL;
    if (made->program == NULL) {
        status = otd_compile(context, code, options, &made->program);
        if (status == OTD_OK && what->keep != 0) {
            otd_to_cache(context, &key, made->program);
        }
    }
    if (status != OTD_OK) {
        free(made);
        return status;
    }
    *out = made;
    return OTD_OK;
}

void otd_cl_discard(otd_gpu_context *context, otd_gpu_program *program) {
    if (program->next != NULL) {
        otd_cl_discard(context, program->next);
    }
    if (program->kernel != NULL) {
        context->cl->clReleaseKernel(program->kernel);
    }
    if (program->program != NULL) {
        context->cl->clReleaseProgram(program->program);
    }
    free(program);
}

int32_t otd_cl_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                      otd_gpu_kernel **out) {
    int32_t error = CL_SUCCESS;
    otd_cl_handle kernel = context->cl->clCreateKernel(program->program, name, &error);
    *out = NULL;
    if (kernel == NULL || error != CL_SUCCESS) {
        return otd_cl_fail(context, error, name);
    }
    if (program->kernel != NULL) { /* a second entry point hangs behind the first, to be let go with it */
        otd_gpu_program *more = calloc(1, sizeof *more);
        if (more == NULL) {
            context->cl->clReleaseKernel(kernel);
            return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a kernel", sizeof *more);
        }
        more->kernel = program->kernel;
        more->next = program->next;
        program->next = more;
    }
    program->kernel = kernel;
    *out = (otd_gpu_kernel *)kernel;
    return OTD_OK;
}
