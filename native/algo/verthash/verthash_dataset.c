/*
 * verthash_dataset.c - the Verthash data file in memory: generated, or read from a path; written there
 * when it did not exist. Nothing is used before its SHA-256 is right.
 *
 * OTD_DATASET_FULL keeps a private copy on huge pages, which a miner's random reads need (NOTES.md);
 * OTD_DATASET_LIGHT maps the file, one copy for all processes, which is plenty for verification. A full
 * dataset of an existing file falls back to the mapping when memory for the copy is missing.
 */
#include "verthash_dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "memory.h"
#include "sha256.h"
#include "verthash_graph.h"

#define OTD_HUGE_PAGE ((size_t)2 << 20)
#define OTD_PIECE ((size_t)8 << 20) /* bytes between two looks at cancel */
#define OTD_TEMPORARY_SUFFIX 24u

/* SHA-256 of the network's file (n = 17), which every node of the network checks too. */
static const uint8_t otd_network_digest[32] = {
    0xa5, 0x55, 0x31, 0xe8, 0x43, 0xcd, 0x56, 0xb0, 0x10, 0x11, 0x4a, 0xaf, 0x63, 0x25, 0xb0, 0xd5,
    0x29, 0xec, 0xf8, 0x8f, 0x8a, 0xd4, 0x76, 0x39, 0xb6, 0xed, 0xed, 0xaf, 0xd7, 0x21, 0xaa, 0x48};

typedef struct otd_verthash_state {
    const otd_verthash_kernel *kernel; /* makes the nodes */
    otd_verthash_data data;
    void *mapping; /* what munmap gets */
    size_t mapping_bytes;
} otd_verthash_state;

static uint32_t otd_graph_of(const otd_dataset_params *params) {
    return params->epoch == 0 ? OTD_VERTHASH_GRAPH : params->epoch;
}

int32_t otd_verthash_dataset_size(const otd_dataset_params *params, uint64_t *bytes) {
    uint32_t n = otd_graph_of(params);
    if (n > OTD_VERTHASH_GRAPH) {
        return otd_fail(OTD_E_ARGUMENT, "verthash: epoch is 0 (the network's file) or a graph 1..%u, got %u",
                        OTD_VERTHASH_GRAPH, n);
    }
    *bytes = otd_verthash_nodes(n) * OTD_VERTHASH_NODE_BYTES;
    return OTD_OK;
}

const otd_verthash_data *otd_verthash_dataset_data(const otd_dataset *dataset) {
    return &((const otd_verthash_state *)dataset->state)->data;
}

/* ---- memory --------------------------------------------------------------------------------- */

static int32_t otd_out_of_memory(uint64_t bytes) {
    uint64_t available = otd_memory_available();
    return otd_fail(OTD_E_MEMORY,
                    "verthash needs %llu bytes of memory for its data file (n = 17: 1.2 GiB) and %llu are "
                    "available; close other programs or lower the limits of this one",
                    (unsigned long long)bytes, (unsigned long long)(available == UINT64_MAX ? 0 : available));
}

/* Aligned memory for the nodes: reserved huge pages, else transparent ones, else ordinary ones. */
static int32_t otd_memory_new(otd_verthash_state *state) {
    size_t bytes = (size_t)state->data.bytes;
    size_t rounded = (bytes + OTD_HUGE_PAGE - 1) / OTD_HUGE_PAGE * OTD_HUGE_PAGE;
    if (otd_memory_available() < bytes) {
        return otd_out_of_memory(bytes);
    }
    void *memory = MAP_FAILED;
#ifdef MAP_HUGETLB
    if (bytes >= OTD_HUGE_PAGE) {
        memory =
            mmap(NULL, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    }
#endif
    state->mapping_bytes = rounded;
    if (memory != MAP_FAILED) {
        state->mapping = memory;
        state->data.nodes = memory;
        return OTD_OK;
    }
    /* One page more than needed, so that the nodes can start at a huge page. */
    state->mapping_bytes = rounded + OTD_HUGE_PAGE;
    memory = mmap(NULL, state->mapping_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return otd_out_of_memory(bytes);
    }
    size_t skip = (OTD_HUGE_PAGE - (uintptr_t)memory % OTD_HUGE_PAGE) % OTD_HUGE_PAGE;
    state->mapping = memory;
    state->data.nodes = (void *)((char *)memory + skip);
#ifdef MADV_HUGEPAGE
    if (bytes >= OTD_HUGE_PAGE) {
        (void)madvise(state->data.nodes, rounded, MADV_HUGEPAGE); /* a refusal costs speed only */
    }
#endif
    return OTD_OK;
}

static void otd_memory_free(otd_verthash_state *state) {
    if (state->mapping != NULL) {
        munmap(state->mapping, state->mapping_bytes);
        state->mapping = NULL;
    }
}

/* ---- progress and digest -------------------------------------------------------------------- */

static int32_t otd_go_on(const otd_build *build, uint64_t done) {
    if (build->progress != NULL) {
        __atomic_store_n(&build->progress->done, done, __ATOMIC_RELAXED);
    }
    if (otd_build_cancelled(build)) {
        return otd_fail(OTD_E_CANCELLED, "making the verthash dataset was cancelled");
    }
    return OTD_OK;
}

static size_t otd_piece(uint64_t total, uint64_t at) {
    return total - at < OTD_PIECE ? (size_t)(total - at) : OTD_PIECE;
}

/* out = SHA-256 of data->nodes. Progress counts on from `done`. */
static int32_t otd_digest(uint8_t out[32], const otd_verthash_data *data, const otd_build *build,
                          uint64_t done) {
    otd_sha256_state sha;
    otd_sha256_begin(&sha);
    int32_t status = OTD_OK;
    for (uint64_t at = 0; at < data->bytes && status == OTD_OK; at += OTD_PIECE) {
        size_t piece = otd_piece(data->bytes, at);
        otd_sha256_add(&sha, (const char *)data->nodes + at, piece);
        status = otd_go_on(build, done + at + piece);
    }
    otd_sha256_end(&sha, out);
    return status;
}

static int32_t otd_generate(otd_verthash_state *state, const otd_build *build) {
    uint8_t digest[32];
    int32_t status = otd_memory_new(state);
    if (status != OTD_OK) {
        return status;
    }
    status = otd_verthash_generate(&state->data, state->kernel, build);
    if (status != OTD_OK) {
        return otd_fail(status, "making the verthash dataset was cancelled");
    }
    if (state->data.graph != OTD_VERTHASH_GRAPH) {
        return OTD_OK;
    }
    status = otd_digest(digest, &state->data, build, state->data.bytes);
    if (status == OTD_OK && memcmp(digest, otd_network_digest, sizeof digest) != 0) {
        return otd_fail(OTD_E_SELFTEST,
                        "the generated verthash data has a wrong SHA-256: this machine computes or remembers "
                        "wrongly; check its memory and clocks before mining with it");
    }
    return status;
}

/* The digest a file of this graph must have. Graphs for tests are small: theirs is computed. */
static int32_t otd_expected_digest(uint8_t out[32], uint32_t n, const otd_verthash_kernel *kernel) {
    static const otd_build quiet = {NULL, NULL};
    otd_verthash_state scratch;
    if (n == OTD_VERTHASH_GRAPH) {
        memcpy(out, otd_network_digest, 32);
        return OTD_OK;
    }
    memset(&scratch, 0, sizeof scratch);
    scratch.kernel = kernel;
    otd_verthash_describe(&scratch.data, n);
    int32_t status = otd_generate(&scratch, &quiet);
    if (status == OTD_OK) {
        status = otd_digest(out, &scratch.data, &quiet, 0);
    }
    otd_memory_free(&scratch);
    return status;
}

/* ---- reading a file ------------------------------------------------------------------------- */

static int32_t otd_read_all(otd_verthash_state *state, int file, const char *path, const otd_build *build) {
    for (uint64_t at = 0; at < state->data.bytes;) {
        ssize_t got =
            pread(file, (char *)state->data.nodes + at, otd_piece(state->data.bytes, at), (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return otd_fail(OTD_E_IO, "reading %.200s at byte %llu failed: %s", path, (unsigned long long)at,
                            strerror(errno));
        }
        if (got == 0) {
            return otd_fail(OTD_E_DATASET,
                            "%.200s shrank to %llu bytes while it was read; delete it and try "
                            "again",
                            path, (unsigned long long)at);
        }
        at += (uint64_t)got;
        int32_t status = otd_go_on(build, at);
        if (status != OTD_OK) {
            return status;
        }
    }
    return OTD_OK;
}

static int32_t otd_map(otd_verthash_state *state, int file, const char *path) {
    state->mapping_bytes = (size_t)state->data.bytes;
    void *memory = mmap(NULL, state->mapping_bytes, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        return otd_fail(OTD_E_IO, "mapping %llu bytes of %.200s failed: %s",
                        (unsigned long long)state->data.bytes, path, strerror(errno));
    }
    state->mapping = memory;
    state->data.nodes = memory;
    return OTD_OK;
}

static int32_t otd_check_length(const otd_verthash_state *state, int file, const char *path) {
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        return otd_fail(OTD_E_IO, "%.200s is not an ordinary file; name the Verthash data file or a new one",
                        path);
    }
    if ((uint64_t)about.st_size != state->data.bytes) {
        return otd_fail(OTD_E_DATASET,
                        "%.200s has %lld bytes, a complete Verthash data file has %llu; delete it (it is "
                        "generated again in seconds) or name another file",
                        path, (long long)about.st_size, (unsigned long long)state->data.bytes);
    }
    return OTD_OK;
}

static int32_t otd_load(otd_verthash_state *state, const otd_dataset_params *params, int file,
                        const char *path, const otd_build *build) {
    uint8_t digest[32], expected[32];
    int32_t status = otd_check_length(state, file, path);
    if (status != OTD_OK) {
        return status;
    }
    if (params->kind == OTD_DATASET_FULL && otd_memory_new(state) == OTD_OK) {
        status = otd_read_all(state, file, path, build);
    } else {
        status = otd_map(state, file, path);
    }
    if (status == OTD_OK) {
        status = otd_digest(digest, &state->data, build, state->data.bytes);
    }
    if (status == OTD_OK) {
        status = otd_expected_digest(expected, state->data.graph, state->kernel);
    }
    if (status == OTD_OK && memcmp(digest, expected, sizeof digest) != 0) {
        return otd_fail(OTD_E_DATASET,
                        "%.200s has the right length but SHA-256 %02x%02x%02x%02x... instead of "
                        "%02x%02x%02x%02x...; delete it (it is generated again in seconds) or name another "
                        "file",
                        path, digest[0], digest[1], digest[2], digest[3], expected[0], expected[1],
                        expected[2], expected[3]);
    }
    return status;
}

/* ---- writing a file ------------------------------------------------------------------------- */

/* Before seconds of work: is there a directory with room? */
static int32_t otd_check_room(const char *path, uint64_t bytes) {
    char directory[PATH_MAX];
    struct statvfs about;
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof directory) {
        return otd_fail(OTD_E_IO, "the path of the Verthash data file is longer than %d bytes", PATH_MAX);
    }
    memcpy(directory, slash == NULL ? "." : path, slash == NULL ? 1 : length);
    directory[slash == NULL ? 1 : length] = 0;
    if (statvfs(directory, &about) != 0) {
        return otd_fail(OTD_E_IO, "cannot write %.200s: %s; create the directory first", path,
                        strerror(errno));
    }
    uint64_t room = (uint64_t)about.f_bavail * about.f_frsize;
    if (room < bytes) {
        return otd_fail(OTD_E_IO,
                        "%.200s needs %llu bytes and its file system has %llu free; free some, name another "
                        "file, or keep the data in memory only by naming none",
                        path, (unsigned long long)bytes, (unsigned long long)room);
    }
    return OTD_OK;
}

static int32_t otd_write_all(const otd_verthash_data *data, int file, const char *path) {
    for (uint64_t at = 0; at < data->bytes;) {
        ssize_t put = write(file, (const char *)data->nodes + at, otd_piece(data->bytes, at));
        if (put < 0 && errno != EINTR) {
            return otd_fail(
                OTD_E_IO,
                "writing %.200s failed after %llu of %llu bytes: %s; free some space, name another "
                "file, or keep the data in memory only by naming none",
                path, (unsigned long long)at, (unsigned long long)data->bytes, strerror(errno));
        }
        at += put < 0 ? 0 : (uint64_t)put;
    }
    return OTD_OK;
}

/* Under a temporary name first, so that whatever has the real name is complete. */
static int32_t otd_save(const otd_verthash_data *data, const char *path) {
    size_t room = strlen(path) + OTD_TEMPORARY_SUFFIX;
    char *temporary = malloc(room);
    if (temporary == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a file name", room);
    }
    snprintf(temporary, room, "%s.%ld.tmp", path, (long)getpid());
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int32_t status = OTD_OK;
    if (file < 0) {
        status = otd_fail(OTD_E_IO, "creating %.200s failed: %s", temporary, strerror(errno));
    } else {
        status = otd_write_all(data, file, path);
        if (status == OTD_OK && fsync(file) != 0) {
            status = otd_fail(OTD_E_IO, "writing %.200s to disk failed: %s", path, strerror(errno));
        }
        if (close(file) != 0 && status == OTD_OK) {
            status = otd_fail(OTD_E_IO, "closing %.200s failed: %s", path, strerror(errno));
        }
        if (status == OTD_OK && rename(temporary, path) != 0) {
            status = otd_fail(OTD_E_IO, "renaming %.200s failed: %s", temporary, strerror(errno));
        }
        if (status != OTD_OK) {
            unlink(temporary);
        }
    }
    free(temporary);
    return status;
}

/* ---- the verbs ------------------------------------------------------------------------------ */

static int32_t otd_make(otd_verthash_state *state, const otd_dataset_params *params, const char *path,
                        const otd_build *build) {
    if (path[0] == 0) {
        return otd_generate(state, build);
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        int32_t status = otd_load(state, params, file, path, build);
        close(file);
        return status;
    }
    if (errno != ENOENT) {
        return otd_fail(OTD_E_IO, "opening %.200s failed: %s", path, strerror(errno));
    }
    int32_t status = otd_check_room(path, state->data.bytes);
    if (status == OTD_OK) {
        status = otd_generate(state, build);
    }
    return status == OTD_OK ? otd_save(&state->data, path) : status;
}

int32_t otd_verthash_dataset_open(otd_dataset *dataset, const otd_flavour *flavour, const char *path,
                                  const otd_build *build) {
    otd_verthash_state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate the handle of a verthash dataset");
    }
    state->kernel = flavour->kernel;
    otd_verthash_describe(&state->data, otd_graph_of(&dataset->params));
    const uint64_t total = 2 * state->data.bytes; /* made or read, then checked */
    otd_build_advance(build, 0, total);
    int32_t status = otd_make(state, &dataset->params, path, build);
    if (status != OTD_OK) {
        otd_memory_free(state);
        free(state);
        return status;
    }
    otd_build_advance(build, total, total);
    dataset->state = state;
    return OTD_OK;
}

void otd_verthash_dataset_close(otd_dataset *dataset) {
    otd_verthash_state *state = dataset->state;
    otd_memory_free(state);
    free(state);
    dataset->state = NULL;
}
