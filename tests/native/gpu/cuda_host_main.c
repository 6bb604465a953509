/*
 * cuda_host_main.c - the CUDA host on the stand-in driver: otedama_cuda_test [forks|datasets]. With "forks"
 * only what uses several threads, with "datasets" only the algorithms that have one. The last line is the
 * count.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cuda_host.h"

static int passed, failed;
static fake_cuda_count *ask;
static fake_cuda_plant *sow;

/* What hangs or was lost is left to the driver, by design, and our objects that name it with it. The counts
 * of the stand-in show that everything else is given back. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:otd_cuda_alloc\n"
           "leak:otd_cuda_build\n"
           "leak:otd_cuda_kernel\n";
}

const char *detail(void) {
    static __thread char text[OTD_ERROR_TEXT_MAX];
    text[0] = 0;
    otd_last_error(text, sizeof text);
    return text;
}

void check(int condition, const char *what, ...) {
    va_list arguments;
    if (condition) {
        __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
        return;
    }
    char text[1024];
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    printf("FAILED %s (last detail: %s)\n", text, detail());
    __atomic_fetch_add(&failed, 1, __ATOMIC_RELAXED);
}

uint32_t restart(const char *first, ...) {
    static const char *const names[] = {"FAKECUDA_NONE",   "FAKECUDA_DEVICES", "FAKECUDA_CC",
                                        "FAKECUDA_MEM_MB", "FAKECUDA_DRIVER",  "FAKECUDA_BADJIT",
                                        "FAKECUDA_LOST",   "FAKECUDA_HANG",    "FAKECUDA_ERROR"};
    va_list pairs;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
    va_start(pairs, first);
    for (const char *name = first; name != NULL; name = va_arg(pairs, const char *)) {
        setenv(name, va_arg(pairs, const char *), 1);
    }
    va_end(pairs);
    otd_close();
    check(otd_open(OTD_ABI_VERSION) == OTD_OK, "open");
    check(otd_devices_open(1u << OTD_BACKEND_CUDA) == OTD_OK, "devices");
    return cuda_backend().device_count;
}

otd_backend_info cuda_backend(void) {
    otd_backend_info info = {.backend = 0};
    for (uint32_t i = 0; otd_backend_at(i, &info) == OTD_OK; i++) {
        if (info.backend == OTD_BACKEND_CUDA) {
            return info;
        }
    }
    return (otd_backend_info){.device_count = 0};
}

fake_cuda_counts counted(void) {
    fake_cuda_counts counts = {0};
    ask(&counts);
    return counts;
}

void plant(uint64_t lost_ahead, uint64_t hang_ahead, int error) {
    sow(lost_ahead, hang_ahead, error);
}

otd_engine *engine_of(uint32_t algorithm, uint32_t device, uint32_t hang_ms) {
    const otd_engine_params params = {.algorithm = algorithm, .device = device, .hang_ms = hang_ms};
    otd_engine *engine = NULL;
    return otd_engine_create(&params, NULL, &engine) == OTD_OK ? engine : NULL;
}

int32_t search(otd_engine *engine, uint64_t first, uint64_t count, uint32_t versions, uint8_t top,
               otd_hit hits[HITS_MAX], uint64_t *hashes) {
    uint8_t header[80];
    otd_work work = {
        .tag = 5, .nonce_first = first, .nonce_count = count, .data_length = 80, .version_count = versions};
    uint32_t found = 0;
    for (uint32_t i = 0; i < sizeof header; i++) {
        header[i] = (uint8_t)(i * 53 + 7);
    }
    for (uint32_t v = 0; v < versions; v++) {
        work.versions[v] = 0x20000000u + v * 0x4000u;
    }
    memset(work.target, 0xff, sizeof work.target);
    work.target[31] = top;
    *hashes = 0;
    while (work.nonce_count > 0) {
        otd_scan_result result;
        int32_t status = otd_engine_scan(engine, hits + found, HITS_MAX - found, &result, &work, 1, header,
                                         sizeof header, 60000);
        if (status != OTD_OK) {
            return status;
        }
        found += result.hit_count;
        *hashes += result.hashes;
        work.nonce_count =
            result.work_index == 1 ? 0 : work.nonce_count - (result.nonce_next - work.nonce_first);
        work.nonce_first = result.nonce_next;
    }
    return (int32_t)found;
}

void compare(otd_engine *device, uint32_t algorithm, uint64_t first, uint64_t count, uint32_t versions,
             uint8_t top, const char *what) {
    otd_hit *found = calloc(2 * HITS_MAX, sizeof *found), *expected = found + HITS_MAX;
    uint64_t hashes = 0, expected_hashes = 0;
    otd_engine *processor = engine_of(algorithm, 0, 0);
    int32_t there = search(device, first, count, versions, top, found, &hashes);
    int32_t wanted = search(processor, first, count, versions, top, expected, &expected_hashes);
    check(there >= 0 && there == wanted && hashes == expected_hashes &&
              memcmp(found, expected, (size_t)there * sizeof *found) == 0,
          "%s: %d hits of %d, %llu hashes of %llu", what, there, wanted, (unsigned long long)hashes,
          (unsigned long long)expected_hashes);
    otd_engine_destroy(processor);
    free(found);
}

static char folder[256]; /* of this process, below the working folder */

uint32_t files_in(const char *in, const char *end, char name[256]) {
    DIR *list = opendir(in);
    uint32_t count = 0;
    for (struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL; entry = readdir(list)) {
        size_t length = strlen(entry->d_name), tail = strlen(end);
        if (entry->d_name[0] != '.' && length >= tail && strcmp(entry->d_name + length - tail, end) == 0) {
            count++;
            snprintf(name, 256, "%s", entry->d_name);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    return count;
}

const char *empty_folder(void) {
    char name[256], path[600];
    if (folder[0] == 0) {
        snprintf(folder, sizeof folder, "%s/otedama-cuda-XXXXXX",
                 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
        check(mkdtemp(folder) != NULL, "a folder of its own");
    }
    while (files_in(folder, "", name) > 0) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (remove(path) != 0) {
            break;
        }
    }
    return folder;
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    restart(NULL);
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    *(void **)&ask = library == NULL ? NULL : dlsym(library, "fakecuda_counts");
    *(void **)&sow = library == NULL ? NULL : dlsym(library, "fakecuda_plant");
    check(ask != NULL && sow != NULL, "libcuda.so.1 is the stand-in");
    if (ask != NULL && sow != NULL) {
        if (count < 2) {
            test_listing();
            test_searches();
            test_cache();
        }
        if (count < 2 || strcmp(arguments[1], "forks") == 0) {
            test_forks();
        }
        if (count < 2) {
            test_faults(); /* behind those, since what hangs stays */
        }
        if (count < 2 || strcmp(arguments[1], "datasets") == 0) {
            test_datasets(); /* the same */
        }
        restart(NULL);
    }
    otd_close();
    if (folder[0] != 0) {
        empty_folder();
        rmdir(folder);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
