/* status.h - how core/api.c reads what otd_fail (algo.h) wrote. */
#ifndef OTD_CORE_STATUS_H
#define OTD_CORE_STATUS_H

#include <stdint.h>

/* Copies this thread's detail with a terminating zero; returns its length, cut to fit. */
uint32_t otd_detail_copy(char *text, uint32_t text_length);

/* "OTD_E_MEMORY" for -4. Static storage. */
const char *otd_status_text(int32_t status);

#endif /* OTD_CORE_STATUS_H */
