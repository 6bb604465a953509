/* program.c - kernels compiled by the OpenCL driver from their text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

#define OTD_LOG_MAX 65536u

struct otd_gpu_program {
    otd_cl_handle program;
    otd_cl_handle kernel; /* of the last entry point asked for; a program has one or two */
    struct otd_gpu_program *next;
};

/* The first line of the compiler's log that says something, as part of the detail. */
static int32_t otd_build_failed(otd_gpu_context *context, otd_cl_handle program, const otd_gpu_code *code,
                                int32_t error) {
    size_t length = 0;
    char *log = NULL;
    int32_t status;
    context->cl->clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &length);
    if (length > 0 && length <= OTD_LOG_MAX) {
        log = calloc(1, length + 1);
    }
    if (log != NULL && context->cl->clGetProgramBuildInfo(program, context->device, CL_PROGRAM_BUILD_LOG,
                                                          length, log, NULL) == CL_SUCCESS) {
        const char *at = strstr(log, "error");
        at = at != NULL ? at : log + strspn(log, " \n\r\t");
        status = otd_fail(OTD_E_DRIVER, "%s: its compiler refuses the kernel of %s (OpenCL error %d): %.*s",
                          context->name, code->name, error, (int)strcspn(at, "\n\r"), at);
    } else {
        status = otd_fail(OTD_E_DRIVER, "%s: its compiler refuses the kernel of %s (OpenCL error %d)",
                          context->name, code->name, error);
    }
    free(log);
    return status;
}

int32_t otd_cl_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out) {
    const otd_cl *cl = context->cl;
    const otd_gpu_code *code = what->code;
    const char *text = (const char *)code->opencl;
    size_t length = (size_t)code->opencl_length;
    char options[64];
    int32_t error = CL_SUCCESS;
    *out = NULL;
    if (length == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "this build has no OpenCL kernel of %s", code->name);
    }
    otd_gpu_program *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a program", sizeof *made);
    }
    made->program = cl->clCreateProgramWithSource(context->context, 1, &text, &length, &error);
    if (made->program == NULL || error != CL_SUCCESS) {
        free(made);
        return otd_cl_fail(context, error, "handing over a kernel's text");
    }
    snprintf(options, sizeof options, "-cl-std=CL1.2 -D GROUP_MAX=%u -D PIECES=%u", what->threads,
             what->pieces == 0 ? 1 : what->pieces);
    error = cl->clBuildProgram(made->program, 1, &context->device, options, NULL, NULL);
    if (error != CL_SUCCESS) {
        int32_t status = otd_build_failed(context, made->program, code, error);
        otd_cl_discard(context, made);
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
