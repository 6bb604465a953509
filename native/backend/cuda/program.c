/* program.c - kernels compiled by NVIDIA's driver: PTX text to the card's own code, and that loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "cuda.h"
#include "ptx_text.h"

#define OTD_LOG_MAX 16384u

struct otd_gpu_program {
    otd_cu_handle module;
    otd_gpu_kernel *kernels; /* asked for so far; under the card's lock */
};

/* The text for this card and this launch; to be freed. */
static int32_t otd_adapt(const otd_gpu_context *context, const otd_gpu_build *what, uint8_t **text,
                         uint64_t *length) {
    const otd_gpu_code *code = what->code;
    const otd_ptx_shape shape = {
        .compute = context->card->compute, .threads = what->threads, .resident = what->resident};
    *text = NULL;
    if (code->ptx_length == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "this build has no PTX of %s", code->name);
    }
    if (what->pieces > 1) {
        return otd_fail(OTD_E_ARGUMENT, "CUDA's %s knows one piece of memory, not %u", code->name,
                        what->pieces);
    }
    uint64_t room = code->ptx_length + OTD_PTX_ADAPT_BYTES;
    *text = malloc((size_t)room);
    if (*text == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %llu bytes for a kernel's text",
                        (unsigned long long)room);
    }
    return otd_ptx_adapt(*text, length, code->ptx, code->ptx_length, &shape);
}

/*
 * Compiles; *linker has to be destroyed, the code is the linker's. The options that have results belong to
 * the linker and not to its input, and the log has to live as long.
 */
static int otd_link(const otd_gpu_context *context, const char *name, uint8_t *text, uint64_t length,
                    char *log, otd_cu_handle *linker, void **code, size_t *code_length) {
    const otd_cuda *cuda = context->card->cuda;
    int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {log, (void *)(uintptr_t)OTD_LOG_MAX};
    *linker = NULL;
    int error = cuda->cuLinkCreate_v2(2, options, values, linker);
    if (error == CUDA_SUCCESS) { /* the text's terminating zero is counted */
        error =
            cuda->cuLinkAddData_v2(*linker, CU_JIT_INPUT_PTX, text, (size_t)length + 1, name, 0, NULL, NULL);
    }
    return error != CUDA_SUCCESS ? error : cuda->cuLinkComplete(*linker, code, code_length);
}

static int32_t otd_compile(const otd_gpu_context *context, const otd_gpu_build *what, uint8_t *text,
                           uint64_t length, const otd_cache_key *key, otd_cu_handle *module) {
    const otd_cuda *cuda = context->card->cuda;
    otd_cu_handle linker = NULL;
    void *code = NULL;
    size_t code_length = 0;
    int32_t status = OTD_OK;
    char *log = calloc(1, OTD_LOG_MAX + 1);
    if (log == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %u bytes for the compiler's log", OTD_LOG_MAX);
    }
    int error = otd_link(context, what->code->name, text, length, log, &linker, &code, &code_length);
    if (error == CUDA_SUCCESS) {
        error = cuda->cuModuleLoadData(module, code);
    }
    if (error == CUDA_SUCCESS && what->keep != 0) {
        otd_cache_store(key, code, code_length);
    }
    if (error != CUDA_SUCCESS) {
        status = otd_cuda_fail(context, error, "compiling a kernel");
        if (status == OTD_E_DRIVER) {
            char place[48];
            snprintf(place, sizeof place, "CUDA error %d", error);
            status = otd_cache_refused(context->card->name, what->code->name, place, log);
        }
    }
    if (linker != NULL) {
        cuda->cuLinkDestroy(linker);
    }
    free(log);
    return status;
}

/* From the cache where it is there, and compiled where it is not. The card's context is current. */
static int32_t otd_make_module(const otd_gpu_context *context, const otd_gpu_build *what, uint8_t *text,
                               uint64_t length, otd_cu_handle *module) {
    otd_cache_key key = {.bytes = {0}};
    uint8_t *kept = NULL;
    uint64_t kept_length = 0;
    if (what->keep != 0) {
        otd_cache_key_of(&key, &(otd_cache_source){.text = text,
                                                   .length = length,
                                                   .options = "cuda cubin",
                                                   .device = context->card->name,
                                                   .driver = context->card->driver});
        if (otd_cache_load(&key, &kept, &kept_length)) {
            int error = context->card->cuda->cuModuleLoadData(module, kept);
            free(kept);
            if (error == CUDA_SUCCESS) {
                return OTD_OK;
            }
            otd_cache_drop(&key); /* of a card with the same name and another architecture, say */
        }
    }
    return otd_compile(context, what, text, length, &key, module);
}

int32_t otd_cuda_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out) {
    uint8_t *text = NULL;
    uint64_t length = 0;
    *out = NULL;
    otd_gpu_program *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a program", sizeof *made);
    }
    int32_t status = otd_adapt(context, what, &text, &length);
    if (status == OTD_OK) {
        int error = otd_cuda_enter(context);
        if (error == CUDA_SUCCESS) {
            status = otd_make_module(context, what, text, length, &made->module);
            otd_cuda_leave(context);
        } else {
            status = otd_cuda_fail(context, error, "compiling a kernel");
        }
    }
    free(text);
    if (status != OTD_OK) {
        free(made);
        return status;
    }
    *out = made;
    return OTD_OK;
}

void otd_cuda_discard(otd_gpu_context *context, otd_gpu_program *program) {
    if (otd_cuda_answers(context) && otd_cuda_enter(context) == CUDA_SUCCESS) {
        context->card->cuda->cuModuleUnload(program->module);
        otd_cuda_leave(context);
    }
    while (program->kernels != NULL) {
        otd_gpu_kernel *kernel = program->kernels;
        program->kernels = kernel->next;
        free(kernel);
    }
    free(program);
}

/* Drivers that load a kernel when it is first launched would stop the whole card for it; so it is loaded
 * here. Where the call is not known the register count is asked for, which loads it too. */
static void otd_load_now(const otd_cuda *cuda, otd_cu_handle function) {
    int registers = 0;
    if (cuda->cuFuncLoad == NULL || cuda->cuFuncLoad(function) != CUDA_SUCCESS) {
        cuda->cuFuncGetAttribute(&registers, CU_FUNC_ATTRIBUTE_NUM_REGS, function);
    }
}

int32_t otd_cuda_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                        otd_gpu_kernel **out) {
    otd_cuda_card *card = context->card;
    otd_gpu_kernel *made = calloc(1, sizeof *made);
    *out = NULL;
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a kernel", sizeof *made);
    }
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = card->cuda->cuModuleGetFunction(&made->function, program->module, name);
        if (error == CUDA_SUCCESS) {
            otd_load_now(card->cuda, made->function);
        }
        otd_cuda_leave(context);
    }
    if (error != CUDA_SUCCESS) {
        char what[96];
        free(made);
        snprintf(what, sizeof what, "looking for the kernel %.64s", name);
        return otd_cuda_fail(context, error, what);
    }
    pthread_mutex_lock(&card->lock);
    made->next = program->kernels;
    program->kernels = made;
    pthread_mutex_unlock(&card->lock);
    *out = made;
    return OTD_OK;
}

uint32_t otd_cuda_registers(otd_gpu_context *context, otd_gpu_kernel *kernel) {
    int registers = 0;
    if (otd_cuda_enter(context) != CUDA_SUCCESS) {
        return 0;
    }
    int error =
        context->card->cuda->cuFuncGetAttribute(&registers, CU_FUNC_ATTRIBUTE_NUM_REGS, kernel->function);
    otd_cuda_leave(context);
    return error == CUDA_SUCCESS && registers > 0 ? (uint32_t)registers : 0;
}
