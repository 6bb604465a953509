/*
 * otedama.h - the verbs between the managed core and the native code.
 *
 * Rules of this border (docs/decisions/0002-c-border.md gives the reasons):
 *   - Every call returns an int32_t status: OTD_OK or a negative OTD_E_ code. "No hit" is not an error.
 *   - Whoever allocates frees. Handles have their own destroy; callers bring every output buffer;
 *     nothing handed in is kept after the call returns unless the declaration says it copies.
 *   - Structs are plain: fixed-width integers and byte arrays, naturally aligned, padding named.
 *   - Hashes and targets are 32 raw bytes in chain order: compared as little-endian 256-bit
 *     numbers, a hash meets a target when hash <= target.
 *   - Variable-length input travels in one byte buffer beside an array of structs that point into it
 *     by offset and length, so that one call carries a whole batch.
 */
#ifndef OTEDAMA_H
#define OTEDAMA_H

#include <stdint.h>

#include "otedama_algo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One number for the three headers. Raised by any change of a struct, a verb or a meaning. */
#define OTD_ABI_VERSION 1u

#if defined(_WIN32) && defined(OTD_SHARED)
#define OTD_API __declspec(dllexport)
#elif defined(__GNUC__)
#define OTD_API __attribute__((visibility("default")))
#else
#define OTD_API
#endif

/* ---- status codes: append only, numbers never change meaning ------------------------------- */

#define OTD_OK 0
#define OTD_E_ARGUMENT (-1)    /* a length, an id or a range that the declaration forbids */
#define OTD_E_ABI (-2)         /* header and library differ */
#define OTD_E_UNSUPPORTED (-3) /* this machine or this build cannot do it */
#define OTD_E_MEMORY (-4)      /* allocation failed; the detail says how much was asked for */
#define OTD_E_DRIVER (-5)      /* a device driver reported an error */
#define OTD_E_DEVICE_LOST (-6) /* the device went away; the engine is unusable */
#define OTD_E_DATASET (-7)     /* a dataset is missing, too short or has the wrong digest */
#define OTD_E_IO (-8)          /* the operating system refused a file or device operation */
#define OTD_E_CANCELLED (-9)   /* otd_engine_cancel or otd_dataset_cancel was called */
#define OTD_E_SELFTEST (-10)   /* a known answer came out wrong: do not use this flavour */

/* ---- limits -------------------------------------------------------------------------------- */

#define OTD_NAME_MAX 32u        /* bytes of a name, terminating zero included */
#define OTD_VERSIONS_MAX 8u     /* header versions one work may roll through */
#define OTD_PROOF_MAX 128u      /* bytes of proof one hit carries (Equihash 144,5 needs 100) */
#define OTD_BATCH_MAX 4096u     /* items of one verify call, works of one scan call */
#define OTD_ERROR_TEXT_MAX 512u /* bytes of otd_last_error, terminating zero included */

/* ---- library ------------------------------------------------------------------------------- */

/* Returns OTD_ABI_VERSION of the library. Any thread, callable before otd_open. */
OTD_API uint32_t otd_abi_version(void);

/* One row of the layout table: a struct (field "") or one field of it. */
typedef struct otd_layout_row {
    char type[OTD_NAME_MAX];
    char field[OTD_NAME_MAX];
    uint32_t offset; /* bytes from the start of the struct; 0 for the struct itself */
    uint32_t size;   /* bytes */
} otd_layout_row;

/*
 * Row `index` of the layout table of every struct in the three headers.
 * Returns OTD_OK, or OTD_E_ARGUMENT past the last row. Any thread, callable before otd_open.
 */
OTD_API int32_t otd_abi_layout(uint32_t index, otd_layout_row *out);

/*
 * Opens the library: detects the CPU and chooses each algorithm's flavour. The environment variable
 * OTEDAMA_CPU (ref, shani, avx2, avx512, ...) forces one flavour for every algorithm that has it.
 * Returns OTD_OK, OTD_E_ABI when abi_version differs, OTD_E_UNSUPPORTED when OTEDAMA_CPU names a
 * flavour no algorithm has or this CPU lacks. Idempotent; call from one thread.
 */
OTD_API int32_t otd_open(uint32_t abi_version);

/* Frees what otd_open made. All engines and datasets must be destroyed before. */
OTD_API int32_t otd_close(void);

/* Copies the detail of this thread's last failed call as UTF-8. Returns the bytes written without
 * the terminating zero, 0 when there is no detail. */
OTD_API int32_t otd_last_error(char *text, uint32_t text_length);

/* Name of a status code, such as "OTD_E_MEMORY"; "OTD_E_UNKNOWN" for others. Static storage. */
OTD_API const char *otd_status_name(int32_t status);

/* ---- catalogue ----------------------------------------------------------------------------- */

typedef struct otd_algorithm_info {
    uint32_t id;              /* OTD_ALGO_... */
    uint32_t flags;           /* OTD_ALGO_FLAG_... */
    uint32_t data_length_min; /* bytes of the data of one work or item */
    uint32_t data_length_max;
    uint32_t proof_length; /* bytes of proof in a hit; 0 when the nonce is the whole proof */
    uint32_t nonce_bits;   /* 32 or 64 */
    uint32_t versions_max; /* how many versions one work may roll; 1 = none */
    uint32_t flavour_count;
    char name[OTD_NAME_MAX];
} otd_algorithm_info;

#define OTD_ALGO_FLAG_DATASET 1u     /* needs a dataset for scan and verify */
#define OTD_ALGO_FLAG_VERIFY_ONLY 2u /* no CPU scan */
#define OTD_ALGO_FLAG_SLOW_SCAN 4u   /* one nonce can take seconds (Equihash) */

typedef struct otd_flavour_info {
    char name[OTD_NAME_MAX]; /* ref, shani, avx2, avx512, neon ... */
    uint32_t supported;      /* 1 when this CPU can run it */
    uint32_t selected;       /* 1 when flavour 0 ("best") means this one */
    uint32_t lanes;          /* hashes computed in lock-step */
    uint32_t reserved;
} otd_flavour_info;

typedef struct otd_device_info {
    uint32_t index;
    uint32_t backend; /* OTD_BACKEND_... */
    uint32_t units;   /* hardware threads or compute units */
    uint32_t reserved;
    uint64_t memory_bytes; /* memory the device can use */
    char name[64];         /* as the hardware reports it */
    char features[256];    /* space-separated instruction sets or driver facts */
} otd_device_info;

#define OTD_BACKEND_CPU 0u
#define OTD_BACKEND_CUDA 1u
#define OTD_BACKEND_OPENCL 2u
#define OTD_BACKEND_VULKAN 3u

/* Row `index` of a catalogue, flavours in order of preference, the portable reference last.
 * Returns OTD_OK, or OTD_E_ARGUMENT past the last row. Any thread after otd_open. */
OTD_API int32_t otd_algorithm_at(uint32_t index, otd_algorithm_info *out);
OTD_API int32_t otd_flavour_at(uint32_t algorithm, uint32_t index, otd_flavour_info *out);
OTD_API int32_t otd_device_at(uint32_t index, otd_device_info *out);

/*
 * Runs the known answers of one flavour (1-based row of otd_flavour_at, 0 = the selected one).
 * Returns OTD_OK, OTD_E_SELFTEST, OTD_E_UNSUPPORTED. Any thread; pure.
 */
OTD_API int32_t otd_self_test(uint32_t algorithm, uint32_t flavour);

/* ---- dataset: light cache, DAG, Verthash file ---------------------------------------------- */

typedef struct otd_dataset otd_dataset;

typedef struct otd_dataset_params {
    uint32_t algorithm;
    uint32_t kind;    /* OTD_DATASET_LIGHT or OTD_DATASET_FULL */
    uint32_t epoch;   /* KawPow: height / 7500; 0 elsewhere */
    uint32_t threads; /* threads that build; 0 = all */
} otd_dataset_params;

#define OTD_DATASET_LIGHT 0u
#define OTD_DATASET_FULL 1u

typedef struct otd_progress {
    uint64_t done;
    uint64_t total; /* 0 = not known yet */
} otd_progress;

/* Bytes of memory the dataset will take. Pure, any thread. */
OTD_API int32_t otd_dataset_size(const otd_dataset_params *params, uint64_t *bytes);

/*
 * Makes a dataset; blocks until it is complete. path (UTF-8, path_length bytes, may be empty) names
 * the file it is read from or, when the file does not exist, written to. `progress` may be null; it
 * is written while the call runs and may be read from another thread, and must outlive the call.
 * `cancel` may be null; a non-zero value written there by another thread ends the call.
 * The dataset is immutable and may be shared by any number of engines and verify calls.
 */
OTD_API int32_t otd_dataset_create(const otd_dataset_params *params, const char *path, uint32_t path_length,
                                   otd_progress *progress, const uint32_t *cancel, otd_dataset **out);
OTD_API void otd_dataset_destroy(otd_dataset *dataset);

/* ---- engine: a device that searches nonces ------------------------------------------------- */

typedef struct otd_engine otd_engine;

typedef struct otd_engine_params {
    uint32_t algorithm;
    uint32_t device;  /* index of otd_device_at */
    uint32_t flavour; /* 1-based row of otd_flavour_at; 0 = the selected one */
    uint32_t reserved;
    otd_algo_params algo; /* all zero = the algorithm's defaults */
} otd_engine_params;

/* One range of nonces to search. otedama_algo.h says what `data` is for each algorithm. */
typedef struct otd_work {
    uint64_t tag; /* the caller's; copied into hits */
    uint64_t nonce_first;
    uint64_t nonce_count; /* nonce_first + nonce_count must not pass 2^nonce_bits */
    uint32_t data_offset; /* into the data buffer */
    uint32_t data_length;
    uint32_t height;        /* KawPow; 0 elsewhere */
    uint32_t version_count; /* 0 = the version in data; else each nonce is tried with each version */
    uint32_t versions[OTD_VERSIONS_MAX];
    uint8_t target[32];
} otd_work;

/* A nonce whose hash met the target, recomputed on the scalar path before it is reported. */
typedef struct otd_hit {
    uint64_t tag;
    uint64_t nonce;
    uint32_t version;      /* the header version it was found with */
    uint32_t proof_length; /* bytes used of proof */
    uint8_t hash[32];
    uint8_t proof[OTD_PROOF_MAX]; /* KawPow: mix (32). Equihash: packed solution. */
} otd_hit;

typedef struct otd_scan_result {
    uint64_t hashes;     /* hashes computed, versions counted */
    uint64_t nonce_next; /* first nonce not searched of works[work_index] */
    uint32_t work_index; /* == work_count when every work is finished */
    uint32_t hit_count;
} otd_scan_result;

/* Creates an engine; one thread owns it. `dataset` may be null when the algorithm needs none and must
 * outlive the engine. Runs the flavour's self-test on first use. */
OTD_API int32_t otd_engine_create(const otd_engine_params *params, const otd_dataset *dataset,
                                  otd_engine **out);

/*
 * Searches the works in order until budget_ms has passed, hits is full, all is searched or
 * otd_engine_cancel was called (then OTD_E_CANCELLED with result filled in).
 * In: works, work_count (1..OTD_BATCH_MAX), data. Out: hits (hit_capacity >= 1), result.
 * Thread: the owner.
 */
OTD_API int32_t otd_engine_scan(otd_engine *engine, otd_hit *hits, uint32_t hit_capacity,
                                otd_scan_result *result, const otd_work *works, uint32_t work_count,
                                const uint8_t *data, uint32_t data_length, uint32_t budget_ms);

/* Makes a running or the next scan return soon. Any thread. */
OTD_API void otd_engine_cancel(otd_engine *engine);
OTD_API void otd_engine_destroy(otd_engine *engine);

/* ---- verify: what the pool asks about a share ---------------------------------------------- */

typedef struct otd_verify_item {
    uint32_t data_offset;
    uint32_t data_length;
    uint32_t height; /* KawPow; 0 elsewhere */
    uint32_t reserved;
    uint8_t target[32]; /* the easiest target worth a full check */
} otd_verify_item;

typedef struct otd_verdict {
    int32_t verdict; /* OTD_VERDICT_... */
    uint32_t reserved;
    uint8_t hash[32]; /* the proof-of-work hash; zero for OTD_VERDICT_MALFORMED */
} otd_verdict;

#define OTD_VERDICT_VALID 0        /* proof good and hash <= target */
#define OTD_VERDICT_ABOVE_TARGET 1 /* hash > target (the proof was not examined further) */
#define OTD_VERDICT_BAD_PROOF 2    /* wrong mix, or a solution that is not one */
#define OTD_VERDICT_MALFORMED 3    /* wrong length or structure */

/*
 * Checks `count` (1..OTD_BATCH_MAX) proofs. algo may be null for defaults; dataset null when none is
 * needed. flavour as in otd_self_test. Pure, any thread.
 */
OTD_API int32_t otd_verify(uint32_t algorithm, uint32_t flavour, const otd_algo_params *algo,
                           const otd_dataset *dataset, otd_verdict *verdicts, const otd_verify_item *items,
                           uint32_t count, const uint8_t *data, uint32_t data_length);

/* ---- block building helpers ---------------------------------------------------------------- */

/* out[32] = SHA-256(SHA-256(data)). Pure, any thread. */
OTD_API int32_t otd_sha256d(uint8_t *out, const uint8_t *data, uint32_t data_length);

/*
 * Merkle roots of `count` coinbase transactions that differ only in the extranonce.
 * Coinbase i = prefix + extranonces[i * extranonce_length ..] + suffix (stripped serialisation);
 * root = fold of sha256d over branch_count siblings of 32 bytes. Out: roots, 32 * count bytes,
 * header order. prefix, suffix <= 65536 bytes, extranonce_length <= 64, branch_count <= 32.
 * Pure, any thread.
 */
OTD_API int32_t otd_merkle_roots(uint8_t *roots, const uint8_t *extranonces, uint32_t extranonce_length,
                                 uint32_t count, const uint8_t *prefix, uint32_t prefix_length,
                                 const uint8_t *suffix, uint32_t suffix_length, const uint8_t *branches,
                                 uint32_t branch_count);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_H */
