/*
 * cache.h - what drivers have compiled, kept in a folder, and what their compilers said when they refused.
 *
 * A program's file has the SHA-256 of where it came from (text, options, device, driver) as its name and
 * carries its own SHA-256, since there are drivers that take a damaged binary and run it. A file that is not
 * exactly what was stored is removed and counted, never handed out. Files are written under another name and
 * then renamed. There are at most OTD_CACHE_FILES of them; those unused for longest go. Files of other names
 * are not ours and stay.
 *
 * Without a folder nothing is found and nothing kept. All functions: any thread.
 */
#ifndef OTD_BACKEND_GPU_CACHE_H
#define OTD_BACKEND_GPU_CACHE_H

#include <stdint.h>

#define OTD_CACHE_FILES 64u
#define OTD_CACHE_LOGS 16u
/* Of one program; a larger one is not kept. */
#define OTD_CACHE_BYTES_MAX (64ull << 20)

typedef struct otd_cache_key {
    uint8_t bytes[32];
} otd_cache_key;

/* What a program is made from. Strings end with a zero. */
typedef struct otd_cache_source {
    const void *text;
    uint64_t length;
    const char *options; /* of the compiler, and what kind of code it makes */
    const char *device;
    const char *driver;
} otd_cache_source;

/* What happened since the process began. */
typedef struct otd_cache_counters {
    uint64_t found, missed;
    uint64_t stored;
    uint64_t refused; /* files that were not what they said, or that the driver did not take */
} otd_cache_counters;

/*
 * Sets the folder, which is made when it does not exist; "" = none.
 * Returns OTD_OK; OTD_E_ARGUMENT for a path that is too long or has a zero in it, OTD_E_IO where there can be
 * no folder. After a failure there is none.
 */
int32_t otd_cache_folder(const char *path, uint32_t path_length);

void otd_cache_key_of(otd_cache_key *key, const otd_cache_source *source);

/* Returns 1 and the program, to be freed; or 0. */
int otd_cache_load(const otd_cache_key *key, uint8_t **program, uint64_t *length);

/* Keeps a program, if it can: a full disk is no failure. */
void otd_cache_store(const otd_cache_key *key, const void *program, uint64_t length);

/* Removes a program that the driver does not take. */
void otd_cache_drop(const otd_cache_key *key);

/*
 * A compiler has refused a kernel. Writes its log to the folder and leaves the detail: device, kernel, error
 * ("CUDA error 218"), the first line of the log that speaks of an error, and the file's name.
 * Returns OTD_E_DRIVER.
 */
int32_t otd_cache_refused(const char *device, const char *kernel, const char *error, const char *log);

otd_cache_counters otd_cache_count(void);

#endif /* OTD_BACKEND_GPU_CACHE_H */
