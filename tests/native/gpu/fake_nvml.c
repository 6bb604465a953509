/*
 * fake_nvml.c - a stand-in for NVIDIA's libnvidia-ml.so.1 that tells what a file says. The environment
 * variable FAKE_NVML names the file, which is read again at every call, so that a test can change a card
 * while a program looks at it. Its lines are "word number":
 *
 *     init 9                      what nvmlInit_v2 returns; 0 when there is no such line
 *     hang 1                      a question for the temperature is not answered while this line is there
 *     card 00000000:01:00.0       the lines below are of the card there
 *     temperature 64              in the units of NVML
 *     power !4                    the error 4 in place of an answer
 *
 * What has no line is NVML_ERROR_NOT_SUPPORTED. Sizes and error codes are those of NVML R535.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6 };

typedef struct card *device; /* its number in the file, from 1, as a pointer */

static int begun;

/* Calls that hang at this moment; the test's to read. */
EXPORT int fake_nvml_hanging;

/* The number behind a word in the part of card `number`, 0 = the part above all cards. Returns 0 when found,
 * the planted error, or NOT_SUPPORTED. */
static int look(size_t number, const char *word, unsigned long long *out) {
    char line[128], key[64], value[64];
    size_t at = 0;
    const char *path = getenv("FAKE_NVML");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    int answer = NOT_SUPPORTED;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%63s %63s", key, value) != 2) {
            continue;
        }
        if (strcmp(key, "card") == 0) {
            at++;
        } else if (at == number && strcmp(key, word) == 0) {
            answer = value[0] == '!' ? atoi(value + 1) : SUCCESS;
            *out = strtoull(value, NULL, 0);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return answer;
}

static int tell(device of, const char *word, unsigned *out) {
    unsigned long long value = 0;
    int error = begun ? look((size_t)of, word, &value) : UNINITIALIZED;
    *out = error == SUCCESS ? (unsigned)value : *out;
    return error;
}

static int tell_long(device of, const char *word, unsigned long long *out) {
    unsigned long long value = 0;
    int error = begun ? look((size_t)of, word, &value) : UNINITIALIZED;
    *out = error == SUCCESS ? value : *out;
    return error;
}

EXPORT int nvmlInit_v2(void);
int nvmlInit_v2(void) {
    unsigned long long error = 0;
    begun = look(0, "init", &error) != SUCCESS || error == 0;
    return begun ? SUCCESS : (int)error;
}

EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *address, device *out);
int nvmlDeviceGetHandleByPciBusId_v2(const char *address, device *out) {
    unsigned wanted[4], there[4];
    char line[128];
    size_t at = 0;
    const char *path = getenv("FAKE_NVML");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    int answer = begun ? NOT_FOUND : UNINITIALIZED;
    /* NVML wants the domain with eight digits. */
    if (strcspn(address, ":") != 8 ||
        sscanf(address, "%x:%x:%x.%x", &wanted[0], &wanted[1], &wanted[2], &wanted[3]) != 4) {
        answer = INVALID_ARGUMENT;
    }
    while (answer == NOT_FOUND && file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "card %x:%x:%x.%x", &there[0], &there[1], &there[2], &there[3]) == 4) {
            at++;
            if (memcmp(wanted, there, sizeof wanted) == 0) {
                *out = (device)at;
                answer = SUCCESS;
            }
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return answer;
}

EXPORT int nvmlDeviceGetTemperature(device of, int sensor, unsigned *out);
int nvmlDeviceGetTemperature(device of, int sensor, unsigned *out) {
    const struct timespec pause = {.tv_nsec = 2000000};
    unsigned long long hangs = 0;
    __atomic_add_fetch(&fake_nvml_hanging, 1, __ATOMIC_RELEASE);
    while (look(0, "hang", &hangs) == SUCCESS && hangs != 0) {
        nanosleep(&pause, NULL);
    }
    __atomic_sub_fetch(&fake_nvml_hanging, 1, __ATOMIC_RELEASE);
    return sensor == 0 ? tell(of, "temperature", out) : INVALID_ARGUMENT;
}

#define QUESTION(name, word)                                                                                 \
    EXPORT int name(device of, unsigned *out);                                                               \
    int name(device of, unsigned *out) {                                                                     \
        return tell(of, word, out);                                                                          \
    }

QUESTION(nvmlDeviceGetPowerUsage, "power")
QUESTION(nvmlDeviceGetPowerManagementLimit, "limit")
QUESTION(nvmlDeviceGetNumFans, "fans")

EXPORT int nvmlDeviceGetFanSpeed_v2(device of, unsigned fan, unsigned *out);
int nvmlDeviceGetFanSpeed_v2(device of, unsigned fan, unsigned *out) {
    char word[16];
    snprintf(word, sizeof word, "fan%u", fan);
    return tell(of, word, out);
}

EXPORT int nvmlDeviceGetClockInfo(device of, int which, unsigned *out);
int nvmlDeviceGetClockInfo(device of, int which, unsigned *out) {
    static const char *const words[] = {"graphics", "sm", "memory_clock"};
    return which >= 0 && which < 3 ? tell(of, words[which], out) : INVALID_ARGUMENT;
}

EXPORT int nvmlDeviceGetUtilizationRates(device of, unsigned *out);
int nvmlDeviceGetUtilizationRates(device of, unsigned *out) {
    out[1] = 0;
    return tell(of, "load", &out[0]);
}

EXPORT int nvmlDeviceGetMemoryInfo(device of, unsigned long long *out);
int nvmlDeviceGetMemoryInfo(device of, unsigned long long *out) {
    int error = tell_long(of, "memory_used", &out[2]);
    out[0] = 8ull << 30;
    out[1] = out[0] - out[2];
    return error;
}

EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(device of, unsigned long long *out);
int nvmlDeviceGetCurrentClocksThrottleReasons(device of, unsigned long long *out) {
    return tell_long(of, "reasons", out);
}

EXPORT int nvmlDeviceGetTotalEnergyConsumption(device of, unsigned long long *out);
int nvmlDeviceGetTotalEnergyConsumption(device of, unsigned long long *out) {
    return tell_long(of, "energy", out);
}
