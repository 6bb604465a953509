/* ellswift.h - ElligatorSwift (BIP 324): every 64 bytes are a point, and points look like random bytes. */
#ifndef OTD_CORE_ELLSWIFT_H
#define OTD_CORE_ELLSWIFT_H

#include <stdint.h>

#include "field.h"

/* x of the point that the encoding stands for. Public data only. */
void otd_ellswift_x(otd_fe *x, const uint8_t encoding[64]);

/*
 * The t for which u, t stands for x, by way `way` of eight (0..7). u is not 0 modulo p.
 * Returns: 1, or 0 when this way has none. Public data only.
 */
int otd_ellswift_t(otd_fe *t, const otd_fe *x, const otd_fe *u, uint32_t way);

#endif /* OTD_CORE_ELLSWIFT_H */
