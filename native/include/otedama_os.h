/*
 * otedama_os.h - what the managed side needs from the operating system and .NET does not offer.
 *
 * The rules of otedama.h hold here too: status codes, detail text, whoever allocates frees. Both verbs work
 * before otd_open and speak only of the thread that calls them, so a worker thread calls them once at its
 * own start. Neither needs to be undone: a thread that ends takes its settings along.
 */
#ifndef OTEDAMA_OS_H
#define OTEDAMA_OS_H

#include <stdint.h>

#include "otedama.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Binds the calling thread to one processor: it runs there and nowhere else from then on.
 *
 * In:      cpu, a hardware thread as the kernel numbers it, from 0 (Linux: /proc/cpuinfo "processor").
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a processor that does not exist, or that this process may not use because a
 *          control group or taskset leaves it out - the detail carries the system's own words;
 *          OTD_E_UNSUPPORTED where the system has no such call (everything but Linux).
 * Thread:  the calling thread only. Source: sched_setaffinity(2).
 */
OTD_API int32_t otd_thread_set_affinity(uint32_t cpu);

/*
 * Sets the nice value of the calling thread, so that mining yields to whatever else the machine does.
 *
 * In:      nice, -20 (served first) to 19 (served last). Raising it is always allowed; lowering it needs a
 *          privilege (CAP_SYS_NICE), also back to where the thread began.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT outside that range;
 *          OTD_E_IO when the system refused, as it does without the privilege;
 *          OTD_E_UNSUPPORTED where threads have no nice value of their own (everything but Linux).
 * Thread:  the calling thread only. Source: setpriority(2), whose process argument is a thread on Linux.
 */
OTD_API int32_t otd_thread_set_priority(int32_t nice);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_OS_H */
