/* thread.c - processor and nice value of the calling thread. */
#include <errno.h>
#include <string.h>

#include "algo.h"
#include "otedama_os.h"

#if defined(__linux__)

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int32_t otd_thread_set_affinity(uint32_t cpu) {
    if (cpu >= CPU_SETSIZE) {
        return otd_fail(OTD_E_ARGUMENT, "processor %u: numbers go from 0 to %d", cpu, CPU_SETSIZE - 1);
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) { /* 0 = the calling thread */
        return otd_fail(OTD_E_ARGUMENT, "processor %u cannot be used: %s", cpu, strerror(errno));
    }
    return OTD_OK;
}

int32_t otd_thread_set_priority(int32_t nice) {
    if (nice < -20 || nice > 19) {
        return otd_fail(OTD_E_ARGUMENT, "nice value %d: allowed are -20 to 19", nice);
    }
    /* On Linux a nice value belongs to the thread, not to the process. */
    if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice) != 0) {
        return otd_fail(OTD_E_IO, "nice value %d was refused: %s", nice, strerror(errno));
    }
    return OTD_OK;
}

#else

int32_t otd_thread_set_affinity(uint32_t cpu) {
    return otd_fail(OTD_E_UNSUPPORTED, "binding a thread to processor %u is only done on Linux", cpu);
}

int32_t otd_thread_set_priority(int32_t nice) {
    return otd_fail(OTD_E_UNSUPPORTED, "nice value %d: only Linux threads have one", nice);
}

#endif
