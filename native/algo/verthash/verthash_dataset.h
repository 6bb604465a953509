/* verthash_dataset.h - the dataset verbs of otd_algo for the Verthash data file. */
#ifndef OTD_VERTHASH_DATASET_H
#define OTD_VERTHASH_DATASET_H

#include "algo.h"
#include "verthash.h"

int32_t otd_verthash_dataset_size(const otd_dataset_params *params, uint64_t *bytes);
int32_t otd_verthash_dataset_open(otd_dataset *dataset, const otd_flavour *flavour, const char *path,
                                  const otd_build *build);
void otd_verthash_dataset_close(otd_dataset *dataset);

/* The data a dataset made by the functions above holds. */
const otd_verthash_data *otd_verthash_dataset_data(const otd_dataset *dataset);

#endif /* OTD_VERTHASH_DATASET_H */
