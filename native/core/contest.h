/* contest.h - which flavour of an algorithm is the fastest on this processor, by running them. */
#ifndef OTD_CORE_CONTEST_H
#define OTD_CORE_CONTEST_H

#include "algo.h"

/*
 * Row of the fastest flavour among those whose bit is set in `rows`. Instruction sets alone do not tell:
 * interleaving SHA extensions with AVX-512 gains a third on Zen 4 and loses a quarter on Zen 5. Takes some 15
 * ms; a later row has to be 3 % faster than an earlier one. Without contest_nonces, or with one row, the
 * first row wins unheard.
 */
uint32_t otd_contest_winner(const otd_algo *algo, uint32_t rows);

#endif /* OTD_CORE_CONTEST_H */
