#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#ifdef __linux__
#define HUGE_PAGE ((size_t)2 << 20)

static size_t otd_rounded(size_t bytes) {
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

void *otd_big_alloc(size_t bytes) {
    void *memory = mmap(NULL, otd_rounded(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, otd_rounded(bytes), MADV_HUGEPAGE); /* a refusal costs speed only */
    return memory;
}

void otd_big_free(void *memory, size_t bytes) {
    if (memory) {
        munmap(memory, otd_rounded(bytes));
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

/* The first number in a file, or after `key` and a space in one of its lines. 0 when there is none, such as
 * "max". */
static int otd_read_number(const char *path, const char *key, unsigned long long *value) {
    FILE *file = fopen(path, "r");
    char line[256];
    size_t length = strlen(key);
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file)) {
        found = strncmp(line, key, length) == 0 && sscanf(line + length, " %llu", value) == 1;
    }
    if (file) {
        fclose(file);
    }
    return found;
}

/* Names of one version of control groups. */
typedef struct group_names {
    const char *mount, *limit, *usage, *file_pages;
} group_names;

static const group_names otd_version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                          "memory.usage_in_bytes", "total_inactive_file"};
static const group_names otd_version_2 = {"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};

/* What one control group may still take: its limit less what it uses; file pages count as free, as they are.
 */
static uint64_t otd_group_available(const group_names *names, const char *group) {
    char path[400];
    unsigned long long limit, usage, file_pages = 0;
    snprintf(path, sizeof path, "%s%s/%s", names->mount, group, names->limit);
    if (!otd_read_number(path, "", &limit)) {
        return UINT64_MAX;
    }
    snprintf(path, sizeof path, "%s%s/%s", names->mount, group, names->usage);
    if (!otd_read_number(path, "", &usage)) {
        return UINT64_MAX;
    }
    snprintf(path, sizeof path, "%s%s/memory.stat", names->mount, group);
    (void)otd_read_number(path, names->file_pages, &file_pages);
    usage -= file_pages < usage ? file_pages : usage;
    return limit > usage ? limit - usage : 0;
}

/* The tightest of the groups from `group` up to the root. */
static uint64_t otd_groups_available(const group_names *names, char *group) {
    uint64_t available = UINT64_MAX;
    for (;;) {
        uint64_t here = otd_group_available(names, group);
        available = here < available ? here : available;
        char *slash = strrchr(group, '/');
        if (!slash) {
            return available;
        }
        *slash = 0;
    }
}

/* A container's own limit is often far below the machine's memory, and passing it ends the process. */
static uint64_t otd_control_group_available(void) {
    FILE *file = fopen("/proc/self/cgroup", "r");
    uint64_t available = UINT64_MAX;
    char line[400], group[300];
    while (file && fgets(line, sizeof line, file)) {
        uint64_t here = UINT64_MAX;
        if (sscanf(line, "0::%299[^\n]", group) == 1) {
            here = otd_groups_available(&otd_version_2, group);
        } else if (sscanf(line, "%*u:memory:%299[^\n]", group) == 1) {
            here = otd_groups_available(&otd_version_1, group);
        }
        available = here < available ? here : available;
    }
    if (file) {
        fclose(file);
    }
    return available;
}

uint64_t otd_memory_available(void) {
    unsigned long long kib = UINT64_MAX >> 10;
    (void)otd_read_number("/proc/meminfo", "MemAvailable:", &kib);
    uint64_t machine = (uint64_t)kib << 10, group = otd_control_group_available();
    return group < machine ? group : machine;
}
