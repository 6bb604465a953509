/*
 * otedama.h - the verbs between the managed core and the native code.
 *
 * Rules of this border (docs/decisions/0002-c-border.md gives the reasons):
 *   - Every call that can fail returns an int32_t status: OTD_OK or a negative OTD_E_ code, and leaves a
 *     detail text for otd_last_error on the thread that called. "No hit" is not an error.
 *   - Whoever allocates frees. Handles have their own destroy; callers bring every output buffer;
 *     nothing handed in is kept after the call returns unless the declaration says it copies.
 *   - Structs are plain: fixed-width integers and byte arrays, naturally aligned, padding named.
 *     A field called `reserved` is zero.
 *   - Integers inside structs have the machine's byte order, which is little-endian on every machine this
 *     is built for. Integers inside `data` have the order the coin's network gives them.
 *   - Hashes and targets are 32 raw bytes in chain order: compared as little-endian 256-bit
 *     numbers, a hash meets a target when hash <= target. What explorers show is the reverse.
 *   - Variable-length input travels in one byte buffer beside an array of structs that point into it
 *     by offset and length, so that one call carries a whole batch.
 *   - Lengths and counts are bytes or elements and follow the array they belong to.
 *
 * Threads: "any thread" below means at the same time as any other call. "Pure" means that the call changes
 * nothing but its outputs. Handles: a dataset may be used by many threads, an engine belongs to one.
 *
 * Order of a life: otd_abi_version and otd_abi_layout to see that both sides speak alike, otd_open,
 * otd_devices_open where other devices than the processor are wanted, otd_dataset_create where an algorithm
 * needs one, engines and verify calls, their destroys, otd_close.
 */
#ifndef OTEDAMA_H
#define OTEDAMA_H

#include <stdint.h>

#include "otedama_algo.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One number for the three headers. Raised by any change of a struct, a verb or a meaning, so that a caller
 * and a library of different days do not misread each other.
 */
#define OTD_ABI_VERSION 5u

/* Marks what the shared library exports; everything else is hidden in it. */
#if defined(_WIN32) && defined(OTD_SHARED)
#define OTD_API __declspec(dllexport)
#elif defined(__GNUC__)
#define OTD_API __attribute__((visibility("default")))
#else
#define OTD_API
#endif

/* ---- status codes: append only, numbers never change meaning ------------------------------- */

#define OTD_OK 0               /* done; outputs are filled in */
#define OTD_E_ARGUMENT (-1)    /* a length, an id or a range that the declaration forbids */
#define OTD_E_ABI (-2)         /* header and library differ */
#define OTD_E_UNSUPPORTED (-3) /* this machine or this build cannot do it */
#define OTD_E_MEMORY (-4)      /* allocation failed; the detail says how much was asked for */
#define OTD_E_DRIVER (-5)      /* a device driver reported an error */
#define OTD_E_DEVICE_LOST (-6) /* the device went away; the engine is unusable */
#define OTD_E_DATASET (-7)     /* a dataset is missing, too short, of another epoch or has a wrong digest */
#define OTD_E_IO (-8)          /* the operating system refused a file or device operation */
#define OTD_E_CANCELLED (-9)   /* otd_engine_cancel was called, or a dataset's cancel was set */
#define OTD_E_SELFTEST (-10)   /* a known answer came out wrong: do not use this flavour */
#define OTD_E_MISSING (-11)    /* there is no such port */
#define OTD_E_BUSY (-12)       /* another program has it */
#define OTD_E_DENIED (-13)     /* this user may not open it */

/* ---- limits -------------------------------------------------------------------------------- */

#define OTD_NAME_MAX 32u        /* bytes of a name, terminating zero included */
#define OTD_VERSIONS_MAX 8u     /* header versions one work may roll through */
#define OTD_PROOF_MAX 128u      /* bytes of proof one hit carries (Equihash 144,5 needs 100) */
#define OTD_BATCH_MAX 65536u    /* items of one verify call, works of one scan call */
#define OTD_ERROR_TEXT_MAX 512u /* bytes of otd_last_error, terminating zero included */
#define OTD_DEVICES_MAX 64u     /* rows of otd_device_at */

/* ---- library ------------------------------------------------------------------------------- */

/*
 * Returns OTD_ABI_VERSION of the library, to be compared with the caller's own.
 * Thread: any; callable before otd_open.
 */
OTD_API uint32_t otd_abi_version(void);

/*
 * One row of the layout table: a struct (field "") or one field of it, as this compiler laid it out. The
 * managed side compares the table with its own structs at start.
 */
typedef struct otd_layout_row {
    char type[OTD_NAME_MAX];  /* name of the struct, as in these headers */
    char field[OTD_NAME_MAX]; /* name of the field, or "" for the struct as a whole */
    uint32_t offset;          /* bytes from the start of the struct; 0 for the struct itself */
    uint32_t size;            /* bytes */
} otd_layout_row;

/*
 * Row `index` of the layout table of every struct in the three headers, from 0, without gaps.
 * Returns: OTD_OK, or OTD_E_ARGUMENT past the last row. Thread: any; callable before otd_open. Pure.
 */
OTD_API int32_t otd_abi_layout(uint32_t index, otd_layout_row *out);

/*
 * Opens the library: detects the processor and chooses each algorithm's flavour, by running those that
 * differ where instruction sets alone do not tell (some milliseconds for each such algorithm).
 *
 * The environment variable OTEDAMA_CPU (ref, shani, avx2, avx512, ...) forces one flavour for every algorithm
 * that has it; the others keep their best one. For tests and for comparing.
 *
 * In:      abi_version, the caller's OTD_ABI_VERSION.
 * Returns: OTD_OK;
 *          OTD_E_ABI when abi_version differs;
 *          OTD_E_UNSUPPORTED when OTEDAMA_CPU names a flavour no algorithm has or this CPU lacks.
 * Thread:  one, before all that follow. Idempotent.
 */
OTD_API int32_t otd_open(uint32_t abi_version);

/*
 * Ends what otd_open began; it may be called again afterwards. All engines and datasets must be destroyed
 * before. Returns OTD_OK. Thread: one, with no other call under way.
 */
OTD_API int32_t otd_close(void);

/*
 * Copies the detail of this thread's last failed call: one sentence of UTF-8 that names the value, what is
 * allowed and what to do. A call that succeeds does not clear it, so read it at once after a failure.
 *
 * Out:     text, at most text_length bytes with the terminating zero; a longer detail is cut.
 * Returns: the bytes written without the terminating zero, 0 when there is no detail.
 * Thread:  any; each has a detail of its own.
 */
OTD_API int32_t otd_last_error(char *text, uint32_t text_length);

/* Name of a status code, such as "OTD_E_MEMORY"; "OTD_E_UNKNOWN" for others. Static storage. Any thread. */
OTD_API const char *otd_status_name(int32_t status);

/* ---- catalogue ----------------------------------------------------------------------------- */

/* One algorithm of this build. */
typedef struct otd_algorithm_info {
    uint32_t id;              /* OTD_ALGO_... */
    uint32_t flags;           /* OTD_ALGO_FLAG_... */
    uint32_t data_length_min; /* bytes of the data of one work or item, at least */
    uint32_t data_length_max; /* and at most; an item outside is OTD_VERDICT_MALFORMED */
    uint32_t proof_length;    /* bytes of proof in a hit; 0 when there is none or its length varies */
    uint32_t nonce_bits;      /* 32 or 64: nonces go from 0 to 2^nonce_bits - 1 */
    uint32_t versions_max;    /* how many versions one work may roll; 1 = none */
    uint32_t flavour_count;   /* rows of otd_flavour_at */
    char name[OTD_NAME_MAX];  /* lower case, as settings and vector files write it */
} otd_algorithm_info;

#define OTD_ALGO_FLAG_DATASET 1u     /* needs a dataset for scan and verify */
#define OTD_ALGO_FLAG_VERIFY_ONLY 2u /* no CPU scan: otd_engine_create says OTD_E_UNSUPPORTED */
#define OTD_ALGO_FLAG_SLOW_SCAN 4u   /* one nonce can take seconds (Equihash): a budget is overrun by one */

/* One way of computing an algorithm on a device; on the processor, an instruction set. All flavours of an
 * algorithm give the same answers. */
typedef struct otd_flavour_info {
    char name[OTD_NAME_MAX]; /* ref, portable, sse2, shani, avx2, avx512, vaes ... or the name of a kernel */
    uint32_t supported;      /* 1 when this device can run it */
    uint32_t selected;       /* 1 when flavour 0 ("best") means this one */
    uint32_t lanes;          /* hashes computed in lock-step */
    uint32_t slow;           /* 1 = only for a device whose driver refuses the others */
} otd_flavour_info;

/* How a device is spoken to. A build may lack some: otd_backend_at lists those it has. */
#define OTD_BACKEND_CPU 0u
#define OTD_BACKEND_CUDA 1u
#define OTD_BACKEND_OPENCL 2u
#define OTD_BACKEND_VULKAN 3u

/* What kind of thing a device is. */
#define OTD_DEVICE_PROCESSOR 0u
#define OTD_DEVICE_DISCRETE 1u
#define OTD_DEVICE_INTEGRATED 2u
#define OTD_DEVICE_SIMULATOR 3u /* the processor behind a GPU's interface (PoCL, lavapipe): for tests */
#define OTD_DEVICE_OTHER 4u     /* an accelerator that is no GPU */

/* One way to speak to devices. */
typedef struct otd_backend_info {
    uint32_t backend;      /* OTD_BACKEND_... */
    int32_t status;        /* OTD_OK, or why it has no devices */
    uint32_t opened;       /* 1 once otd_devices_open looked for its driver */
    uint32_t device_count; /* rows of otd_device_at that are its */
    uint32_t version;      /* of the driver's interface, major * 1000 + minor * 10; 0 = not known */
    uint32_t reserved;
    char name[OTD_NAME_MAX]; /* cpu, cuda, opencl, vulkan: as OTEDAMA_GPU takes it */
    char message[256];       /* empty, or one sentence: why there are no devices and what to do about it */
} otd_backend_info;

/* One device that can hash. Row 0 is the processor. */
typedef struct otd_device_info {
    uint32_t index;             /* row of otd_device_at, and otd_engine_params.device */
    uint32_t backend;           /* OTD_BACKEND_... */
    uint32_t units;             /* hardware threads or compute units */
    uint32_t kind;              /* OTD_DEVICE_... */
    uint64_t memory_bytes;      /* memory the device can use */
    uint64_t memory_free_bytes; /* when it was listed; 0 = not known */
    uint64_t alloc_max_bytes;   /* of one piece of memory; 0 = no limit but the memory */
    uint32_t compute_major;     /* of the vendor's numbering (CUDA compute capability); 0 = not known */
    uint32_t compute_minor;
    uint32_t twin; /* row of the same board behind the interface to prefer; index when this is it */
    uint32_t reserved;
    char name[64];      /* as the hardware reports it, cut to fit, zero-terminated */
    char features[256]; /* space-separated instruction sets or driver facts */
    char pci[16];       /* 0000:01:00.0, or empty */
    uint8_t uuid[16];   /* all zero = not known */
    char driver[32];    /* version as the driver writes it, or empty */
} otd_device_info;

/* What a device tells of itself at one moment; only the fields whose bit is in `valid` mean something. */
typedef struct otd_telemetry {
    uint32_t valid;             /* OTD_TELEMETRY_... */
    int32_t temperature_mc;     /* thousandths of a degree Celsius */
    uint32_t power_mw;          /* milliwatts */
    uint32_t fan_percent;       /* of the highest speed */
    uint32_t clock_mhz;         /* of the compute units */
    uint32_t memory_clock_mhz;  /* of the memory */
    uint32_t load_percent;      /* time at work */
    uint32_t throttled;         /* OTD_THROTTLE_...: why the device holds itself back; 0 = it does not */
    uint64_t memory_used_bytes; /* by everything that uses the device */
    uint64_t hardware_errors;   /* answers the processor found wrong, since otd_devices_open */
    uint64_t launches;          /* kernels started, since then */
    uint64_t lost;              /* times the device was given up as lost, since then */
    uint64_t energy_mj;         /* thousandths of a joule, since its driver was loaded */
    uint32_t power_limit_mw;    /* milliwatts it is allowed */
    uint32_t fan_rpm;           /* turns a minute */
    int32_t hotspot_mc;         /* thousandths of a degree, of its hottest place */
    int32_t memory_mc;          /* thousandths of a degree, of its memory */
} otd_telemetry;

#define OTD_TELEMETRY_TEMPERATURE 1u
#define OTD_TELEMETRY_POWER 2u
#define OTD_TELEMETRY_FAN 4u
#define OTD_TELEMETRY_CLOCK 8u
#define OTD_TELEMETRY_MEMORY_CLOCK 16u
#define OTD_TELEMETRY_LOAD 32u
#define OTD_TELEMETRY_THROTTLED 64u
#define OTD_TELEMETRY_MEMORY_USED 128u
#define OTD_TELEMETRY_COUNTERS 256u /* hardware_errors, launches and lost */
#define OTD_TELEMETRY_ENERGY 512u
#define OTD_TELEMETRY_POWER_LIMIT 1024u
#define OTD_TELEMETRY_FAN_RPM 2048u
#define OTD_TELEMETRY_HOTSPOT 4096u
#define OTD_TELEMETRY_MEMORY_TEMPERATURE 8192u

#define OTD_THROTTLE_POWER 1u    /* at the power it is allowed: as it should be where that was lowered */
#define OTD_THROTTLE_HEAT 2u     /* too hot */
#define OTD_THROTTLE_HARDWARE 4u /* its hardware pulls it down: power supply, or heat */

/*
 * Looks for devices besides the processor: opens the driver of each backend in `mask` (bit n =
 * OTD_BACKEND_n), unless it was opened already, and appends its devices to the rows of otd_device_at. A
 * row stays what it is until otd_close. Costs up to some seconds, threads and memory of the drivers, which
 * stay loaded until the process ends. A backend without a driver or a device is no failure: otd_backend_at
 * says why.
 *
 * The environment variable OTEDAMA_GPU (off, or names of backends separated by commas) leaves out the others.
 *
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT before otd_open, and when OTEDAMA_GPU names a backend that does not exist.
 * Thread:  any, after otd_open; a second caller waits for the first.
 */
OTD_API int32_t otd_devices_open(uint32_t mask);

/*
 * Names the folder in which what drivers compile for devices is kept, so that the next start need not compile
 * again, and where a compiler that refuses a kernel leaves its log. It is made when it does not exist (its
 * parent has to). At most 64 programs and 16 logs stay, those unused for longest are removed; files of other
 * names are left alone. Without a call, and after one with an empty path, nothing is kept.
 *
 * In:      path, UTF-8, path_length bytes without a terminating zero, at most 1023; copied.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a path that is too long or has a zero in it;
 *          OTD_E_IO where no folder can be made. After a failure nothing is kept.
 * Thread:  any; engines that are opened later use it. May be called before otd_open.
 */
OTD_API int32_t otd_devices_cache(const char *path, uint32_t path_length);

/*
 * Row `index` of a catalogue, from 0, without gaps: the algorithms of this build, the backends of this build,
 * the devices found so far, the flavours of one algorithm on one device in order of preference (on the
 * processor the portable reference is the last).
 *
 * In:      device, a row of otd_device_at; algorithm, an OTD_ALGO_ id.
 * Returns: OTD_OK, or OTD_E_ARGUMENT past the last row, for a device that does not exist or for an algorithm
 *          that is not in this build; OTD_E_UNSUPPORTED for one the device has no flavour of.
 * Thread:  any, after otd_open. Pure.
 */
OTD_API int32_t otd_algorithm_at(uint32_t index, otd_algorithm_info *out);
OTD_API int32_t otd_backend_at(uint32_t index, otd_backend_info *out);
OTD_API int32_t otd_device_at(uint32_t index, otd_device_info *out);
OTD_API int32_t otd_flavour_at(uint32_t device, uint32_t algorithm, uint32_t index, otd_flavour_info *out);

/*
 * What the device tells of itself now, through its interface, NVML (NVIDIA) or the kernel's files (AMD).
 * Takes some milliseconds and never waits for a scan; a driver that hangs holds the call for as long, while
 * calls of other threads go on after half a second without what that driver would tell. Returns: OTD_OK, also
 * when nothing is known (valid = 0); OTD_E_ARGUMENT for a device that does not exist. Thread:  any, after
 * otd_open.
 */
OTD_API int32_t otd_device_telemetry(uint32_t device, otd_telemetry *out);

/* What a device did at most with one pattern of access. */
typedef struct otd_ceiling {
    uint32_t pattern; /* OTD_CEILING_... */
    uint32_t reserved;
    uint64_t
        footprint_bytes;  /* of memory that was read; less than was asked for where no piece is that large */
    uint64_t amount;      /* bytes, or operations, done in */
    uint64_t nanoseconds; /* this time: the median of five stretches */
} otd_ceiling;

#define OTD_CEILING_COPY 0u       /* bytes read and written in their order */
#define OTD_CEILING_RANDOM_256 1u /* bytes read at random multiples of 256, 256 each: KawPow */
#define OTD_CEILING_RANDOM_32 2u  /* bytes read at random multiples of 16, 32 each: Verthash */
#define OTD_CEILING_SHARED 3u     /* random words read of 16 KiB of a group's shared memory: KawPow */
#define OTD_CEILING_INTEGER 4u    /* operations on 32-bit words, half of them rotations: SHA-256 */
#define OTD_CEILINGS 5u

/*
 * Measures a ceiling with a kernel that does nothing else, to compare an algorithm's rate with. Blocks for
 * about budget_ms and what compiling takes; the device's other work goes on and makes the answer smaller.
 *
 * In:      footprint_bytes, memory to spread over: what the algorithm's dataset has; 0 = 1 MiB.
 * Returns: OTD_OK; OTD_E_ARGUMENT for a device or pattern that does not exist; OTD_E_UNSUPPORTED on the
 *          processor; OTD_E_MEMORY, OTD_E_DRIVER, OTD_E_DEVICE_LOST.
 * Thread:  any, after otd_open.
 */
OTD_API int32_t otd_device_ceiling(uint32_t device, uint32_t pattern, uint64_t footprint_bytes,
                                   uint32_t budget_ms, otd_ceiling *out);

/*
 * Runs the known answers of one flavour on one device; other devices than the processor are compared with
 * the processor's reference. Engines and verify calls do it by themselves once for each flavour they use;
 * this is for those who want to see it.
 *
 * In:      flavour, 1-based row of otd_flavour_at; 0 = the selected one.
 * Returns: OTD_OK;
 *          OTD_E_SELFTEST when an answer came out wrong;
 *          OTD_E_UNSUPPORTED when this device lacks what the flavour needs, or has none;
 *          OTD_E_ARGUMENT for a device, an algorithm or a flavour that does not exist; OTD_E_MEMORY;
 *          OTD_E_DRIVER, OTD_E_DEVICE_LOST.
 * Thread:  any, after otd_open. Pure.
 */
OTD_API int32_t otd_self_test(uint32_t device, uint32_t algorithm, uint32_t flavour);

/* ---- dataset: light cache, DAG, Verthash file ---------------------------------------------- */

/* Opaque. Immutable once made; any number of engines and verify calls may use it at the same time. */
typedef struct otd_dataset otd_dataset;

/* Which dataset. */
typedef struct otd_dataset_params {
    uint32_t algorithm; /* OTD_ALGO_KAWPOW or OTD_ALGO_VERTHASH */
    uint32_t kind;      /* OTD_DATASET_LIGHT or OTD_DATASET_FULL */
    uint32_t epoch;     /* KawPow: height / 7500. Verthash: 0 = the network's file, 1..17 = graph n */
    uint32_t threads;   /* KawPow FULL: threads that build; 0 = all. Others build with one */
    uint32_t device;    /* row of otd_device_at whose memory holds it; 0 = the processor's */
    uint32_t reserved;
} otd_dataset_params;

/*
 * LIGHT is what verification needs: KawPow's cache (tens of MiB; items are made when they are read), the
 * Verthash file mapped from disk. FULL is what mining wants: KawPow's whole dataset (gigabytes), a private
 * copy of the Verthash file on huge pages where the system grants them. On other devices than the processor
 * KawPow's whole dataset is made there by a kernel, Verthash's file is copied there. A LIGHT one of KawPow is
 * copied there for checks (OTD_ENGINE_VERIFY), as there is no search over it; Verthash has FULL only.
 */
#define OTD_DATASET_LIGHT 0u
#define OTD_DATASET_FULL 1u

/* How far a dataset is, in units of the algorithm's own; only their ratio means something. */
typedef struct otd_progress {
    uint64_t done;
    uint64_t total; /* 0 = not known yet */
} otd_progress;

/*
 * Bytes of memory the dataset will take, on the device it is for; a little more while it is made.
 * Returns: OTD_OK, or OTD_E_ARGUMENT for an algorithm without a dataset or an epoch out of range.
 * Thread:  any. Pure.
 */
OTD_API int32_t otd_dataset_size(const otd_dataset_params *params, uint64_t *bytes);

/*
 * Makes a dataset with the selected flavour; blocks until it is complete, which takes seconds, for KawPow's
 * whole dataset on the processor minutes.
 *
 * In:      source, the processor's dataset of the same algorithm and epoch that one on another device is made
 *          from: of KawPow's light one the cache is read and the items are made on the device, a whole one is
 *          copied, as is Verthash's of either kind; a light one needs a light one. It must outlive the new
 * one, whose engines compute hits again with it. Null for the processor's. path (UTF-8, path_length bytes
 * without a terminating zero, at most 4096, may be empty) names the file the dataset is read from or, when
 * the file does not exist, written to. Verthash only; KawPow ignores it. What was read is used only when its
 * SHA-256 is right. `cancel` may be null; a non-zero value written there by another thread ends the call.
 * Out:     out, the handle; null on failure. `progress` may be null; it is written while the call runs and
 *          may be read from another thread, and must outlive the call.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT as otd_dataset_size, or before otd_open;
 *          OTD_E_MEMORY when the machine or the device has not the memory to spare, with the numbers in the
 *          detail;
 *          OTD_E_UNSUPPORTED when the device has no kernel of the algorithm, or none for that kind of
 * dataset; OTD_E_DRIVER, OTD_E_DEVICE_LOST when it fails; OTD_E_DATASET when the source is missing or another
 * one's, or the file has a wrong length or digest; OTD_E_IO when it cannot be read or written;
 * OTD_E_CANCELLED; OTD_E_SELFTEST when what was generated has a wrong digest. Thread:  any, after otd_open.
 */
OTD_API int32_t otd_dataset_create(const otd_dataset_params *params, const otd_dataset *source,
                                   const char *path, uint32_t path_length, otd_progress *progress,
                                   const uint32_t *cancel, otd_dataset **out);

/* Frees a dataset; null is allowed. No engine or dataset that was made with it may exist any more. After its
 * device was lost its memory there is given up with what else the device held. Any thread. */
OTD_API void otd_dataset_destroy(otd_dataset *dataset);

/* ---- engine: a device that searches nonces ------------------------------------------------- */

/* Opaque. One thread owns it: the one that scans. Owners may change between calls. */
typedef struct otd_engine otd_engine;

/* Which engine. */
typedef struct otd_engine_params {
    uint32_t algorithm; /* OTD_ALGO_... */
    uint32_t device;    /* index of otd_device_at */
    uint32_t flavour;   /* 1-based row of otd_flavour_at; 0 = the selected one */

    /* Devices besides the processor: nonces of one launch as a power of two, 6..30; 0 = as many as take about
     * 8 ms, which is measured. Fewer make a desktop smoother, more cost a slow link less. */
    uint32_t intensity;

    /* Devices besides the processor: how long a launch may take before the device counts as lost,
     * milliseconds; 0 = 10 s, or 50 times what is usual when that is more, and 120 s for the first. */
    uint32_t hang_ms;
    uint32_t flags;       /* OTD_ENGINE_... */
    otd_algo_params algo; /* all zero = the algorithm's defaults */
} otd_engine_params;

/* For otd_engine_verify only: a scan says OTD_E_ARGUMENT. Saves memory that only a search needs. */
#define OTD_ENGINE_VERIFY 1u

/* One range of nonces to search. otedama_algo.h says what `data` is for each algorithm. */
typedef struct otd_work {
    uint64_t tag;         /* the caller's; copied into hits, looked at by nobody */
    uint64_t nonce_first; /* the first one to try */
    uint64_t nonce_count; /* nonce_first + nonce_count must not pass 2^nonce_bits */
    uint32_t data_offset; /* into the data buffer */
    uint32_t data_length; /* bytes there */
    uint32_t height;      /* KawPow: of the block, selects epoch and period; 0 elsewhere */

    /* 0 = the version in data; else each nonce is tried with each of the first version_count versions,
     * which are final header versions and not bits to add. */
    uint32_t version_count;
    uint32_t versions[OTD_VERSIONS_MAX];

    uint8_t target[32]; /* hashes at or below it are hits */
} otd_work;

/*
 * A nonce whose hash met the target. For the algorithms over 80-byte headers, and for whatever another
 * device than the processor found, it was recomputed on the portable reference before it is reported; for
 * the others the whole hash was compared with the target.
 */
typedef struct otd_hit {
    uint64_t tag;          /* of its work */
    uint64_t nonce;        /* as the number that was counted, whatever bytes it has in data */
    uint32_t version;      /* the header version it was found with; 0 where works have no version */
    uint32_t proof_length; /* bytes used of proof */
    uint8_t hash[32];      /* the proof-of-work hash, chain order */
    /* KawPow: mix (32), natural order. Equihash: packed solution without its compactSize. Zeros behind. */
    uint8_t proof[OTD_PROOF_MAX];
} otd_hit;

/* How far a scan came. */
typedef struct otd_scan_result {
    uint64_t hashes;     /* hashes computed, versions counted */
    uint64_t nonce_next; /* first nonce not searched of works[work_index] */
    uint32_t work_index; /* == work_count when every work is finished */
    uint32_t hit_count;  /* hits filled in */
} otd_scan_result;

/*
 * Creates an engine and allocates what its algorithm works in. Runs the flavour's self-test on first use. On
 * other devices than the processor the kernels are compiled first, which can take seconds.
 *
 * In:      `dataset` may be null when the algorithm needs none, has to be in the memory of the engine's
 * device, and must outlive the engine. Returns: OTD_OK; OTD_E_ARGUMENT before otd_open, and for an algorithm,
 * device, flavour or parameter that does not exist; OTD_E_DATASET when the dataset is missing, another
 * algorithm's or another device's; OTD_E_UNSUPPORTED, OTD_E_SELFTEST as otd_self_test, and OTD_E_UNSUPPORTED
 * for a search over another device's light dataset; OTD_E_MEMORY;
 * OTD_E_DRIVER when the driver refuses or cannot compile, OTD_E_DEVICE_LOST. Thread:  any, after otd_open.
 */
OTD_API int32_t otd_engine_create(const otd_engine_params *params, const otd_dataset *dataset,
                                  otd_engine **out);

/*
 * Searches the works in order until budget_ms has passed, hits is full, all is searched or
 * otd_engine_cancel was called. Goes on in chunks of about 4 ms, so budget and cancel are kept to that,
 * except by algorithms with OTD_ALGO_FLAG_SLOW_SCAN, which finish the nonce they are at unless cancelled.
 * Other devices than the processor have two launches under way, and finish those.
 * To continue, the caller hands in the works from work_index on, the first one from nonce_next on.
 *
 * In:      works, work_count (1..OTD_BATCH_MAX), data; budget_ms, milliseconds, 0 = return at once.
 * Out:     hits (hit_capacity >= 1, and >= the versions of any work, since one nonce can hit with each);
 *          result. A nonce whose hits do not all fit is not searched: it is nonce_next.
 * Returns: OTD_OK;
 *          OTD_E_CANCELLED with result and hits filled in;
 *          OTD_E_ARGUMENT for a work that is out of range, before anything is searched, or whose data has a
 *          wrong form, when its turn comes;
 *          OTD_E_DATASET when a height is not of the dataset's epoch;
 *          OTD_E_UNSUPPORTED for a kind of block that is verified and not mined (VerusHash 1.0);
 *          OTD_E_DRIVER, OTD_E_DEVICE_LOST when the device fails: from then on every scan of this engine
 *          says so, and another engine is needed. Hits found before are handed out first.
 * Thread:  the owner.
 */
OTD_API int32_t otd_engine_scan(otd_engine *engine, otd_hit *hits, uint32_t hit_capacity,
                                otd_scan_result *result, const otd_work *works, uint32_t work_count,
                                const uint8_t *data, uint32_t data_length, uint32_t budget_ms);

/*
 * Makes a running scan, or the next one when none runs, return OTD_E_CANCELLED soon. One call ends one scan.
 * Null is allowed. Thread: any, as long as the engine is not being destroyed.
 */
OTD_API void otd_engine_cancel(otd_engine *engine);

/*
 * Frees an engine; null is allowed. What a lost device still holds is given up and not freed, so that this
 * does not wait for it. Thread: the owner, with no scan under way.
 */
OTD_API void otd_engine_destroy(otd_engine *engine);

/* ---- verify: what the pool asks about a share ---------------------------------------------- */

/* One proof to check. otedama_algo.h says what `data` is for each algorithm. */
typedef struct otd_verify_item {
    uint32_t data_offset; /* into the data buffer */
    uint32_t data_length; /* bytes there */
    uint32_t height;      /* KawPow: of the block; 0 elsewhere */
    uint32_t reserved;
    uint8_t target[32]; /* the easiest target worth a full check */
} otd_verify_item;

/* What is the matter with it. */
typedef struct otd_verdict {
    int32_t verdict; /* OTD_VERDICT_... */
    uint32_t reserved;
    uint8_t hash[32]; /* the proof-of-work hash, chain order; zero for OTD_VERDICT_MALFORMED */
} otd_verdict;

#define OTD_VERDICT_VALID 0        /* proof good and hash <= target */
#define OTD_VERDICT_ABOVE_TARGET 1 /* hash > target (the proof was not examined further) */
#define OTD_VERDICT_BAD_PROOF 2    /* wrong mix, or a solution that is not one; hash is what was claimed */
#define OTD_VERDICT_MALFORMED 3    /* wrong length or structure */

/*
 * Checks proofs, the cheap test of each first. What miners send can make a verdict, never a status: the call
 * fails only when the caller is wrong, and then no verdict counts. Runs the flavour's self-test on first use.
 *
 * In:      flavour, 1-based row of otd_flavour_at, 0 = the selected one; algo may be null for defaults;
 *          dataset null when none is needed; count, 1..OTD_BATCH_MAX.
 * Out:     verdicts, one for each item in the same order.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT before otd_open, for a null buffer, a count, an algorithm or a flavour that does
 * not exist, and for an item that lies outside data; OTD_E_DATASET when the dataset is missing, another
 * algorithm's, or not of an item's epoch; OTD_E_UNSUPPORTED, OTD_E_SELFTEST, OTD_E_MEMORY as otd_self_test.
 * Thread:  any, after otd_open. Pure.
 */
OTD_API int32_t otd_verify(uint32_t algorithm, uint32_t flavour, const otd_algo_params *algo,
                           const otd_dataset *dataset, otd_verdict *verdicts, const otd_verify_item *items,
                           uint32_t count, const uint8_t *data, uint32_t data_length);

/*
 * otd_verify on the device and with the dataset, flavour and parameters of an engine, for those who check
 * many. Verdicts are the same as otd_verify's. What a device finds to be good is not computed again.
 *
 * In, out: as otd_verify; count, 1..OTD_BATCH_MAX.
 * Returns: as otd_verify; OTD_E_UNSUPPORTED when the device has no kernel that checks this algorithm;
 * OTD_E_DRIVER, OTD_E_DEVICE_LOST as otd_engine_scan. Then no verdict counts. Thread:  the owner.
 */
OTD_API int32_t otd_engine_verify(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                                  uint32_t count, const uint8_t *data, uint32_t data_length);

/* ---- block building helpers ---------------------------------------------------------------- */

/*
 * out = SHA-256(SHA-256(data)), 32 bytes in the order the function gives them (chain order).
 * Returns: OTD_OK, or OTD_E_ARGUMENT for a null buffer; data may be null when data_length is 0.
 * Thread:  any; callable before otd_open. Pure. Source: FIPS 180-4.
 */
OTD_API int32_t otd_sha256d(uint8_t *out, const uint8_t *data, uint32_t data_length);

/*
 * Merkle roots of `count` coinbase transactions that differ only in the extranonce.
 *
 * Coinbase i = prefix + extranonces[i * extranonce_length ..] + suffix, in the serialisation without witness;
 * root i = its sha256d, folded with each sibling in turn: sha256d(so far + sibling).
 *
 * In:      extranonces, count * extranonce_length bytes, extranonce_length <= 64; prefix and suffix of at
 * most 65536 bytes each; branches, branch_count <= 32 siblings of 32 bytes, lowest level first. A buffer may
 * be null when its length is 0. Out:     roots, 32 * count bytes, in the order a header stores them. Returns:
 * OTD_OK, or OTD_E_ARGUMENT beyond those limits. Thread:  any; callable before otd_open. Pure.
 */
OTD_API int32_t otd_merkle_roots(uint8_t *roots, const uint8_t *extranonces, uint32_t extranonce_length,
                                 uint32_t count, const uint8_t *prefix, uint32_t prefix_length,
                                 const uint8_t *suffix, uint32_t suffix_length, const uint8_t *branches,
                                 uint32_t branch_count);

/* ---- secp256k1 ----------------------------------------------------------------------------- */

/*
 * What Stratum V2's Noise handshake needs: keys of secp256k1 written as ElligatorSwift (BIP 324) and
 * signatures of BIP 340. Secrets, public x coordinates, messages and shared secrets have 32 bytes, most
 * significant first; encodings and signatures have 64. All: thread any, callable before otd_open, pure.
 * Secrets take the same steps and touch the same memory whatever they are, and copies of them are overwritten
 * before the call returns. Returns: OTD_OK, or OTD_E_ARGUMENT for a null buffer or a secret that is 0 or not
 * below the order of the group.
 */

/* x coordinate of secret * G: the public key of BIP 340. */
OTD_API int32_t otd_secp256k1_public(uint8_t *public_x, const uint8_t *secret);

/* An encoding of secret * G, one of about 2^256, chosen by 32 bytes of fresh randomness. */
OTD_API int32_t otd_ellswift_create(uint8_t *encoding, const uint8_t *secret, const uint8_t *entropy);

/* x coordinate of the point that an encoding stands for; every 64 bytes stand for one. Not for secrets. */
OTD_API int32_t otd_ellswift_decode(uint8_t *x, const uint8_t *encoding);

/*
 * The second half t of an encoding of x that begins with u, by one of eight ways (0..7, BIP 324's cases).
 * Out: found, 0 when this way has none; t is then zeros. OTD_E_ARGUMENT also when way is above 7, u is 0
 * modulo p or no point has x. Not for secrets.
 */
OTD_API int32_t otd_ellswift_inverse(uint8_t *t, uint32_t *found, const uint8_t *x, const uint8_t *u,
                                     uint32_t way);

/*
 * The secret that two sides share (BIP 324's tagged hash of both encodings and x of secret * their point).
 * In:  initiator and responder, the encodings as they were sent; is_initiator, 1 when secret is the
 * initiator's. Out: shared; shared_x, x before hashing, unless null.
 */
OTD_API int32_t otd_ellswift_xdh(uint8_t *shared, uint8_t *shared_x, const uint8_t *secret,
                                 const uint8_t *initiator, const uint8_t *responder, uint32_t is_initiator);

/* BIP 340 over a message of 32 bytes; aux is 32 bytes of fresh randomness. The signature is checked before it
 * is given. */
OTD_API int32_t otd_schnorr_sign(uint8_t *signature, const uint8_t *message, const uint8_t *secret,
                                 const uint8_t *aux);

/* Out: valid, 1 or 0. public_x may be anything; what no point has is a signature that is not valid. */
OTD_API int32_t otd_schnorr_verify(uint32_t *valid, const uint8_t *signature, const uint8_t *message,
                                   const uint8_t *public_x);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_H */
