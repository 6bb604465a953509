/*
 * period.h - the programs of KawPow's periods, compiled for a device ahead of their time: a thread of low
 * priority splices and builds the next one while the present one is searched with.
 */
#ifndef OTD_ALGO_KAWPOW_PERIOD_H
#define OTD_ALGO_KAWPOW_PERIOD_H

#include "../program.h"
#include "backend/gpu/plan.h"

/* Programs that are kept: of the last two that were used, whose launches may be under way, the next one, and
 * one that is being built. */
#define OTD_KAWPOW_PROGRAMS 4u

/* What stands for resident groups in the geometry of the kernel that reads its program. */
#define OTD_KAWPOW_ANY UINT32_MAX

typedef struct otd_kawpow_periods otd_kawpow_periods;

/* Starts the thread, with a context of its own in the domain of site->dataset. The programs are built for the
 * site's geometry and the pieces of its dataset. */
int32_t otd_kawpow_periods_open(otd_kawpow_periods **out, const otd_gpu_site *site);

/*
 * The mix kernel of a period, which stays good until two other periods have been asked for; from then on its
 * successor is on its way, if it is of the same epoch. Waits until it is there, honouring the engine's
 * cancel. Returns OTD_OK; OTD_E_CANCELLED; what building it came to; OTD_E_DRIVER when the driver's compiler
 * does not come back. The engine's thread.
 */
int32_t otd_kawpow_periods_get(otd_kawpow_periods *periods, const otd_gpu_site *site, uint64_t period,
                               otd_gpu_kernel **kernel);

/* Ends the thread and gives the programs back; with lost = 1 nothing of the device is touched. A thread that
 * does not come back from the driver is left behind with what it uses. */
void otd_kawpow_periods_close(otd_kawpow_periods *periods, int32_t lost);

#endif /* OTD_ALGO_KAWPOW_PERIOD_H */
