/*
 * plan.h - what one algorithm does on a GPU, whatever the interface. A plan is one const table named
 * otd_gpu_plan_<name>, in algo/NAME/gpu/NAME_gpu.c, listed once in plans.def.
 */
#ifndef OTD_BACKEND_GPU_PLAN_H
#define OTD_BACKEND_GPU_PLAN_H

#include "algo.h"
#include "port.h"

/* Bytes of one row of constants at most; a row for each version makes the buffer. */
#define OTD_GPU_ROW_MAX 2048u

/* Arguments behind those that port.h lists. */
#define OTD_GPU_EXTRA_MAX 4u

/* What the launches of a kernel need besides. */
typedef struct otd_gpu_extra {
    uint64_t bytes;      /* of memory that all launches share, since they run one after the other; 0 = none */
    uint64_t nonces_max; /* of a launch; 0 = no limit */
    uint32_t argument_count;
    otd_gpu_argument arguments[OTD_GPU_EXTRA_MAX]; /* the buffer, which is filled in later, and integers */
} otd_gpu_extra;

/* Where a plan works: an open device, and the engine or dataset it is for. Its context may be queued to by
 * the thread that calls the plan, and only while it does. */
typedef struct otd_gpu_site {
    const otd_gpu_port *port;
    otd_gpu_context *context;
    const otd_device_info *device;
    const otd_engine *engine;   /* null while a dataset is made */
    const otd_dataset *dataset; /* in the device's memory; null where the algorithm has none */
    uint64_t room_bytes;        /* that a plan may take of the memory */
    uint32_t threads, resident; /* of the geometry that was chosen */
} otd_gpu_site;

/* One launch: nonces first .. first + count - 1 of one version of a work. */
typedef struct otd_gpu_batch {
    const otd_work *work;
    const uint8_t *data; /* the work's own */
    uint64_t first;      /* as port.h says of a search kernel: the version is its upper word */
    uint32_t count, slots;
    otd_gpu_buffer *constants, *hits;
} otd_gpu_batch;

/* Pieces of memory a dataset may lie in. */
#define OTD_GPU_PIECES 8u

/* A dataset in a device's memory: what dataset->state is there. */
typedef struct otd_gpu_dataset {
    struct otd_gpu_domain *domain; /* gpu.h */
    otd_gpu_context *context;
    otd_gpu_buffer *pieces[OTD_GPU_PIECES]; /* of piece_bytes each, the last of what is left */
    uint32_t piece_count;
    uint64_t piece_bytes;
} otd_gpu_dataset;

/* What a dataset takes of a device's memory. */
typedef struct otd_gpu_shape {
    uint64_t bytes;       /* that lie in the pieces */
    uint64_t piece_bytes; /* of a piece at most, a power of two; all may lie in one that is larger */
    uint64_t piece_least; /* of a piece at least, where there are several */
    uint64_t extra_bytes; /* besides, while the dataset is made */
} otd_gpu_shape;

/* A dataset of kind OTD_DATASET_LIGHT, which serves checks and no search. Its source is of that kind too. */
typedef struct otd_gpu_light {
    /* As dataset_shape and dataset_fill of a plan. */
    void (*shape)(otd_gpu_shape *out, const otd_gpu_port *port, const otd_dataset *source);
    int32_t (*fill)(const otd_gpu_dataset *dataset, const otd_gpu_site *site, const otd_dataset *source,
                    const otd_build *build);
    const struct otd_gpu_checks *checks; /* over it; never null */
} otd_gpu_light;

/* How wide a kernel runs; each is a flavour of the algorithm on the device, the first is the one to begin
 * with. */
typedef struct otd_gpu_geometry {
    const char *name;  /* as otd_flavour_at tells it */
    uint32_t threads;  /* of a group */
    uint32_t resident; /* as in otd_gpu_build */
    uint32_t slow; /* 1 = for a card whose driver refuses the others: chosen by name, not tried by itself */
} otd_gpu_geometry;

/*
 * What an algorithm does with a port. A plan of one kernel has `code` and is done by the host; one of several
 * has hooks, whose `state` is its own. All hooks return OTD_OK or a status with a detail.
 */
typedef struct otd_gpu_plan {
    uint32_t algorithm;                 /* OTD_ALGO_... */
    const otd_gpu_geometry *geometries; /* at least one */
    uint32_t geometry_count;
    const otd_gpu_code *code; /* with a kernel otd_search, as port.h says; null where `launch` is there */

    /* The row of constants for version `version` (an index into work->versions), at most OTD_GPU_ROW_MAX. */
    uint32_t row_bytes;
    void (*row)(void *out, const otd_work *work, const uint8_t *data, uint32_t version);

    /* Null = nothing. Chooses so that `bytes` is at most room_bytes; OTD_E_MEMORY when nothing fits there.
     * Arguments with a buffer already in them keep it; one without gets the memory asked for. */
    int32_t (*extra)(otd_gpu_extra *out, const otd_gpu_site *site);

    /* Makes and frees the state: programs, memory. *nonces_max, of a launch (0 = no limit). What open left in
     * *state when it failed is closed too. close with lost = 1 frees nothing of the device. Null where
     * `launch` is. */
    int32_t (*open)(void **state, const otd_gpu_site *site, uint64_t *nonces_max);
    void (*close)(void *state, const otd_gpu_site *site, int32_t lost);

    /* Before each launch of a work; may be null. Costs nothing when all is ready, else waits until it is, and
     * returns OTD_E_CANCELLED when the engine's cancel was asked for meanwhile. */
    int32_t (*ready)(void *state, const otd_gpu_site *site, const otd_work *work);

    /* Queues the kernels of a batch. */
    int32_t (*launch)(void *state, const otd_gpu_site *site, const otd_gpu_batch *batch);

    /*
     * What `hits` is when it is more than nonces: slot_bytes of each, slots behind the 8 bytes of count and
     * pad; slots and slot_bytes 0 = OTD_GPU_SLOTS nonces. check appends those that are hits, each computed
     * again by the processor, by nonce; *searched = nonces that count as searched, all or those before the
     * first whose hits have no room any more; *errors is raised by those that are wrong. Null = nonces.
     */
    uint32_t slots, slot_bytes;
    int32_t (*check)(void *state, const otd_gpu_site *site, const otd_gpu_batch *batch,
                     const otd_gpu_hits *read, otd_hits *hits, uint64_t *searched, uint64_t *errors);

    /* What is done before first use in place of comparing nonces_tested nonces with the reference. Null =
     * that. */
    int32_t (*test)(void *state, const otd_gpu_site *site);

    /* Checks of proofs; null where the device does none. */
    const struct otd_gpu_checks *checks; /* verify.h */

    /* Datasets; null where the algorithm has none. */

    /* What one made from source will take. Pure. */
    void (*dataset_shape)(otd_gpu_shape *out, const otd_gpu_port *port, const otd_dataset *source);

    /* Fills in a dataset's pieces, which are there, from source; waits for the device by otd_gpu_finish, and
     * asks build for its end between launches. site->engine is null, the geometry the first. */
    int32_t (*dataset_fill)(const otd_gpu_dataset *dataset, const otd_gpu_site *site,
                            const otd_dataset *source, const otd_build *build);

    /* Part of a sentence, beginning with "; ": which datasets `bytes` of memory hold. Null = says nothing. */
    void (*dataset_fits)(char *text, size_t text_size, uint64_t bytes);

    const otd_gpu_light *light; /* null where there are whole datasets only */

    uint32_t epoch_length; /* blocks of one dataset, where works have a height; else 0 */

    uint32_t nonces_first; /* of the first launch, when no rate is known: far below a millisecond's */

    /* How many of the hash's most significant bytes the kernel compares. A reported nonce whose hash is above
     * the target in these is an error of the hardware; one above it further down is none. */
    uint32_t bytes_compared;

    /* Nonces that are searched on the device and by the reference before it is first used. */
    uint32_t nonces_tested;
} otd_gpu_plan;

/* Waits for all that was queued at the site, with the deadline of a hang. OTD_E_DEVICE_LOST after that. */
int32_t otd_gpu_finish(const otd_gpu_site *site);

/* How much to do between two looks at cancel: more or less until it takes some ten milliseconds. */
typedef struct otd_gpu_pace {
    uint64_t step, least, most;
} otd_gpu_pace;

/* Waits as otd_gpu_finish does, and learns from what was queued since began_ms. */
int32_t otd_gpu_pace_finish(otd_gpu_pace *pace, const otd_gpu_site *site, double began_ms);

/* OTD_E_CANCELLED with a sentence once the end of a build was asked for. */
int32_t otd_gpu_go_on(const otd_gpu_site *site, const otd_build *build);

/* Copies bytes of the processor's memory into a dataset's pieces from the first on; has advanced the progress
 * from 0 to bytes of bytes at the end. */
int32_t otd_gpu_upload(const otd_gpu_dataset *to, const otd_gpu_site *site, const void *from, uint64_t bytes,
                       const otd_build *build);

/* The same into one buffer, without progress. */
int32_t otd_gpu_upload_buffer(otd_gpu_buffer *to, const otd_gpu_site *site, const void *from, uint64_t bytes,
                              const otd_build *build);

/* Milliseconds of a clock that only goes forward. */
double otd_gpu_now_ms(void);

/* The plan of an algorithm, or null. */
const otd_gpu_plan *otd_gpu_plan_of(uint32_t algorithm);

#endif /* OTD_BACKEND_GPU_PLAN_H */
