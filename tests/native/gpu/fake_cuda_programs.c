/* fake_cuda_programs.c - the linker, modules and functions of the stand-in driver (fake_cuda.c). */
#include "fake_cuda_parts.h"

/* Where the options say that a log goes. */
static void find_log(unsigned count, const int *options, void **values, char **log, size_t *room) {
    *log = NULL;
    *room = 0;
    for (unsigned i = 0; i < count; i++) {
        *log = options[i] == JIT_ERROR_LOG ? values[i] : *log;
        *room = options[i] == JIT_ERROR_LOG_BYTES ? (size_t)(uintptr_t)values[i] : *room;
    }
}

/* The number behind .target sm_, 0 when there is none. */
static int target_of(const char *text) {
    const char *at = strstr(text, ".target sm_");
    return at == NULL ? 0 : atoi(at + 11);
}

static int compile(ptx_module **out, const char *text, char *log, size_t log_room) {
    char error[PTX_ERROR_MAX] = "this driver compiles nothing (FAKECUDA_BADJIT)";
    if (target_of(text) > fake_now.capability) {
        return NO_BINARY;
    }
    *out = fake_now.bad_jit ? NULL : ptx_read(text, strlen(text), error);
    if (*out == NULL && log_room > 0) {
        snprintf(log, log_room, "ptxas application ptx input\n%s, error 1 of 1\nptxas fatal\n", error);
    }
    return *out == NULL ? INVALID_PTX : OK;
}

EXPORT int cuLinkCreate_v2(unsigned count, int *options, void **values, link **out) {
    if (fake_usable() == OK) {
        *out = fake_handle(LINK, sizeof **out);
        find_log(count, options, values, &(*out)->log, &(*out)->log_room);
    }
    return fake_usable();
}

/* Logs belong to the linker: an input with options for one is refused. */
EXPORT int cuLinkAddData_v2(link *l, int type, void *data, size_t length, const char *name, unsigned count,
                            int *options, void **values) {
    ptx_module *checked;
    char *log;
    size_t room;
    (void)name;
    find_log(count, options, values, &log, &room);
    if (!fake_is(l, LINK) || type != INPUT_PTX || l->text != NULL || log != NULL || room != 0) {
        return INVALID_VALUE;
    }
    l->text = calloc(1, length + 1);
    l->length = length + 1;
    memcpy(l->text, data, length);
    int status = compile(&checked, l->text, l->log, l->log_room);
    if (status == OK) {
        ptx_free(checked);
        pthread_mutex_lock(&fake_gate);
        fake_now.compiled++;
        pthread_mutex_unlock(&fake_gate);
    }
    return status;
}

/* What stands for the device's code is the text; it lives as long as the link, as the real one does. */
EXPORT int cuLinkComplete(link *l, void **code, size_t *length) {
    if (!fake_is(l, LINK) || l->text == NULL) {
        return INVALID_VALUE;
    }
    *code = l->text;
    *length = l->length;
    return OK;
}

EXPORT int cuLinkDestroy(link *l) {
    if (!fake_is(l, LINK)) {
        return INVALID_HANDLE;
    }
    l->kind = 0;
    if (l->text != NULL) {
        memset(l->text, 0, l->length);
    }
    free(l->text);
    free(l);
    return OK;
}

EXPORT int cuModuleLoadDataEx(module **out, const void *image, unsigned count, int *options, void **values) {
    ptx_module *ptx;
    char *log;
    size_t room;
    find_log(count, options, values, &log, &room);
    int status = fake_usable() != OK ? fake_usable() : compile(&ptx, image, log, room);
    if (status == OK) {
        *out = fake_handle(MODULE, sizeof **out);
        (*out)->context = fake_current();
        (*out)->ptx = ptx;
    }
    return status;
}

EXPORT int cuModuleLoadData(module **out, const void *image) {
    return cuModuleLoadDataEx(out, image, 0, NULL, NULL);
}

static function *functions;

EXPORT int cuModuleUnload(module *m) {
    if (!fake_is(m, MODULE)) {
        return INVALID_HANDLE;
    }
    pthread_mutex_lock(&fake_gate);
    for (function **at = &functions; *at != NULL;) {
        function *f = *at;
        if (f->module == m) {
            *at = f->next;
            f->kind = 0;
            free(f);
        } else {
            at = &f->next;
        }
    }
    pthread_mutex_unlock(&fake_gate);
    m->kind = 0;
    ptx_free(m->ptx);
    free(m);
    return OK;
}

EXPORT int cuModuleGetFunction(function **out, module *m, const char *name) {
    if (!fake_is(m, MODULE) || ptx_find(m->ptx, name) == NULL) {
        return fake_is(m, MODULE) ? NOT_FOUND : INVALID_HANDLE;
    }
    *out = fake_handle(FUNCTION, sizeof **out);
    (*out)->module = m;
    (*out)->entry = ptx_find(m->ptx, name);
    pthread_mutex_lock(&fake_gate);
    (*out)->next = functions;
    functions = *out;
    pthread_mutex_unlock(&fake_gate);
    return OK;
}

EXPORT int cuFuncGetAttribute(int *value, int attribute, function *f) {
    if (!fake_is(f, FUNCTION)) {
        return INVALID_HANDLE;
    }
    uint32_t most = ptx_threads_max(f->entry);
    /* MAX_THREADS_PER_BLOCK; NUM_REGS, of which the interpreter knows nothing */
    *value = attribute == 0 ? (int)(most == 0 ? 1024 : most) : attribute == 4 ? 40 : 0;
    return OK;
}

EXPORT int cuFuncSetAttribute(function *f, int attribute, int value) {
    (void)attribute;
    (void)value;
    return fake_is(f, FUNCTION) ? OK : INVALID_HANDLE;
}

EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, function *f, int threads, size_t shared) {
    (void)shared;
    *blocks = threads > 0 && threads <= 1024 ? 2048 / threads : 0;
    return fake_is(f, FUNCTION) ? OK : INVALID_HANDLE;
}

EXPORT int cuLaunchKernel(function *f, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned ty,
                          unsigned tz, unsigned shared, stream *s, void **parameters, void **extra) {
    operation o = {.what = LAUNCH, .function = f, .groups = x, .threads = threads};
    uint32_t sizes[PTX_PARAMETERS_MAX], count;
    if (!fake_is(f, FUNCTION) || f->module->context != fake_current()) {
        return INVALID_HANDLE;
    }
    uint32_t most = ptx_threads_max(f->entry);
    if (x == 0 || y != 1 || z != 1 || ty != 1 || tz != 1 || shared != 0 || extra != NULL || threads == 0 ||
        threads > (most == 0 ? 1024 : most)) {
        return INVALID_VALUE;
    }
    count = ptx_parameters(f->entry, sizes);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&o.parameters[i], parameters[i], sizes[i]);
    }
    pthread_mutex_lock(&fake_gate);
    o.number = ++fake_now.launches;
    pthread_mutex_unlock(&fake_gate);
    return fake_queue(s, &o);
}
