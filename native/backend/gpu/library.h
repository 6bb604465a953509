/* library.h - a driver's library, opened at run time. */
#ifndef OTD_BACKEND_GPU_LIBRARY_H
#define OTD_BACKEND_GPU_LIBRARY_H

#include <stddef.h>

/* Room for what the linker says of a library. A sentence around it has to fit otd_backend_info's message. */
#define OTD_LIBRARY_PROBLEM_MAX 112u

/* Opens a library by its name or path. NULL = it is not there, and `problem` stays as it is; or it is there
 * and cannot be opened, and the first such thing is told in `problem`, which begins empty. */
void *otd_library_open(const char *name, char problem[OTD_LIBRARY_PROBLEM_MAX]);

#endif
