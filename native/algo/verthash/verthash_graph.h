/* verthash_graph.h - what follows from a graph's index, and the generator. Pure but for the memory
 * data->nodes points to. */
#ifndef OTD_VERTHASH_GRAPH_H
#define OTD_VERTHASH_GRAPH_H

#include "algo.h"
#include "verthash.h"

/* Nodes of graph n: 2^n n (n + 1). */
uint64_t otd_verthash_nodes(uint32_t n);

/* Fills in every field of data but nodes for graph n, 1..OTD_VERTHASH_GRAPH. */
void otd_verthash_describe(otd_verthash_data *data, uint32_t n);

/* Fills data->nodes, data->bytes long. Returns OTD_OK or OTD_E_CANCELLED (without a detail text). */
int32_t otd_verthash_generate(const otd_verthash_data *data, const otd_verthash_kernel *kernel,
                              const otd_build *build);

/* One keccak-f[1600] permutation. */
void otd_keccak(uint64_t state[25], const uint64_t constants[OTD_KECCAK_ROUNDS]);

#endif /* OTD_VERTHASH_GRAPH_H */
