/* memory.h - large tables that are read at random: on huge pages where the system grants them. */
#ifndef OTD_CORE_MEMORY_H
#define OTD_CORE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory, page-aligned, or null. Random 64-byte reads over 100 MB miss the TLB on nearly every
 * access with 4 KiB pages. Free with otd_big_free and the same size. */
void *otd_big_alloc(size_t bytes);
void otd_big_free(void *memory, size_t bytes);

/* Bytes the system and our control groups can give without swapping, or UINT64_MAX when nothing says.
 * Reserving more would succeed, and end the process when the pages are touched. */
uint64_t otd_memory_available(void);

#endif /* OTD_CORE_MEMORY_H */
