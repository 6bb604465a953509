/* cuda_cache_test.c - compiled programs that are kept: used again, and never believed when they are not what
 * was stored. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/backend.h"
#include "backend/gpu/cache.h"
#include "backend/gpu/gpu.h"
#include "cuda_host.h"

extern const otd_backend otd_backend_cuda;
extern const otd_gpu_code otd_kernel_scrypt;

static const char *kept; /* the folder */

/* Opens an engine, lets it search, closes it. Returns how often the driver compiled meanwhile. */
static uint64_t use(void) {
    uint64_t before = counted().compiled;
    otd_engine *engine = engine_of(OTD_ALGO_SHA256D, 1, 600000);
    check(engine != NULL, "an engine");
    if (engine != NULL) {
        compare(engine, OTD_ALGO_SHA256D, 5, 500, 0, 15, "a search with what was kept");
    }
    otd_engine_destroy(engine);
    return counted().compiled - before;
}

/* The same of another kernel, without a search. */
static uint64_t use_another(void) {
    const otd_gpu_port *port = otd_backend_cuda.port;
    const otd_gpu_build what = {.code = &otd_kernel_scrypt, .threads = 64, .keep = 1};
    uint64_t before = counted().compiled;
    otd_gpu_context *context = NULL;
    otd_gpu_program *program = NULL;
    check(port->open(otd_gpu_device(&otd_backend_cuda, 0), &context) == OTD_OK &&
              port->build(context, &what, &program) == OTD_OK,
          "another program");
    port->discard(context, program);
    port->close(context);
    return counted().compiled - before;
}

static void path_of(char out[600], const char *name) {
    snprintf(out, 600, "%s/%s", kept, name);
}

/* The one program in the folder, read. Returns its length. */
static size_t slurp(char name[256], uint8_t **bytes) {
    char path[600];
    struct stat there;
    *bytes = NULL;
    if (files_in(kept, ".program", name) != 1) {
        return 0;
    }
    path_of(path, name);
    FILE *file = stat(path, &there) == 0 ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        return 0;
    }
    *bytes = malloc((size_t)there.st_size + 1);
    size_t length = fread(*bytes, 1, (size_t)there.st_size, file);
    fclose(file);
    return length;
}

static void put(const char *name, const void *bytes, size_t length) {
    char path[600];
    path_of(path, name);
    FILE *file = fopen(path, "wb");
    check(file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0, "writing %s", path);
}

static void is_used_again(void) {
    char name[256];
    otd_cache_counters before = otd_cache_count();
    check(use() == 1 && files_in(kept, ".program", name) == 1, "compiled once and kept");
    check(use() == 0 && otd_cache_count().found == before.found + 1, "and used again");
    check(use_another() == 1 && files_in(kept, ".program", name) == 2, "another kernel has its own");
    restart("FAKECUDA_DRIVER", "12040", NULL);
    check(use() == 1 && files_in(kept, ".program", name) == 3, "so has another driver");
    restart("FAKECUDA_CC", "75", NULL);
    check(use() == 1 && files_in(kept, "", name) == 4, "and another architecture");
}

/* A change of every part of a file, and files that are something else. */
static void is_not_believed(void) {
    char name[256], other[256], path[600];
    uint8_t *bytes;
    kept = empty_folder();
    restart(NULL);
    check(use() == 1, "compiled anew");
    size_t length = slurp(name, &bytes);
    check(length > 1000, "%zu bytes are kept", length);
    const size_t places[] = {0, 9, 20, 60, 90, length / 2, length - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0] && length > 1000; i++) {
        uint64_t refused = otd_cache_count().refused;
        bytes[places[i]] ^= 1;
        put(name, bytes, length);
        bytes[places[i]] ^= 1;
        check(use() == 1 && otd_cache_count().refused == refused + 1, "byte %zu changed: compiled anew",
              places[i]);
        check(use() == 0, "and kept anew");
    }
    const size_t lengths[] = {0, 10, 80, length - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        put(name, bytes, lengths[i]);
        check(use() == 1, "cut to %zu bytes: compiled anew", lengths[i]);
    }
    bytes[length] = 0;
    put(name, bytes, length + 1);
    check(use() == 1, "one byte too long: compiled anew");
    /* The program of another under this name: whole, and not what was asked for. */
    path_of(path, name);
    unlink(path);
    check(use_another() == 1, "a program of scrypt");
    free(bytes);
    length = slurp(other, &bytes);
    put(name, bytes, length);
    check(use() == 1, "a foreign program: compiled anew");
    free(bytes);
    path_of(path, name);
    unlink(path);
    check(symlink("/dev/zero", path) == 0 && use() == 1 && use() == 0, "a link is replaced");
    unlink(path);
    check(mkdir(path, 0700) == 0 && use() == 1 && rmdir(path) == 0,
          "a folder in its place keeps nothing and stops nothing");
}

/* What is whole and comes from elsewhere: the driver refuses it, and it is compiled. */
static void is_refused_by_the_driver(void) {
    char name[256];
    uint8_t *bytes, *again;
    kept = empty_folder();
    restart(NULL);
    use();
    otd_cache_key key;
    size_t length = slurp(name, &bytes);
    check(length > 0 && strlen(name) > 64, "a name of 64 digits");
    for (uint32_t i = 0; i < 32; i++) {
        unsigned value = 0;
        sscanf(name + 2 * i, "%2x", &value);
        key.bytes[i] = (uint8_t)value;
    }
    otd_cache_store(&key, ".version 7.0\n.target sm_61\nnonsense\n", 36);
    uint64_t refused = otd_cache_count().refused;
    check(use() == 1 && otd_cache_count().refused == refused + 1, "what the driver refuses is compiled anew");
    check(slurp(name, &again) == length && memcmp(bytes, again, length) == 0, "and kept in its place");
    free(bytes);
    free(again);
}

/* At most so many, the ones unused for longest go; others' files stay. */
static void is_limited(void) {
    char name[256], path[600];
    kept = empty_folder();
    put("notes.txt", "mine", 4);
    put("abc.program.old", "mine", 4);
    for (uint32_t i = 0; i < OTD_CACHE_FILES + 10; i++) {
        otd_cache_key key = {.bytes = {(uint8_t)i}};
        otd_cache_store(&key, &i, sizeof i);
        snprintf(name, sizeof name, "%02x%062x.program", i, 0);
        path_of(path, name);
        const struct timespec times[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        utimensat(AT_FDCWD, path, times, 0);
    }
    check(files_in(kept, ".program", name) == OTD_CACHE_FILES, "%u programs are kept",
          files_in(kept, ".program", name));
    uint8_t *program;
    uint64_t length;
    otd_cache_key gone = {.bytes = {9}}, oldest = {.bytes = {10}}, next = {.bytes = {11}};
    check(!otd_cache_load(&gone, &program, &length), "the oldest are gone");
    check(otd_cache_load(&oldest, &program, &length) && length == 4 && program[0] == 10,
          "the others are there");
    free(program);
    otd_cache_key newest = {.bytes = {200}};
    otd_cache_store(&newest, "x", 1);
    check(otd_cache_load(&oldest, &program, &length), "what was used stays");
    free(program);
    check(!otd_cache_load(&next, &program, &length), "what was not goes");
    check(files_in(kept, ".txt", name) == 1 && files_in(kept, ".old", name) == 1, "others' files stay");
    /* What a process that died left behind, and what one that lives is writing. */
    put("1f-0.temporary", "", 0);
    put("2f-0.temporary", "", 0);
    path_of(path, "1f-0.temporary");
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    utimensat(AT_FDCWD, path, times, 0);
    otd_cache_store(&newest, "x", 1);
    check(files_in(kept, ".temporary", name) == 1 && strcmp(name, "2f-0.temporary") == 0, "leftovers go");
    for (uint32_t i = 0; i < OTD_CACHE_LOGS + 5; i++) {
        char log[32];
        snprintf(log, sizeof log, "line %u\nan error\n", i);
        otd_cache_refused("card", "kernel", "error 1", log);
    }
    check(files_in(kept, ".log", name) == OTD_CACHE_LOGS, "%u logs are kept", files_in(kept, ".log", name));
}

static void folders(void) {
    char path[2000], name[256];
    snprintf(path, sizeof path, "%s/deeper", kept);
    check(otd_devices_cache(path, (uint32_t)strlen(path)) == OTD_OK && rmdir(path) == 0, "a folder is made");
    snprintf(path, sizeof path, "%s/nowhere/deeper", kept);
    check(otd_devices_cache(path, (uint32_t)strlen(path)) == OTD_E_IO, "its parent has to be there");
    check(use() == 1 && use() == 1, "after that nothing is kept");
    snprintf(path, sizeof path, "%s/notes.txt", kept);
    check(otd_devices_cache(path, (uint32_t)strlen(path)) == OTD_E_IO, "a file is no folder");
    memset(path, 'a', sizeof path);
    check(otd_devices_cache(path, 1024) == OTD_E_ARGUMENT, "a path of 1024 bytes is too long");
    check(otd_devices_cache("a\0b", 3) == OTD_E_ARGUMENT, "a path has no zero in it");
    check(otd_devices_cache(NULL, 3) == OTD_E_ARGUMENT && otd_devices_cache(NULL, 0) == OTD_OK,
          "no path is no folder");
    check(files_in(kept, ".txt", name) == 1, "nothing was written elsewhere");
}

void test_cache(void) {
    restart(NULL);
    kept = empty_folder();
    check(otd_devices_cache(kept, (uint32_t)strlen(kept)) == OTD_OK, "a folder for programs");
    is_used_again();
    is_not_believed();
    is_refused_by_the_driver();
    is_limited();
    folders();
}
