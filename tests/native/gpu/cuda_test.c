/*
 * cuda_test.c - the stand-in driver (fake_cuda.c) and what a CUDA host does to PTX: a search through cuLink,
 * module, launch and events, and every planted fault, each of which has to be met.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/gpu/ptx_text.h"
#include "otedama.h"
#include "runner.h"
#include "sha256.h"
#include "sha256d/gpu/sha256d_row.h"

extern const otd_gpu_code otd_kernel_sha256d;

typedef struct object *cu;

static struct {
    int (*cuInit)(unsigned);
    int (*cuDeviceGetCount)(int *);
    int (*cuDeviceGet)(int *, int);
    int (*cuDeviceGetPCIBusId)(char *, int, int);
    int (*cuCtxCreate_v2)(cu *, unsigned, int);
    int (*cuCtxDestroy_v2)(cu);
    int (*cuMemAlloc_v2)(uint64_t *, size_t);
    int (*cuMemFree_v2)(uint64_t);
    int (*cuMemGetInfo_v2)(size_t *, size_t *);
    int (*cuMemHostAlloc)(void **, size_t, unsigned);
    int (*cuMemFreeHost)(void *);
    int (*cuMemcpyHtoDAsync_v2)(uint64_t, const void *, size_t, cu);
    int (*cuMemcpyDtoHAsync_v2)(void *, uint64_t, size_t, cu);
    int (*cuMemsetD8Async)(uint64_t, unsigned char, size_t, cu);
    int (*cuLinkCreate_v2)(unsigned, int *, void **, cu *);
    int (*cuLinkAddData_v2)(cu, int, void *, size_t, const char *, unsigned, int *, void **);
    int (*cuLinkComplete)(cu, void **, size_t *);
    int (*cuLinkDestroy)(cu);
    int (*cuModuleLoadDataEx)(cu *, const void *, unsigned, int *, void **);
    int (*cuModuleUnload)(cu);
    int (*cuModuleGetFunction)(cu *, cu, const char *);
    int (*cuLaunchKernel)(cu, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, cu,
                          void **, void **);
    int (*cuEventCreate)(cu *, unsigned);
    int (*cuEventRecord)(cu, cu);
    int (*cuEventQuery)(cu);
    int (*cuEventDestroy_v2)(cu);
    int (*cuGetErrorName)(int, const char **);
} api;

#define FUNCTION(name)                                                                                       \
    { #name, (void **)(void *)&api.name }

static int open_driver(void) {
    const struct {
        const char *name;
        void **at;
    } functions[] = {FUNCTION(cuInit),
                     FUNCTION(cuDeviceGetCount),
                     FUNCTION(cuDeviceGet),
                     FUNCTION(cuDeviceGetPCIBusId),
                     FUNCTION(cuCtxCreate_v2),
                     FUNCTION(cuCtxDestroy_v2),
                     FUNCTION(cuMemAlloc_v2),
                     FUNCTION(cuMemFree_v2),
                     FUNCTION(cuMemGetInfo_v2),
                     FUNCTION(cuMemHostAlloc),
                     FUNCTION(cuMemFreeHost),
                     FUNCTION(cuMemcpyHtoDAsync_v2),
                     FUNCTION(cuMemcpyDtoHAsync_v2),
                     FUNCTION(cuMemsetD8Async),
                     FUNCTION(cuLinkCreate_v2),
                     FUNCTION(cuLinkAddData_v2),
                     FUNCTION(cuLinkComplete),
                     FUNCTION(cuLinkDestroy),
                     FUNCTION(cuModuleLoadDataEx),
                     FUNCTION(cuModuleUnload),
                     FUNCTION(cuModuleGetFunction),
                     FUNCTION(cuLaunchKernel),
                     FUNCTION(cuEventCreate),
                     FUNCTION(cuEventRecord),
                     FUNCTION(cuEventQuery),
                     FUNCTION(cuEventDestroy_v2),
                     FUNCTION(cuGetErrorName)};
    void *library = dlopen(FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].at = dlsym(library, functions[i].name);
        if (*functions[i].at == NULL) {
            return 0;
        }
    }
    return library != NULL;
}

/* The driver as if the process had just started, with one fault. */
static int restart(const char *name, const char *value) {
    static const char *const names[] = {"FAKECUDA_NONE",   "FAKECUDA_DEVICES", "FAKECUDA_CC",
                                        "FAKECUDA_MEM_MB", "FAKECUDA_BADJIT",  "FAKECUDA_LOST",
                                        "FAKECUDA_HANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
    if (name != NULL) {
        setenv(name, value, 1);
    }
    return api.cuInit(0);
}

static uint32_t launched; /* in this process: faults are named by the number of the launch */

static const char *launch_number(uint32_t ahead) {
    static char text[16];
    snprintf(text, sizeof text, "%u", launched + ahead);
    return text;
}

typedef struct session {
    cu context, module, function, event;
    uint64_t row, hits;
    hits *found; /* the host's, where the device reaches it */
} session;

/* Text of the kernel for this device, through cuLink as a KawPow host does it. Returns the driver's status.
 */
static int load(session *s, uint32_t compute, char *log, size_t log_bytes) {
    static uint8_t text[1 << 20];
    uint64_t length;
    cu linker;
    void *code;
    size_t code_length;
    const otd_ptx_shape shape = {compute, 128, 2};
    int options[] = {5, 6}; /* error log, its size: the linker's, not its input's */
    void *values[] = {log, (void *)(uintptr_t)log_bytes};
    if (otd_ptx_adapt(text, &length, otd_kernel_sha256d.ptx, otd_kernel_sha256d.ptx_length, &shape) !=
        OTD_OK) {
        return -1;
    }
    int status = api.cuLinkCreate_v2(2, options, values, &linker);
    if (status == 0) {
        status = api.cuLinkAddData_v2(linker, 1, text, length, "sha256d", 0, NULL, NULL);
    }
    if (status == 0 && (status = api.cuLinkComplete(linker, &code, &code_length)) == 0) {
        status = api.cuModuleLoadDataEx(&s->module, code, 0, NULL, NULL);
    }
    api.cuLinkDestroy(linker);
    return status != 0 ? status : api.cuModuleGetFunction(&s->function, s->module, "otd_search");
}

static int begin(session *s) {
    char log[256];
    memset(s, 0, sizeof *s);
    return api.cuCtxCreate_v2(&s->context, 4, 0) != 0 || load(s, 86, log, sizeof log) != 0 ||
           api.cuMemAlloc_v2(&s->row, 4 * OTD_SHA256D_ROW_WORDS) != 0 ||
           api.cuMemAlloc_v2(&s->hits, sizeof(hits)) != 0 ||
           api.cuMemHostAlloc((void **)(void *)&s->found, sizeof(hits), 0) != 0 ||
           api.cuEventCreate(&s->event, 2) != 0;
}

static void end(session *s) {
    api.cuMemFreeHost(s->found);
    api.cuEventDestroy_v2(s->event);
    api.cuModuleUnload(s->module);
    api.cuCtxDestroy_v2(s->context);
}

/* Queues a search of 2000 nonces around the one of Bitcoin's first block. */
static int search(session *s, uint32_t row[OTD_SHA256D_ROW_WORDS]) {
    static const uint8_t header[80] = {
        0x01, [36] = 0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e, 0x67,
        0x76, 0x8f,        0x61, 0x7f, 0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8,
        0xaa, 0x4b,        0x1e, 0x5e, 0x4a, 0x29, 0xab, 0x5f, 0x49, 0xff, 0xff, 0x00, 0x1d};
    otd_sha256d_job job = {.versions = 1, .tail = {0x4b1e5e4a, 0x29ab5f49, 0xffff001d}, .limit = 0};
    uint64_t first = 0x7c2bac1d - 1000;
    uint32_t count = 2000, slots = 16;
    void *parameters[] = {&s->row, &first, &count, &slots, &s->hits};
    memcpy(job.midstate[0], otd_sha256_iv, 32);
    otd_sha256_blocks_ref(job.midstate[0], header, 1);
    otd_sha256d_row(row, &job, 0);
    hits_clear(s->found);
    int status = api.cuMemsetD8Async(s->hits, 0, sizeof *s->found, NULL);
    status = status != 0 ? status : api.cuMemcpyHtoDAsync_v2(s->row, row, 4 * OTD_SHA256D_ROW_WORDS, NULL);
    status = status != 0 ? status
                         : api.cuLaunchKernel(s->function, 16, 1, 1, 128, 1, 1, 0, NULL, parameters, NULL);
    launched += status == 0;
    status = status != 0 ? status : api.cuMemcpyDtoHAsync_v2(s->found, s->hits, sizeof *s->found, NULL);
    return status != 0 ? status : api.cuEventRecord(s->event, NULL);
}

/* Asks as a host does, at most so often. */
static int wait_for(session *s, uint32_t times) {
    int status = 600;
    while (status == 600 && times-- > 0) {
        status = api.cuEventQuery(s->event);
    }
    return status;
}

static int finds_it(session *s) {
    uint32_t row[OTD_SHA256D_ROW_WORDS];
    int status = search(s, row), early = (int)s->found->count;
    return status == 0 && early == 0 && api.cuEventQuery(s->event) == 600 && wait_for(s, 3) == 0 &&
           s->found->count == 1 && s->found->nonce[0] == 0x7c2bac1d;
}

static void without_faults(void) {
    session s;
    int count = 0;
    char pci[32] = "";
    check(restart("FAKECUDA_NONE", "1") == 100, "a driver without a device says 100");
    check(restart("FAKECUDA_DEVICES", "2") == 0 && api.cuDeviceGetCount(&count) == 0 && count == 2,
          "two devices");
    check(api.cuDeviceGetPCIBusId(pci, sizeof pci, 1) == 0 && strcmp(pci, "0000:02:00.0") == 0,
          "PCI address %s", pci);
    check(restart(NULL, NULL) == 0 && begin(&s) == 0, "a session begins");
    for (int i = 0; i < 3; i++) {
        check(finds_it(&s), "launch %d finds the nonce, and not before it is waited for", i);
    }
    end(&s);
}

static void compile_faults(void) {
    session s = {0};
    char log[256] = "";
    restart("FAKECUDA_BADJIT", "1");
    api.cuCtxCreate_v2(&s.context, 4, 0);
    check(load(&s, 86, log, sizeof log) == 218 && strstr(log, "BADJIT") != NULL, "a failed compilation: %s",
          log);
    check(load(&s, 50, log, sizeof log) == -1, "compute capability 5.0 is too old");
    restart("FAKECUDA_CC", "70");
    check(load(&s, 86, log, sizeof log) == 209, "text for sm_80 is nothing for compute capability 7.0");
    check(load(&s, 70, log, sizeof log) == 0, "text for sm_61 is");
    api.cuModuleUnload(s.module);
    api.cuCtxDestroy_v2(s.context);
}

static void memory_runs_out(void) {
    cu context;
    uint64_t first, second;
    size_t room, all;
    restart("FAKECUDA_MEM_MB", "8");
    api.cuCtxCreate_v2(&context, 4, 0);
    check(api.cuMemAlloc_v2(&first, 5 << 20) == 0 && api.cuMemAlloc_v2(&second, 4 << 20) == 2,
          "9 of 8 MiB: 2");
    check(api.cuMemGetInfo_v2(&room, &all) == 0 && room == 3 << 20 && all == 8 << 20, "%zu bytes left", room);
    check(api.cuMemFree_v2(first) == 0 && api.cuMemAlloc_v2(&second, 8 << 20) == 0,
          "what was freed is there again");
    check(api.cuMemcpyHtoDAsync_v2(second + 1, &room, 8 << 20, NULL) == 1, "a copy past the end is refused");
    api.cuCtxDestroy_v2(context);
}

static void loss_and_hang(void) {
    session s, again;
    uint32_t row[OTD_SHA256D_ROW_WORDS];
    restart("FAKECUDA_LOST", launch_number(2));
    check(begin(&s) == 0 && finds_it(&s), "the launch before the loss");
    check(search(&s, row) == 0 && wait_for(&s, 5) == 700 && s.found->count == 0, "a lost device says 700");
    check(search(&s, row) == 700, "and says so ever after");
    check(begin(&again) == 0 && finds_it(&again), "a new context works");
    end(&again);
    api.cuCtxDestroy_v2(s.context);
    restart("FAKECUDA_HANG", launch_number(1));
    check(begin(&s) == 0 && search(&s, row) == 0 && wait_for(&s, 1000) == 600, "a hung launch never ends");
    check(begin(&again) == 0 && finds_it(&again), "a new context works beside the hung one");
    end(&again);
}

/* A kernel that reaches outside its memory ends like on a device, and not in this process. */
static void a_wrong_address(void) {
    session s;
    uint32_t row[OTD_SHA256D_ROW_WORDS];
    restart(NULL, NULL);
    check(begin(&s) == 0, "a session begins");
    s.row += 1 << 30;
    check(search(&s, row) == 1, "a copy to nobody's memory is refused");
    uint64_t first = 0;
    uint32_t count = 1, slots = 1;
    void *parameters[] = {&s.row, &first, &count, &slots, &s.hits};
    check(api.cuLaunchKernel(s.function, 1, 1, 1, 128, 1, 1, 0, NULL, parameters, NULL) == 0,
          "it is launched");
    check(api.cuLaunchKernel(s.function, 1, 1, 1, 129, 1, 1, 0, NULL, parameters, NULL) == 1,
          "more than .maxntid is not");
    launched++;
    api.cuEventRecord(s.event, NULL);
    check(wait_for(&s, 5) == 700, "an address that is nobody's: 700");
    api.cuCtxDestroy_v2(s.context);
}

void test_cuda(void) {
    check(open_driver(), "the stand-in driver %s opens", FAKE_CUDA);
    if (api.cuInit == NULL || api.cuGetErrorName == NULL) {
        return;
    }
    without_faults();
    compile_faults();
    memory_runs_out();
    loss_and_hang();
    a_wrong_address();
    restart(NULL, NULL);
}
