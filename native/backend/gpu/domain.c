/* domain.c - see domain.h. */
#include "domain.h"

#include <pthread.h>
#include <stdlib.h>

#include "gpu.h"
#include "memory.h"

#define OTD_GPU_PORTS_MAX 4u /* backends are numbered below it */

/* Where the domain of a device is found. The lock is held while the driver opens, forks or closes: that can
 * take a second, and only those who want the same device wait for it. */
typedef struct otd_gpu_place {
    pthread_mutex_t lock;
    otd_gpu_domain *current;
} otd_gpu_place;

static otd_gpu_place otd_places[OTD_GPU_PORTS_MAX][OTD_GPU_DEVICES_MAX] = {
    [0 ... OTD_GPU_PORTS_MAX - 1] = {[0 ... OTD_GPU_DEVICES_MAX - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}}};

struct otd_gpu_domain {
    const otd_gpu_port *port;
    otd_gpu_place *place;  /* null where the port cannot fork */
    otd_gpu_context *base; /* that all are forks of; null there too */
    uint32_t users;        /* under the place's lock */
    uint32_t lost;         /* atomic */
    int64_t held_bytes;    /* atomic: of datasets */
};

/* Another domain for a device, without users. */
static int32_t otd_open_domain(const otd_backend *backend, uint32_t row, otd_gpu_place *place,
                               otd_gpu_domain **out, otd_gpu_context **opened) {
    otd_gpu_domain *domain = calloc(1, sizeof *domain);
    *out = NULL;
    if (domain == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for an open device", sizeof *domain);
    }
    domain->port = backend->port;
    domain->place = place;
    int32_t status = backend->port->open(otd_gpu_device(backend, row), opened);
    if (status != OTD_OK) {
        free(domain);
        return status;
    }
    *out = domain;
    return OTD_OK;
}

/* Under the place's lock. */
static void otd_close_if_empty(otd_gpu_domain *domain) {
    if (domain->users != 0) {
        return;
    }
    if (domain->place->current == domain) {
        domain->place->current = NULL;
    }
    if (otd_gpu_domain_is_lost(domain)) {
        domain->port->abandon(domain->base);
    } else {
        domain->port->close(domain->base);
    }
    free(domain);
}

/* Under the place's lock. */
static int32_t otd_fork_base(otd_gpu_domain *domain, otd_gpu_context **context) {
    int32_t status = domain->port->fork(domain->base, context);
    domain->users += status == OTD_OK;
    return status;
}

/* Under the place's lock. */
static int32_t otd_enter_place(const otd_backend *backend, uint32_t row, otd_gpu_place *place,
                               otd_gpu_domain **out, otd_gpu_context **context) {
    if (place->current == NULL || otd_gpu_domain_is_lost(place->current)) {
        otd_gpu_domain *domain = NULL;
        otd_gpu_context *base = NULL;
        int32_t status = otd_open_domain(backend, row, place, &domain, &base);
        if (status != OTD_OK) {
            return status;
        }
        domain->base = base;
        place->current = domain; /* a lost one stays with its users */
    }
    otd_gpu_domain *domain = place->current;
    int32_t status = otd_fork_base(domain, context);
    if (status == OTD_OK) {
        *out = domain;
        return OTD_OK;
    }
    if (status == OTD_E_DEVICE_LOST) {
        otd_gpu_domain_lose(domain);
    }
    otd_close_if_empty(domain);
    return status;
}

int32_t otd_gpu_domain_enter(const otd_backend *backend, uint32_t row, otd_gpu_domain **out,
                             otd_gpu_context **context) {
    *out = NULL;
    *context = NULL;
    if (backend->port->fork == NULL) {
        return otd_open_domain(backend, row, NULL, out, context);
    }
    otd_gpu_place *place = &otd_places[backend->id][row];
    pthread_mutex_lock(&place->lock);
    int32_t status = otd_enter_place(backend, row, place, out, context);
    pthread_mutex_unlock(&place->lock);
    return status;
}

int32_t otd_gpu_domain_join(otd_gpu_domain *domain, otd_gpu_context **context) {
    *context = NULL;
    if (domain->place == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s opens a device for one user only", domain->port->name);
    }
    pthread_mutex_lock(&domain->place->lock);
    int32_t status = otd_gpu_domain_is_lost(domain)
                         ? otd_fail(OTD_E_DEVICE_LOST, "the device was lost with everything in its memory; "
                                                       "its datasets have to be made anew")
                         : otd_fork_base(domain, context);
    pthread_mutex_unlock(&domain->place->lock);
    return status;
}

static void otd_end_context(otd_gpu_domain *domain, otd_gpu_context *context, int32_t failed) {
    if (failed || otd_gpu_domain_is_lost(domain)) {
        domain->port->abandon(context);
    } else {
        domain->port->close(context);
    }
}

void otd_gpu_domain_leave(otd_gpu_domain *domain, otd_gpu_context *context, int32_t failed) {
    otd_gpu_place *place = domain->place;
    if (place == NULL) {
        otd_end_context(domain, context, failed);
        free(domain);
        return;
    }
    pthread_mutex_lock(&place->lock);
    otd_end_context(domain, context, failed);
    domain->users--;
    otd_close_if_empty(domain);
    pthread_mutex_unlock(&place->lock);
}

int32_t otd_gpu_domain_lose(otd_gpu_domain *domain) {
    return __atomic_exchange_n(&domain->lost, 1u, __ATOMIC_ACQ_REL) == 0;
}

int32_t otd_gpu_domain_is_lost(const otd_gpu_domain *domain) {
    return __atomic_load_n(&domain->lost, __ATOMIC_ACQUIRE) != 0;
}

void otd_gpu_domain_hold(otd_gpu_domain *domain, int64_t bytes) {
    __atomic_fetch_add(&domain->held_bytes, bytes, __ATOMIC_RELAXED);
}

uint64_t otd_gpu_domain_room(otd_gpu_domain *domain, otd_gpu_context *context,
                             const otd_device_info *device) {
    uint64_t room = domain->port->room != NULL ? domain->port->room(context) : 0;
    if (room == 0) { /* what was free when the devices were listed, less what was taken since */
        uint64_t held = (uint64_t)__atomic_load_n(&domain->held_bytes, __ATOMIC_RELAXED);
        room = device->memory_free_bytes != 0 ? device->memory_free_bytes : device->memory_bytes;
        room = held < room ? room - held : 0;
    }
    if (device->kind == OTD_DEVICE_INTEGRATED || device->kind == OTD_DEVICE_SIMULATOR) {
        uint64_t available = otd_memory_available(); /* the same memory as the processor's */
        room = available < room ? available : room;
    }
    return room;
}
