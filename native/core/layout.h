/* layout.h - rows of the layout table that the managed side compares with its own structs. */
#ifndef OTD_CORE_LAYOUT_H
#define OTD_CORE_LAYOUT_H

#include "otedama.h"

/* Fills *out with row `index`; 0 past the last row. */
int32_t otd_layout_at(uint32_t index, otd_layout_row *out);

#endif /* OTD_CORE_LAYOUT_H */
