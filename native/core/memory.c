#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#ifdef __linux__
#define HUGE_PAGE ((size_t)2 << 20)

static size_t rounded(size_t bytes) {
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

void *otd_big_alloc(size_t bytes) {
    void *memory = mmap(NULL, rounded(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, rounded(bytes), MADV_HUGEPAGE); /* a refusal costs speed only */
    return memory;
}

void otd_big_free(void *memory, size_t bytes) {
    if (memory) {
        munmap(memory, rounded(bytes));
    }
}
#else
void *otd_big_alloc(size_t bytes) {
    return calloc(1, bytes);
}

void otd_big_free(void *memory, size_t bytes) {
    (void)bytes;
    free(memory);
}
#endif

uint64_t otd_memory_available(void) {
    FILE *file = fopen("/proc/meminfo", "r");
    unsigned long long kib = UINT64_MAX >> 10;
    char line[128];
    while (file && fgets(line, sizeof line, file) && sscanf(line, "MemAvailable: %llu", &kib) != 1) {
    }
    if (file) {
        fclose(file);
    }
    return (uint64_t)kib << 10;
}
