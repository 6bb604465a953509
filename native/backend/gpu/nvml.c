/*
 * nvml.c - what NVIDIA's driver tells of its cards, through the library that comes with it. Names, numbers
 * and structs: NVIDIA, NVML API Reference R535. Read only: nothing here sets a clock, a limit or a fan.
 *
 * The library may hang with a card that has fallen off the bus. So one thread at a time is in it, and the
 * others wait half a second for it and no longer.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "telemetry.h"

#define NVML_SUCCESS 0
#define NVML_ERROR_UNINITIALIZED 1
#define NVML_TEMPERATURE_GPU 0
#define NVML_CLOCK_SM 1
#define NVML_CLOCK_MEM 2

/* Reasons to be slow, beside "idle", clocks that were set, and screens. */
#define NVML_SLOW_POWER_CAP 0x4ull
#define NVML_SLOW_HARDWARE 0x8ull
#define NVML_SLOW_HEAT 0x20ull
#define NVML_SLOW_HARDWARE_HEAT 0x40ull
#define NVML_SLOW_POWER_BRAKE 0x80ull

/* How long others wait for the one that is in the library. */
#define OTD_NVML_WAIT_NS 500000000L

/* After the library would not begin, as without the kernel's module, it is asked again so much later. */
#define OTD_NVML_AGAIN_S 30

typedef struct otd_nvml_memory {
    unsigned long long total, free, used;
} otd_nvml_memory;

typedef struct otd_nvml_use {
    unsigned gpu, memory; /* percent of the time */
} otd_nvml_use;

_Static_assert(sizeof(otd_nvml_memory) == 24, "nvmlMemory_t");
_Static_assert(sizeof(otd_nvml_use) == 8, "nvmlUtilization_t");

typedef void *otd_nvml_card;

/* Functions that answer one question about a card; each may be missing in an older driver. */
#define OTD_NVML_QUESTIONS(F)                                                                                \
    F(nvmlDeviceGetTemperature, (otd_nvml_card, int, unsigned *))                                            \
    F(nvmlDeviceGetPowerUsage, (otd_nvml_card, unsigned *))                                                  \
    F(nvmlDeviceGetPowerManagementLimit, (otd_nvml_card, unsigned *))                                        \
    F(nvmlDeviceGetFanSpeed_v2, (otd_nvml_card, unsigned, unsigned *))                                       \
    F(nvmlDeviceGetFanSpeed, (otd_nvml_card, unsigned *))                                                    \
    F(nvmlDeviceGetNumFans, (otd_nvml_card, unsigned *))                                                     \
    F(nvmlDeviceGetClockInfo, (otd_nvml_card, int, unsigned *))                                              \
    F(nvmlDeviceGetUtilizationRates, (otd_nvml_card, otd_nvml_use *))                                        \
    F(nvmlDeviceGetMemoryInfo, (otd_nvml_card, otd_nvml_memory *))                                           \
    F(nvmlDeviceGetCurrentClocksThrottleReasons, (otd_nvml_card, unsigned long long *))                      \
    F(nvmlDeviceGetTotalEnergyConsumption, (otd_nvml_card, unsigned long long *))

#define OTD_NVML_FANS_MAX 8u

/* Whoever holds the lock reads and writes it. */
static struct {
    void *library;
    int looked;      /* 1 = the library was looked for */
    int begun;       /* 1 = nvmlInit was fine */
    time_t again_at; /* when it may be tried again */
    int (*nvmlInit_v2)(void);
    int (*nvmlDeviceGetHandleByPciBusId_v2)(const char *, otd_nvml_card *);
#define OTD_NVML_PLACE(name, parameters) int(*name) parameters;
    OTD_NVML_QUESTIONS(OTD_NVML_PLACE)
#undef OTD_NVML_PLACE
} otd_nvml;

static pthread_mutex_t otd_nvml_lock = PTHREAD_MUTEX_INITIALIZER;

static void otd_nvml_look(void) {
    otd_nvml.looked = 1;
    otd_nvml.library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (otd_nvml.library == NULL) {
        return;
    }
    *(void **)&otd_nvml.nvmlInit_v2 = dlsym(otd_nvml.library, "nvmlInit_v2");
    *(void **)&otd_nvml.nvmlDeviceGetHandleByPciBusId_v2 =
        dlsym(otd_nvml.library, "nvmlDeviceGetHandleByPciBusId_v2");
#define OTD_NVML_FIND(name, parameters) *(void **)&otd_nvml.name = dlsym(otd_nvml.library, #name);
    OTD_NVML_QUESTIONS(OTD_NVML_FIND)
#undef OTD_NVML_FIND
}

/* 1 when the library can be asked. It is never closed: other threads of the driver may be in it. */
static int otd_nvml_begin(void) {
    struct timespec now;
    if (!otd_nvml.looked) {
        otd_nvml_look();
    }
    if (otd_nvml.nvmlInit_v2 == NULL || otd_nvml.nvmlDeviceGetHandleByPciBusId_v2 == NULL) {
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!otd_nvml.begun && now.tv_sec >= otd_nvml.again_at) {
        otd_nvml.begun = otd_nvml.nvmlInit_v2() == NVML_SUCCESS;
        otd_nvml.again_at = now.tv_sec + OTD_NVML_AGAIN_S;
    }
    return otd_nvml.begun;
}

/* The fastest of a card's fans, in percent of the highest speed. */
static int otd_nvml_fan(otd_nvml_card card, unsigned *percent) {
    unsigned fans = 1, one = 0;
    int known = 0;
    *percent = 0;
    if (otd_nvml.nvmlDeviceGetFanSpeed_v2 == NULL) {
        return otd_nvml.nvmlDeviceGetFanSpeed != NULL &&
               otd_nvml.nvmlDeviceGetFanSpeed(card, percent) == NVML_SUCCESS;
    }
    if (otd_nvml.nvmlDeviceGetNumFans != NULL && otd_nvml.nvmlDeviceGetNumFans(card, &fans) != NVML_SUCCESS) {
        return 0;
    }
    for (unsigned fan = 0; fan < fans && fan < OTD_NVML_FANS_MAX; fan++) {
        if (otd_nvml.nvmlDeviceGetFanSpeed_v2(card, fan, &one) == NVML_SUCCESS) {
            known = 1;
            *percent = one > *percent ? one : *percent;
        }
    }
    return known;
}

static uint32_t otd_nvml_reasons(unsigned long long reasons) {
    uint32_t slow = (reasons & NVML_SLOW_POWER_CAP) != 0 ? OTD_THROTTLE_POWER : 0;
    slow |= (reasons & (NVML_SLOW_HEAT | NVML_SLOW_HARDWARE_HEAT)) != 0 ? OTD_THROTTLE_HEAT : 0;
    /* The plain bit comes with each of the two that say more. */
    if ((reasons & NVML_SLOW_POWER_BRAKE) != 0 ||
        (reasons & (NVML_SLOW_HARDWARE | NVML_SLOW_HARDWARE_HEAT)) == NVML_SLOW_HARDWARE) {
        slow |= OTD_THROTTLE_HARDWARE;
    }
    return slow;
}

#define OTD_NVML_ASK(name, ...) (otd_nvml.name != NULL && otd_nvml.name(card, __VA_ARGS__) == NVML_SUCCESS)

static void otd_nvml_sensors(otd_nvml_card card, otd_telemetry *out) {
    unsigned number = 0;
    if (OTD_NVML_ASK(nvmlDeviceGetTemperature, NVML_TEMPERATURE_GPU, &number) && number < 200) {
        out->temperature_mc = (int32_t)number * 1000;
        out->valid |= OTD_TELEMETRY_TEMPERATURE;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetPowerUsage, &out->power_mw)) {
        out->valid |= OTD_TELEMETRY_POWER;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetPowerManagementLimit, &out->power_limit_mw)) {
        out->valid |= OTD_TELEMETRY_POWER_LIMIT;
    }
    if (otd_nvml_fan(card, &number)) {
        out->fan_percent = number;
        out->valid |= OTD_TELEMETRY_FAN;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetClockInfo, NVML_CLOCK_SM, &out->clock_mhz)) {
        out->valid |= OTD_TELEMETRY_CLOCK;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetClockInfo, NVML_CLOCK_MEM, &out->memory_clock_mhz)) {
        out->valid |= OTD_TELEMETRY_MEMORY_CLOCK;
    }
}

static void otd_nvml_counts(otd_nvml_card card, otd_telemetry *out) {
    unsigned long long number = 0;
    otd_nvml_use use = {0};
    otd_nvml_memory memory = {0};
    if (OTD_NVML_ASK(nvmlDeviceGetUtilizationRates, &use)) {
        out->load_percent = use.gpu;
        out->valid |= OTD_TELEMETRY_LOAD;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetMemoryInfo, &memory)) {
        out->memory_used_bytes = memory.used;
        out->valid |= OTD_TELEMETRY_MEMORY_USED;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetCurrentClocksThrottleReasons, &number)) {
        out->throttled = otd_nvml_reasons(number);
        out->valid |= OTD_TELEMETRY_THROTTLED;
    }
    if (OTD_NVML_ASK(nvmlDeviceGetTotalEnergyConsumption, &number)) {
        out->energy_mj = number;
        out->valid |= OTD_TELEMETRY_ENERGY;
    }
}

/* NVML writes the domain with eight digits; an address with four means the same one. */
static int otd_nvml_card_at(const char *pci, otd_nvml_card *card) {
    unsigned domain = 0, bus = 0, slot = 0, function = 0;
    char address[32];
    if (sscanf(pci, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4) {
        return 0;
    }
    snprintf(address, sizeof address, "%08X:%02X:%02X.0", domain, bus & 0xff, slot & 0x1f);
    int error = otd_nvml.nvmlDeviceGetHandleByPciBusId_v2(address, card);
    if (error == NVML_ERROR_UNINITIALIZED) {
        otd_nvml.begun = 0; /* the driver was loaded anew under us */
    }
    return error == NVML_SUCCESS;
}

void otd_nvml_read(const char *pci, otd_telemetry *out) {
    struct timespec until;
    otd_nvml_card card = NULL;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += OTD_NVML_WAIT_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    if (pthread_mutex_timedlock(&otd_nvml_lock, &until) != 0) {
        return; /* somebody hangs in it */
    }
    if (otd_nvml_begin() && otd_nvml_card_at(pci, &card)) {
        otd_nvml_sensors(card, out);
        otd_nvml_counts(card, out);
    }
    pthread_mutex_unlock(&otd_nvml_lock);
}
