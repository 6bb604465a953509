/*
 * gpu_telemetry_test.c - what cards tell of themselves: NVML through a stand-in for NVIDIA's library, amdgpu
 * through files like the kernel's. Values, units, what is missing, errors, and a library that hangs.
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "telemetry.h"

static char otd_nvml_file[] = P_tmpdir "/otedama-nvml-XXXXXX";

/* What the stand-in's file says from now on, in one step. */
static void otd_say(const char *text) {
    char next[sizeof otd_nvml_file + 4];
    snprintf(next, sizeof next, "%s.new", otd_nvml_file);
    FILE *file = fopen(next, "w");
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
    }
    otd_check(file != NULL && rename(next, otd_nvml_file) == 0, "telemetry: writing %s", otd_nvml_file);
}

static otd_telemetry otd_ask(const char *pci) {
    otd_telemetry out = {.valid = 0};
    otd_nvml_read(pci, &out);
    return out;
}

static void otd_test_nvml_values(void) {
    otd_say("card 00000000:02:00.0\ntemperature 31\ncard 00000000:01:00.0\ntemperature 64\npower 215500\n"
            "limit 250000\nfans 2\nfan0 47\nfan1 61\ngraphics 1900\nsm 1905\nmemory_clock 9501\nload 99\n"
            "memory_used 5000000000\nreasons 0x4\nenergy 123456789012\n");
    otd_telemetry one = otd_ask("0000:01:00.0");
    otd_check(one.valid ==
                  (OTD_TELEMETRY_TEMPERATURE | OTD_TELEMETRY_POWER | OTD_TELEMETRY_FAN | OTD_TELEMETRY_CLOCK |
                   OTD_TELEMETRY_MEMORY_CLOCK | OTD_TELEMETRY_LOAD | OTD_TELEMETRY_THROTTLED |
                   OTD_TELEMETRY_MEMORY_USED | OTD_TELEMETRY_ENERGY | OTD_TELEMETRY_POWER_LIMIT),
              "telemetry: everything NVML knows is there, valid = %x", one.valid);
    otd_check(one.temperature_mc == 64000 && one.power_mw == 215500 && one.power_limit_mw == 250000 &&
                  one.fan_percent == 61 && one.clock_mhz == 1905 && one.memory_clock_mhz == 9501 &&
                  one.load_percent == 99 && one.memory_used_bytes == 5000000000ull &&
                  one.throttled == OTD_THROTTLE_POWER && one.energy_mj == 123456789012ull,
              "telemetry: NVML's units: %d mC, %u mW, fan %u, %u MHz, throttled %u", one.temperature_mc,
              one.power_mw, one.fan_percent, one.clock_mhz, one.throttled);
    otd_telemetry two = otd_ask("0000:02:00.0");
    otd_check(two.valid == OTD_TELEMETRY_TEMPERATURE && two.temperature_mc == 31000,
              "telemetry: the card at the other address, which tells less: valid = %x, %d", two.valid,
              two.temperature_mc);
    otd_check(otd_ask("0000:03:00.0").valid == 0, "telemetry: no card at that address");
    otd_check(otd_ask("PoCL").valid == 0, "telemetry: no address");
}

static void otd_test_nvml_reasons(void) {
    static const struct {
        const char *nvml;
        uint32_t expected;
    } rows[] = {
        {"0", 0},
        {"0x113", 0}, /* idle, clocks that were set, sync boost, screens */
        {"0x20", OTD_THROTTLE_HEAT},
        {"0x48", OTD_THROTTLE_HEAT},
        {"0x8", OTD_THROTTLE_HARDWARE},
        {"0x88", OTD_THROTTLE_HARDWARE},
        {"0xc4", OTD_THROTTLE_POWER | OTD_THROTTLE_HEAT | OTD_THROTTLE_HARDWARE},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "card 00000000:01:00.0\nreasons %s\n", rows[i].nvml);
        otd_say(text);
        otd_telemetry told = otd_ask("0000:01:00.0");
        otd_check(told.valid == OTD_TELEMETRY_THROTTLED && told.throttled == rows[i].expected,
                  "telemetry: reasons %s are %u, got %u", rows[i].nvml, rows[i].expected, told.throttled);
    }
}

static void otd_test_nvml_errors(void) {
    otd_say(
        "card 00000000:01:00.0\ntemperature !15\npower !4\nlimit 250000\nfans 1\nfan0 !3\nreasons !999\n");
    otd_telemetry told = otd_ask("0000:01:00.0");
    otd_check(told.valid == OTD_TELEMETRY_POWER_LIMIT && told.power_limit_mw == 250000,
              "telemetry: what is refused is left out and nothing else, valid = %x", told.valid);
    otd_say("card 00000000:01:00.0\ntemperature 4294967295\n");
    otd_check(otd_ask("0000:01:00.0").valid == 0, "telemetry: no card is that hot");
}

static void *otd_ask_in_thread(void *out) {
    *(otd_telemetry *)out = otd_ask("0000:01:00.0");
    return NULL;
}

/* One caller hangs in the library; a second one is let go, and the first one as soon as the library does. */
static void otd_test_nvml_hang(const int *hanging) {
    otd_telemetry first = {.valid = 0};
    pthread_t thread;
    otd_say("hang 1\ncard 00000000:01:00.0\ntemperature 70\npower 1000\n");
    otd_check(pthread_create(&thread, NULL, otd_ask_in_thread, &first) == 0, "telemetry: a thread");
    while (__atomic_load_n(hanging, __ATOMIC_ACQUIRE) == 0) {
        usleep(1000);
    }
    otd_telemetry second = otd_ask("0000:01:00.0");
    otd_check(second.valid == 0, "telemetry: beside one that hangs nothing is known, valid = %x",
              second.valid);
    otd_say("card 00000000:01:00.0\ntemperature 71\n");
    pthread_join(thread, NULL);
    otd_check(first.valid == OTD_TELEMETRY_TEMPERATURE && first.temperature_mc == 71000,
              "telemetry: the one that hung has its answer, %d", first.temperature_mc);
    otd_check(otd_ask("0000:01:00.0").temperature_mc == 71000, "telemetry: and the next one too");
}

static void otd_test_nvml(void) {
    int made = mkstemp(otd_nvml_file);
    /* The library looked for by its name is the one that is there already. */
    void *library = dlopen(FAKE_NVML_LIBRARY, RTLD_NOW);
    if (made < 0 || library == NULL) {
        otd_check(0, "telemetry: the stand-in for NVML: %s", dlerror());
        return;
    }
    close(made);
    setenv("FAKE_NVML", otd_nvml_file, 1);
    otd_test_nvml_values();
    otd_test_nvml_reasons();
    otd_test_nvml_errors();
    otd_test_nvml_hang(dlsym(library, "fake_nvml_hanging"));
    unsetenv("FAKE_NVML");
    unlink(otd_nvml_file);
}

/* ---- files like the kernel's ------------------------------------------------------------------ */

static char otd_root[] = P_tmpdir "/otedama-sys-XXXXXX";

static void otd_file(const char *name, const char *text) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/bus/pci/devices/%s", otd_root, name);
    for (char *at = path + sizeof otd_root; (at = strchr(at, '/')) != NULL; at++) {
        *at = 0;
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = text != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
    } else {
        unlink(path);
    }
}

static otd_telemetry otd_files_say(const char *pci, int expected) {
    otd_telemetry out = {.valid = 0};
    int is_amd = otd_amdgpu_read(otd_root, pci, &out);
    otd_check(is_amd == expected, "telemetry: %s is AMD's: %d", pci, is_amd);
    return out;
}

static void otd_test_amdgpu(void) {
    if (mkdtemp(otd_root) == NULL) {
        otd_check(0, "telemetry: a folder for files like the kernel's");
        return;
    }
    otd_file("0000:03:00.0/vendor", "0x1002\n");
    otd_file("0000:03:00.0/gpu_busy_percent", "97\n");
    otd_file("0000:03:00.0/mem_info_vram_used", "6442450944\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/temp1_input", "58000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/temp2_input", "71500\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/temp3_input", "82000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/power1_average", "143000000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/power1_cap", "186000000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/fan1_input", "1480\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/pwm1", "102\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/freq1_input", "2180000000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/freq2_input", "1988000000\n");
    otd_file("0000:04:00.0/vendor", "0x10de\n");
    otd_file("0000:05:00.0/vendor", "0x1002\n");
    otd_telemetry all = otd_files_say("0000:03:00.0", 1);
    otd_check(all.temperature_mc == 58000 && all.hotspot_mc == 71500 && all.memory_mc == 82000 &&
                  all.power_mw == 143000 && all.power_limit_mw == 186000 && all.fan_rpm == 1480 &&
                  all.fan_percent == 40 && all.clock_mhz == 2180 && all.memory_clock_mhz == 1988 &&
                  all.load_percent == 97 && all.memory_used_bytes == 6442450944ull,
              "telemetry: amdgpu's units: %d mC, %u mW, fan %u %%, %u MHz", all.temperature_mc, all.power_mw,
              all.fan_percent, all.clock_mhz);
    otd_check((all.valid & (OTD_TELEMETRY_THROTTLED | OTD_TELEMETRY_ENERGY)) == 0,
              "telemetry: what amdgpu does not tell is not known");
    otd_file("0000:03:00.0/hwmon/hwmon7/power1_average", NULL);
    otd_file("0000:03:00.0/hwmon/hwmon7/power1_input", "99000000\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/temp1_input", "hot\n");
    otd_file("0000:03:00.0/hwmon/hwmon7/fan1_input", "-1\n");
    otd_telemetry odd = otd_files_say("0000:03:00.0", 1);
    otd_check(odd.power_mw == 99000 && (odd.valid & (OTD_TELEMETRY_TEMPERATURE | OTD_TELEMETRY_FAN_RPM)) == 0,
              "telemetry: power of the moment in place of an average, and no number is none: %x", odd.valid);
    otd_check(otd_files_say("0000:04:00.0", 0).valid == 0, "telemetry: another vendor's card");
    otd_check(otd_files_say("0000:05:00.0", 1).valid == 0, "telemetry: a card without sensors");
    otd_check(otd_files_say("0000:06:00.0", 0).valid == 0, "telemetry: no card");
    char remove[sizeof otd_root + 16];
    snprintf(remove, sizeof remove, "rm -r %s", otd_root);
    otd_check(system(remove) == 0, "telemetry: %s", remove);
}

void otd_test_gpu_telemetry(void) {
    otd_test_amdgpu();
    otd_test_nvml();
}
