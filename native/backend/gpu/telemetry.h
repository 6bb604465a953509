/*
 * telemetry.h - what a card tells of itself beside the interface it mines through. A card is known by its
 * address on the bus, which every interface and every tool writes alike; numbers differ between them.
 */
#ifndef OTD_BACKEND_GPU_TELEMETRY_H
#define OTD_BACKEND_GPU_TELEMETRY_H

#include "otedama.h"

/* Where the kernel's files are, unless the environment variable OTEDAMA_SYSFS names a copy: for tests. */
#define OTD_SYSFS "/sys"

/*
 * Adds what is known of the card at `pci` (0000:01:00.0) and its bits in out->valid; nothing for an empty
 * address. Whatever a driver refuses is left out, never an error. Any thread.
 */
void otd_card_read(const char *pci, otd_telemetry *out);

/* The same from NVML, libnvidia-ml.so.1, which is opened on the first call and stays open. */
void otd_nvml_read(const char *pci, otd_telemetry *out);

/* The same from the files of amdgpu below `root`. Returns 1 when the card is AMD's, whatever it told. */
int otd_amdgpu_read(const char *root, const char *pci, otd_telemetry *out);

#endif /* OTD_BACKEND_GPU_TELEMETRY_H */
