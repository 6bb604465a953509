/*
 * domain.h - a device as the whole process has it. The first who uses a device opens it, all others work in
 * forks of what was opened, so that engines and datasets see each other's memory. Once one of them finds the
 * device lost, the whole domain is: its users find out, and whoever comes next opens the device anew. What a
 * lost domain holds is given up when its last user leaves.
 *
 * A port that cannot fork gives every user a domain of its own.
 */
#ifndef OTD_BACKEND_GPU_DOMAIN_H
#define OTD_BACKEND_GPU_DOMAIN_H

#include "backend.h"
#include "port.h"

typedef struct otd_gpu_domain otd_gpu_domain;

/* Becomes a user of a device's domain, with a context of one's own. Any thread. */
int32_t otd_gpu_domain_enter(const otd_backend *backend, uint32_t row, otd_gpu_domain **out,
                             otd_gpu_context **context);

/* The same in the domain of another user who stays meanwhile. OTD_E_DEVICE_LOST when the domain is lost,
 * OTD_E_UNSUPPORTED when the port cannot fork. */
int32_t otd_gpu_domain_join(otd_gpu_domain *domain, otd_gpu_context **context);

/* Gives one's context back: closed, or abandoned when it failed or the domain is lost. */
void otd_gpu_domain_leave(otd_gpu_domain *domain, otd_gpu_context *context, int32_t failed);

/* Tells all users that the device is lost. Returns 1 to the first who tells. */
int32_t otd_gpu_domain_lose(otd_gpu_domain *domain);

/* 1 once it was lost. */
int32_t otd_gpu_domain_is_lost(const otd_gpu_domain *domain);

/* Datasets tell what they take of the memory (+) and give back (-), for ports that cannot be asked. */
void otd_gpu_domain_hold(otd_gpu_domain *domain, int64_t bytes);

/* Bytes of the device's memory that may be taken now, as far as port, probe or datasets tell. */
uint64_t otd_gpu_domain_room(otd_gpu_domain *domain, otd_gpu_context *context, const otd_device_info *device);

#endif /* OTD_BACKEND_GPU_DOMAIN_H */
