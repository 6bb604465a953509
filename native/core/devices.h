/* devices.h - the backends of this build and the devices found behind them. */
#ifndef OTD_CORE_DEVICES_H
#define OTD_CORE_DEVICES_H

#include "backend.h"

/* Lists the processor. One thread, from otd_open. */
void otd_devices_start(void);

/* As otd_devices_open. */
int32_t otd_devices_find(uint32_t mask);

/* Backend row, 1 when there is one. */
int32_t otd_devices_backend(uint32_t index, otd_backend_info *out);

/* A device: its backend and that one's own row; returns OTD_E_ARGUMENT with detail when there is none. */
int32_t otd_devices_get(uint32_t device, const otd_backend **backend, uint32_t *row);

/* As otd_device_at. */
int32_t otd_devices_info(uint32_t device, otd_device_info *out);

#endif /* OTD_CORE_DEVICES_H */
