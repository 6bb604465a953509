#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "algo.h"
#include "sha256.h"

#define OTD_FOLDER_MAX 1024u
#define OTD_PATH_MAX (OTD_FOLDER_MAX + 96u)

/* A file that a process which died left behind. */
#define OTD_LEFTOVER_S 3600

/* The name of a file of ours: what it ends with, and hexadecimal digits before. */
#define OTD_PROGRAM_END ".program"
#define OTD_TEMPORARY_END ".temporary"
#define OTD_LOG_END ".log"

/* In front of a program. */
typedef struct otd_head {
    char magic[8];
    uint64_t length;
    uint8_t key[32];
    uint8_t digest[32]; /* SHA-256 of the program */
} otd_head;

static const char otd_magic[8] = "otdgpu1";

/* Under the lock. The counters are atomic. */
static pthread_mutex_t otd_lock = PTHREAD_MUTEX_INITIALIZER;
static char otd_folder[OTD_FOLDER_MAX];
static otd_cache_counters otd_counters;
static uint64_t otd_written; /* temporary names are made of it */

static void otd_count(uint64_t *counter) {
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* Copies the folder; 0 where there is none. */
static int otd_get_folder(char out[OTD_FOLDER_MAX]) {
    pthread_mutex_lock(&otd_lock);
    memcpy(out, otd_folder, sizeof otd_folder);
    pthread_mutex_unlock(&otd_lock);
    return out[0] != 0;
}

int32_t otd_cache_folder(const char *path, uint32_t path_length) {
    char folder[OTD_FOLDER_MAX] = "";
    struct stat there;
    int32_t status = OTD_OK;
    if (path_length >= sizeof folder || (path_length > 0 && memchr(path, 0, path_length) != NULL)) {
        status = otd_fail(OTD_E_ARGUMENT, "the folder of compiled kernels: a path of %u bytes; at most %zu",
                          path_length, sizeof folder - 1);
    } else if (path_length > 0) {
        memcpy(folder, path, path_length);
        if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || stat(folder, &there) != 0) {
            status = otd_fail(OTD_E_IO, "the folder of compiled kernels %.200s: %s", folder, strerror(errno));
        } else if (!S_ISDIR(there.st_mode)) {
            status = otd_fail(OTD_E_IO, "the folder of compiled kernels %.200s is no folder", folder);
        }
    }
    if (status != OTD_OK) {
        folder[0] = 0;
    }
    pthread_mutex_lock(&otd_lock);
    memcpy(otd_folder, folder, sizeof otd_folder);
    pthread_mutex_unlock(&otd_lock);
    return status;
}

static void otd_add_part(otd_sha256_state *state, const void *part, uint64_t length) {
    uint8_t prefix[8];
    for (uint32_t i = 0; i < 8; i++) {
        prefix[i] = (uint8_t)(length >> 8 * i);
    }
    otd_sha256_add(state, prefix, sizeof prefix);
    otd_sha256_add(state, part, (size_t)length);
}

void otd_cache_key_of(otd_cache_key *key, const otd_cache_source *source) {
    otd_sha256_state state;
    otd_sha256_begin(&state);
    otd_add_part(&state, source->text, source->length);
    otd_add_part(&state, source->options, strlen(source->options));
    otd_add_part(&state, source->device, strlen(source->device));
    otd_add_part(&state, source->driver, strlen(source->driver));
    otd_sha256_end(&state, key->bytes);
}

static void otd_hex(char *out, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

static void otd_program_path(char out[OTD_PATH_MAX], const char *folder, const otd_cache_key *key) {
    char name[65];
    otd_hex(name, key->bytes, 32);
    snprintf(out, OTD_PATH_MAX, "%s/%s" OTD_PROGRAM_END, folder, name);
}

static int otd_read_all(int file, void *out, uint64_t length) {
    uint8_t *at = out;
    while (length > 0) {
        ssize_t got = read(file, at, (size_t)length);
        if (got <= 0) {
            return 0;
        }
        at += got;
        length -= (uint64_t)got;
    }
    return 1;
}

static int otd_write_all(int file, const void *from, uint64_t length) {
    const uint8_t *at = from;
    while (length > 0) {
        ssize_t put = write(file, at, (size_t)length);
        if (put <= 0) {
            return 0;
        }
        at += put;
        length -= (uint64_t)put;
    }
    return 1;
}

/* The program in an open file, if all of it is as it was stored. */
static int otd_read_program(int file, const otd_cache_key *key, uint8_t **program, uint64_t *length) {
    otd_head head;
    struct stat there;
    uint8_t digest[32];
    if (fstat(file, &there) != 0 || !S_ISREG(there.st_mode) || !otd_read_all(file, &head, sizeof head) ||
        memcmp(head.magic, otd_magic, sizeof head.magic) != 0 || head.length > OTD_CACHE_BYTES_MAX ||
        (uint64_t)there.st_size != sizeof head + head.length ||
        memcmp(head.key, key->bytes, sizeof head.key) != 0) {
        return 0;
    }
    *program = malloc((size_t)head.length + 1); /* a zero follows, for those that are text */
    *length = head.length;
    if (*program == NULL) {
        return 0;
    }
    (*program)[head.length] = 0;
    if (otd_read_all(file, *program, head.length)) {
        otd_sha256_once(digest, *program, (size_t)head.length);
        if (memcmp(digest, head.digest, sizeof digest) == 0) {
            return 1;
        }
    }
    free(*program);
    *program = NULL;
    return 0;
}

int otd_cache_load(const otd_cache_key *key, uint8_t **program, uint64_t *length) {
    char folder[OTD_FOLDER_MAX], path[OTD_PATH_MAX];
    *program = NULL;
    *length = 0;
    if (!otd_get_folder(folder)) {
        return 0;
    }
    otd_program_path(path, folder, key);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        if (errno == ELOOP) {
            otd_cache_drop(key);
        }
        otd_count(&otd_counters.missed);
        return 0;
    }
    int good = otd_read_program(file, key, program, length);
    if (good) {
        futimens(file, NULL); /* used just now: the last to be removed */
        otd_count(&otd_counters.found);
    } else {
        otd_cache_drop(key);
        otd_count(&otd_counters.missed);
    }
    close(file);
    return good;
}

void otd_cache_drop(const otd_cache_key *key) {
    char folder[OTD_FOLDER_MAX], path[OTD_PATH_MAX];
    if (!otd_get_folder(folder)) {
        return;
    }
    otd_program_path(path, folder, key);
    unlink(path);
    otd_count(&otd_counters.refused);
}

/* Whether a name is ours: hexadecimal digits or dashes, then `end`. */
static int otd_is_ours(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0 &&
           strspn(name, "0123456789abcdef-") == length - tail;
}

/* Removes files that end so, the oldest first, until `most` are left. */
static void otd_thin_out(const char *folder, const char *end, uint32_t most) {
    char path[OTD_PATH_MAX], oldest[OTD_PATH_MAX];
    for (uint32_t rounds = 0; rounds < 2 * OTD_CACHE_FILES; rounds++) {
        uint32_t count = 0;
        struct timespec when = {0};
        DIR *list = opendir(folder);
        if (list == NULL) {
            return;
        }
        for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
            struct stat there;
            if (!otd_is_ours(entry->d_name, end)) {
                continue;
            }
            snprintf(path, sizeof path, "%s/%.90s", folder, entry->d_name);
            if (lstat(path, &there) != 0) {
                continue;
            }
            count++;
            if (count == 1 || there.st_mtim.tv_sec < when.tv_sec ||
                (there.st_mtim.tv_sec == when.tv_sec && there.st_mtim.tv_nsec < when.tv_nsec)) {
                when = there.st_mtim;
                memcpy(oldest, path, sizeof oldest);
            }
        }
        closedir(list);
        if (count <= most || unlink(oldest) != 0) {
            return;
        }
    }
}

/* Removes what processes that died left behind. */
static void otd_remove_leftovers(const char *folder) {
    char path[OTD_PATH_MAX];
    DIR *list = opendir(folder);
    time_t now = time(NULL);
    if (list == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        struct stat there;
        if (!otd_is_ours(entry->d_name, OTD_TEMPORARY_END)) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%.90s", folder, entry->d_name);
        if (lstat(path, &there) == 0 && now - there.st_mtime > OTD_LEFTOVER_S) {
            unlink(path);
        }
    }
    closedir(list);
}

/* Writes a file whole or not at all. */
static int otd_put_file(const char *folder, const char *path, const void *head, uint64_t head_length,
                        const void *body, uint64_t body_length) {
    char temporary[OTD_PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s/%x-%llx" OTD_TEMPORARY_END, folder, (unsigned)getpid(),
             (unsigned long long)__atomic_fetch_add(&otd_written, 1, __ATOMIC_RELAXED));
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return 0;
    }
    int good = otd_write_all(file, head, head_length) && otd_write_all(file, body, body_length);
    good = close(file) == 0 && good;
    if (good && rename(temporary, path) == 0) {
        return 1;
    }
    unlink(temporary);
    return 0;
}

void otd_cache_store(const otd_cache_key *key, const void *program, uint64_t length) {
    char folder[OTD_FOLDER_MAX], path[OTD_PATH_MAX];
    otd_head head = {.length = length};
    if (length > OTD_CACHE_BYTES_MAX || !otd_get_folder(folder)) {
        return;
    }
    memcpy(head.magic, otd_magic, sizeof head.magic);
    memcpy(head.key, key->bytes, sizeof head.key);
    otd_sha256_once(head.digest, program, (size_t)length);
    otd_program_path(path, folder, key);
    otd_remove_leftovers(folder);
    if (otd_put_file(folder, path, &head, sizeof head, program, length)) {
        otd_count(&otd_counters.stored);
        otd_thin_out(folder, OTD_PROGRAM_END, OTD_CACHE_FILES);
    }
}

/* The file that a log was written to, or "". Logs that say the same are one file. */
static void otd_keep_log(char out[OTD_PATH_MAX], const char *log) {
    char folder[OTD_FOLDER_MAX], name[17];
    uint8_t digest[32];
    out[0] = 0;
    if (log[0] == 0 || !otd_get_folder(folder)) {
        return;
    }
    otd_sha256_once(digest, log, strlen(log));
    otd_hex(name, digest, 8);
    snprintf(out, OTD_PATH_MAX, "%s/%s" OTD_LOG_END, folder, name);
    if (otd_put_file(folder, out, "", 0, log, strlen(log))) {
        otd_thin_out(folder, OTD_LOG_END, OTD_CACHE_LOGS);
    } else {
        out[0] = 0;
    }
}

int32_t otd_cache_refused(const char *device, const char *kernel, const char *error, const char *log) {
    char path[OTD_PATH_MAX];
    const char *at = log;
    const char *word = strstr(log, "error");
    word = word != NULL ? word : strstr(log, "fatal");
    if (word != NULL) { /* the whole line that it stands in */
        for (at = word; at > log && at[-1] != '\n' && at[-1] != '\r'; at--) {
        }
    }
    at += strspn(at, " \t\r\n");
    int length = (int)strcspn(at, "\r\n");
    otd_keep_log(path, log);
    return otd_fail(OTD_E_DRIVER, "%s: its compiler refuses the kernel of %s (%s)%s%.*s%s%.240s", device,
                    kernel, error, length > 0 ? ": " : "", length < 160 ? length : 160, at,
                    path[0] != 0 ? "; all it said is in " : "", path);
}

otd_cache_counters otd_cache_count(void) {
    return (otd_cache_counters){
        .found = __atomic_load_n(&otd_counters.found, __ATOMIC_RELAXED),
        .missed = __atomic_load_n(&otd_counters.missed, __ATOMIC_RELAXED),
        .stored = __atomic_load_n(&otd_counters.stored, __ATOMIC_RELAXED),
        .refused = __atomic_load_n(&otd_counters.refused, __ATOMIC_RELAXED),
    };
}
