/*
 * gpu.h - the host of all GPUs: what a backend of a port does with it. device.c knows the devices, domain.c
 * has them open, dataset.c fills their memory, search.c keeps launches in flight, check.c computes hits
 * again, engine.c puts them together.
 */
#ifndef OTD_BACKEND_GPU_GPU_H
#define OTD_BACKEND_GPU_GPU_H

#include "backend.h"
#include "domain.h"
#include "plan.h"

/* Launches under way at the same time: one runs while the other's hits are looked at. */
#define OTD_GPU_FLIGHTS 2u

/* Nonces one launch can report. At a share a second and 100 launches a second one in ten thousand has any;
 * an easy target is searched in smaller launches instead. */
#define OTD_GPU_SLOTS 256u

/* How long what was queued may take to end after an error, before the device counts as lost. */
#define OTD_GPU_QUIET_MS 10000.0

/* Algorithms are numbered below it. */
#define OTD_GPU_ALGORITHMS 16u

/* What a device did; atomic, written by engines, read by telemetry. */
typedef struct otd_gpu_counters {
    uint64_t hardware_errors;
    uint64_t launches;
    uint64_t lost;
    uint32_t tested[OTD_GPU_ALGORITHMS]; /* bit n: geometry n gave the reference's answers here */
} otd_gpu_counters;

/* A device of a backend; null when row is none. It stays where it is until the process ends. */
const otd_gpu_found *otd_gpu_device(const otd_backend *backend, uint32_t row);
otd_gpu_counters *otd_gpu_counters_of(const otd_backend *backend, uint32_t row);

/* The device of a domain is lost: told to all who use it, and counted once. */
void otd_gpu_lost(otd_gpu_counters *counters, otd_gpu_domain *domain);

/* The verbs of a backend that has a port. */
void otd_gpu_probe(const otd_backend *backend, otd_backend_info *info);
void otd_gpu_device_at(const otd_backend *backend, uint32_t row, otd_device_info *out);
uint32_t otd_gpu_flavour_count(const otd_backend *backend, const otd_algo *algo);
void otd_gpu_flavour_at(const otd_backend *backend, const otd_algo *algo, uint32_t index,
                        otd_flavour_info *out);
int32_t otd_gpu_self_test(const otd_backend *backend, uint32_t row, const otd_algo *algo, uint32_t flavour);
int32_t otd_gpu_engine_open(otd_engine *engine);
void otd_gpu_engine_close(otd_engine *engine);
int32_t otd_gpu_scan(otd_engine *engine, otd_hits *hits, otd_scan_result *result, const otd_work *works,
                     uint32_t work_count, const uint8_t *data, uint32_t budget_ms);
int32_t otd_gpu_ceiling(const otd_backend *backend, uint32_t row, uint32_t pattern, uint64_t footprint_bytes,
                        uint32_t budget_ms, otd_ceiling *out);
int32_t otd_gpu_verify(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                       uint32_t count, const uint8_t *data);
void otd_gpu_telemetry(const otd_backend *backend, uint32_t row, otd_telemetry *out);
int32_t otd_gpu_dataset_open(otd_dataset *dataset, const otd_build *build);
void otd_gpu_dataset_close(otd_dataset *dataset);

/* The table of a backend over a port; one line in each port's folder. */
#define OTD_GPU_BACKEND(backend_id, backend_name, backend_port)                                              \
    {                                                                                                        \
        .id = backend_id, .name = backend_name, .port = backend_port, .probe = otd_gpu_probe,                \
        .device_at = otd_gpu_device_at, .flavour_count = otd_gpu_flavour_count,                              \
        .flavour_at = otd_gpu_flavour_at, .self_test = otd_gpu_self_test,                                    \
        .engine_open = otd_gpu_engine_open, .engine_close = otd_gpu_engine_close, .scan = otd_gpu_scan,      \
        .verify = otd_gpu_verify, .dataset_open = otd_gpu_dataset_open,                                      \
        .dataset_close = otd_gpu_dataset_close, .ceiling = otd_gpu_ceiling, .telemetry = otd_gpu_telemetry   \
    }

/* ---- between the files of the host ---------------------------------------------------------- */

/* One launch under way: which nonces of which work, and where its hits will stand. */
typedef struct otd_gpu_flight {
    uint32_t work;
    uint64_t first, count; /* nonces; each with every version of the work */
    double launched_ms;
    int32_t untimed; /* the host was busy elsewhere when it ended */
    uint64_t launched_hashes;
    otd_gpu_buffer *constants; /* of the device, with what was sent there beside it */
    uint8_t *constants_sent;   /* OTD_VERSIONS_MAX rows */
    otd_gpu_buffer *hits;
    otd_gpu_hits *hits_read; /* as many as the plan has slots */
} otd_gpu_flight;

/* What engine->state is on a GPU. */
typedef struct otd_gpu_engine {
    const otd_gpu_plan *plan;
    const otd_gpu_port *port;
    otd_gpu_counters *counters;
    otd_gpu_domain *domain;
    otd_gpu_context *context; /* in the domain */
    otd_gpu_site site;        /* what the plan's hooks get */
    uint32_t slots;           /* that a launch can report, */
    uint64_t hits_bytes;      /* and the memory they take with their count */
    uint64_t plan_nonces_max; /* of a launch, as the plan says; 0 = no limit */

    /* Of a plan of one kernel. */
    otd_gpu_program *program;
    otd_gpu_kernel *search;
    otd_gpu_extra extra;
    otd_gpu_buffer *shared;          /* extra.bytes of the device */
    void *state;                     /* of a plan with hooks; null before open */
    struct otd_gpu_checker *checker; /* verify.c's; null until something is checked */

    otd_engine reference; /* the processor's own, to compute hits again */
    int32_t reference_open;

    otd_gpu_flight flights[OTD_GPU_FLIGHTS]; /* a ring: `flying` of them from `oldest` on */
    uint32_t oldest, flying;

    double hashes_per_ms; /* measured; 0 = not yet */
    uint64_t nonces_max;  /* of a launch, while hits do not fit; 0 = no limit */
    uint64_t errors;      /* reported nonces that are none */
    int32_t failed;       /* status every scan returns from now on; OTD_OK = none */
    char failure[OTD_ERROR_TEXT_MAX];

    struct otd_gpu_engine *next; /* in the list of those that were given up */
} otd_gpu_engine;

/* Waits until event `slot` is reached, at most deadline_ms from now. OTD_E_DEVICE_LOST after that. */
int32_t otd_gpu_await(const otd_gpu_port *port, otd_gpu_context *context, uint32_t slot, double deadline_ms);

/* The event that otd_gpu_finish uses; launches use those below. */
#define OTD_GPU_EVENT_FINISH (OTD_GPU_EVENTS - 1u)

/*
 * Computes the nonces of a flight's hits again and appends what holds, by nonce. *searched = nonces of the
 * flight that count as searched: all, or those before the first whose hits no longer fit.
 */
int32_t otd_gpu_check(otd_gpu_engine *gpu, const otd_gpu_flight *flight, const otd_work *work,
                      const uint8_t *data, otd_hits *hits, uint64_t *searched);

/* What a wait may take when `usual_ms` is usual (0 = not known): params->hang_ms where that is given. */
double otd_gpu_deadline(const otd_engine_params *params, double usual_ms);

/* Makes and frees what checks need, known answers included. An engine that failed keeps its memory. */
typedef struct otd_gpu_checker otd_gpu_checker;
int32_t otd_gpu_checker_open(otd_engine *engine);
void otd_gpu_checker_close(otd_gpu_engine *gpu);

/* Compares device and reference over a range of nonces. */
int32_t otd_gpu_compare(otd_engine *engine);

#endif /* OTD_BACKEND_GPU_GPU_H */
