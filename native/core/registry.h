/* registry.h - the algorithms of this build, the flavour chosen for each, and first-use self-tests. */
#ifndef OTD_CORE_REGISTRY_H
#define OTD_CORE_REGISTRY_H

#include "algo.h"

/* Chooses each algorithm's flavour by CPU features and OTEDAMA_CPU. One thread, before anything else. */
int32_t otd_registry_open(void);
void otd_registry_close(void);

/* 1 between a successful otd_registry_open and otd_registry_close. */
int32_t otd_registry_is_open(void);

/* Row of the catalogue, null past the last. */
const otd_algo *otd_registry_at(uint32_t index);

/* The algorithm with this id, or null with detail set. */
const otd_algo *otd_registry_find(uint32_t algorithm);

/* Row (0-based) of the flavour that "selected" means. */
uint32_t otd_registry_selected(const otd_algo *algo);

/* Resolves a 1-based flavour, 0 = selected. Sets *out or returns OTD_E_ARGUMENT, OTD_E_UNSUPPORTED. */
int32_t otd_registry_flavour(const otd_algo *algo, uint32_t flavour, const otd_flavour **out);

/* Runs the flavour's self-test unless it already passed in this process. Any thread. */
int32_t otd_registry_self_test_once(const otd_algo *algo, const otd_flavour *flavour);

/* OTD_OK when dataset belongs to algo and is in the memory of the device, or is null and algo needs none. */
int32_t otd_registry_check_dataset(const otd_algo *algo, uint32_t device, const otd_dataset *dataset);

#endif /* OTD_CORE_REGISTRY_H */
