/*
 * amdgpu.c - what the kernel's driver for AMD's cards shows of them in files. Names and units: the kernel's
 * documentation, gpu/amdgpu/thermal and hwmon/sysfs-interface. Every file may be missing.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "telemetry.h"

#define OTD_VENDOR_AMD 0x1002

/* A number in a file of the kernel, decimal or 0x...; 0 when there is none. */
static int otd_file_number(const char *folder, const char *name, long long *out) {
    char path[PATH_MAX], text[32] = "";
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return 0;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    size_t read = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    char *end = text;
    text[read] = 0;
    *out = strtoll(text, &end, 0);
    return end != text;
}

/* The folder of the card's sensors: hwmon/hwmon3, the number is anybody's. */
static int otd_sensors(const char *card, char *out, size_t size) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/hwmon", card);
    DIR *folder = opendir(path);
    int found = 0;
    if (folder == NULL) {
        return 0;
    }
    for (const struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, "hwmon", 5) == 0) {
            int length = snprintf(out, size, "%s/%s", path, entry->d_name);
            found = length > 0 && (size_t)length < size;
        }
    }
    closedir(folder);
    return found;
}

/* Takes a file's number divided by `scale` when it lies in 0 ... `most`. */
static void otd_take(const char *folder, const char *name, long long scale, long long most, uint32_t bit,
                     void *place, uint32_t *valid) {
    long long number = 0;
    if ((*valid & bit) == 0 && otd_file_number(folder, name, &number) && number >= 0 &&
        number / scale <= most) {
        uint32_t value = (uint32_t)(number / scale);
        memcpy(place, &value, sizeof value);
        *valid |= bit;
    }
}

static void otd_read_sensors(const char *sensors, otd_telemetry *out) {
    uint32_t *valid = &out->valid;
    long long pwm = 0;
    otd_take(sensors, "temp1_input", 1, 200000, OTD_TELEMETRY_TEMPERATURE, &out->temperature_mc, valid);
    otd_take(sensors, "temp2_input", 1, 200000, OTD_TELEMETRY_HOTSPOT, &out->hotspot_mc, valid);
    otd_take(sensors, "temp3_input", 1, 200000, OTD_TELEMETRY_MEMORY_TEMPERATURE, &out->memory_mc, valid);
    /* Microwatts; newer cards show the moment in place of an average. */
    otd_take(sensors, "power1_average", 1000, 10000000, OTD_TELEMETRY_POWER, &out->power_mw, valid);
    otd_take(sensors, "power1_input", 1000, 10000000, OTD_TELEMETRY_POWER, &out->power_mw, valid);
    otd_take(sensors, "power1_cap", 1000, 10000000, OTD_TELEMETRY_POWER_LIMIT, &out->power_limit_mw, valid);
    otd_take(sensors, "fan1_input", 1, 100000, OTD_TELEMETRY_FAN_RPM, &out->fan_rpm, valid);
    otd_take(sensors, "freq1_input", 1000000, 100000, OTD_TELEMETRY_CLOCK, &out->clock_mhz, valid);
    otd_take(sensors, "freq2_input", 1000000, 100000, OTD_TELEMETRY_MEMORY_CLOCK, &out->memory_clock_mhz,
             valid);
    if (otd_file_number(sensors, "pwm1", &pwm) && pwm >= 0 && pwm <= 255) {
        out->fan_percent = (uint32_t)((pwm * 100 + 127) / 255);
        *valid |= OTD_TELEMETRY_FAN;
    }
}

int otd_amdgpu_read(const char *root, const char *pci, otd_telemetry *out) {
    char card[PATH_MAX / 2], sensors[PATH_MAX];
    long long vendor = 0, used = 0;
    int length = snprintf(card, sizeof card, "%s/bus/pci/devices/%s", root, pci);
    if (length < 0 || (size_t)length >= sizeof card || !otd_file_number(card, "vendor", &vendor) ||
        vendor != OTD_VENDOR_AMD) {
        return 0;
    }
    if (otd_sensors(card, sensors, sizeof sensors)) {
        otd_read_sensors(sensors, out);
    }
    otd_take(card, "gpu_busy_percent", 1, 100, OTD_TELEMETRY_LOAD, &out->load_percent, &out->valid);
    if (otd_file_number(card, "mem_info_vram_used", &used) && used >= 0) {
        out->memory_used_bytes = (uint64_t)used;
        out->valid |= OTD_TELEMETRY_MEMORY_USED;
    }
    return 1;
}

void otd_card_read(const char *pci, otd_telemetry *out) {
    const char *root = getenv("OTEDAMA_SYSFS");
    if (pci[0] != 0 && !otd_amdgpu_read(root != NULL && root[0] != 0 ? root : OTD_SYSFS, pci, out)) {
        otd_nvml_read(pci, out);
    }
}
