/* library.c - a driver's library, opened at run time. */
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The linker has no number for it, only words. What a library that is there misses is named in its place. */
static int otd_is_missing(const char *name, const char *words) {
    return strstr(words, name) != NULL && strstr(words, strerror(ENOENT)) != NULL;
}

void *otd_library_open(const char *name, char problem[OTD_LIBRARY_PROBLEM_MAX]) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const char *words = library == NULL ? dlerror() : NULL;
    if (words != NULL && problem[0] == 0 && !otd_is_missing(name, words)) {
        size_t length =
            strlen(words); /* a path and then the reason: where there is no room for both, its end */
        size_t cut = length < OTD_LIBRARY_PROBLEM_MAX ? 0 : length - OTD_LIBRARY_PROBLEM_MAX + 1;
        snprintf(problem, OTD_LIBRARY_PROBLEM_MAX, "%s", words + cut);
    }
    return library;
}
