/*
 * otedama_os.h - what the managed side needs from the operating system and .NET does not offer.
 * The rules of otedama.h hold here too.
 */
#ifndef OTEDAMA_OS_H
#define OTEDAMA_OS_H

#include <stdint.h>

#include "otedama.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Binds the calling thread to one processor (numbered as the kernel does, from 0).
 * Returns OTD_OK, OTD_E_ARGUMENT for a processor that does not exist or that this process may not
 * use, OTD_E_UNSUPPORTED where the system has no such call. Affects only the calling thread.
 */
OTD_API int32_t otd_thread_set_affinity(uint32_t cpu);

/*
 * Sets the nice value of the calling thread, -20 (first served) to 19 (last). Raising it is always
 * allowed, lowering it needs a privilege.
 * Returns OTD_OK, OTD_E_ARGUMENT outside the range, OTD_E_IO when the system refused,
 * OTD_E_UNSUPPORTED where threads have no nice value. Affects only the calling thread.
 */
OTD_API int32_t otd_thread_set_priority(int32_t nice);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_OS_H */
