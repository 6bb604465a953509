/* cpu.c - see cpu.h. */
#include "cpu.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

static const struct {
    uint64_t bit;
    const char *name;
} otd_feature_names[] = {
    {OTD_CPU_SSE41, "sse4.1"},     {OTD_CPU_AVX2, "avx2"},
    {OTD_CPU_AVX512, "avx512"},    {OTD_CPU_SHANI, "shani"},
    {OTD_CPU_AESNI, "aesni"},      {OTD_CPU_PCLMUL, "pclmul"},
    {OTD_CPU_VAES, "vaes"},        {OTD_CPU_VPCLMUL, "vpclmul"},
    {OTD_CPU_BMI2, "bmi2"},        {OTD_CPU_NEON, "neon"},
    {OTD_CPU_ARM_SHA2, "armsha2"}, {OTD_CPU_ARM_AES, "armaes"},
    {OTD_CPU_GFNI, "gfni"},        {OTD_CPU_AVX512IFMA, "avx512ifma"},
};

#if defined(__x86_64__)

/* Extended control register 0: which register files the operating system saves. */
static uint64_t otd_xgetbv0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static uint64_t otd_when(int condition, uint64_t bits) {
    return condition ? bits : 0;
}

static uint64_t otd_detect(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) {
        return 0;
    }
    int sse41 = (c >> 19) & 1;
    int osxsave = (c >> 27) & 1;
    uint64_t saved = osxsave ? otd_xgetbv0() : 0;
    int ymm = (saved & 0x6) == 0x6;   /* xmm and ymm */
    int zmm = (saved & 0xe6) == 0xe6; /* and opmask, zmm */
    uint64_t bits = otd_when(sse41, OTD_CPU_SSE41) | otd_when((c >> 25) & 1, OTD_CPU_AESNI) |
                    otd_when((c >> 1) & 1, OTD_CPU_PCLMUL);
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        return bits;
    }
    int avx2 = ymm && ((b >> 5) & 1);
    int avx512 = zmm && avx2 && ((b >> 16) & 1) && ((b >> 17) & 1) && ((b >> 30) & 1) && ((b >> 31) & 1);
    bits |= otd_when(avx2, OTD_CPU_AVX2) | otd_when(avx512, OTD_CPU_AVX512) |
            otd_when(sse41 && ((b >> 29) & 1), OTD_CPU_SHANI) | otd_when((b >> 8) & 1, OTD_CPU_BMI2) |
            otd_when((c >> 8) & 1, OTD_CPU_GFNI) | otd_when(avx2 && ((c >> 9) & 1), OTD_CPU_VAES) |
            otd_when(avx2 && ((c >> 10) & 1), OTD_CPU_VPCLMUL) |
            otd_when(avx512 && ((b >> 21) & 1), OTD_CPU_AVX512IFMA);
    return bits;
}

static void otd_brand(char out[64]) {
    uint32_t words[12];
    uint32_t a, b, c, d;
    if (!__get_cpuid(0x80000000u, &a, &b, &c, &d) || a < 0x80000004u) {
        snprintf(out, 64, "x86-64 processor");
        return;
    }
    for (uint32_t leaf = 0; leaf < 3; leaf++) {
        __get_cpuid(0x80000002u + leaf, &words[4 * leaf], &words[4 * leaf + 1], &words[4 * leaf + 2],
                    &words[4 * leaf + 3]);
    }
    const char *text = (const char *)words;
    size_t length = strnlen(text, sizeof words);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    memcpy(out, text, length);
    out[length] = 0;
}

#elif defined(__aarch64__)

static uint64_t otd_detect(void) {
    uint64_t bits = OTD_CPU_NEON; /* part of the base architecture */
#ifdef __linux__
    unsigned long capabilities = getauxval(AT_HWCAP);
    if ((capabilities & (1ul << 6)) != 0) { /* HWCAP_SHA2 */
        bits |= OTD_CPU_ARM_SHA2;
    }
    if ((capabilities & (1ul << 3)) != 0) { /* HWCAP_AES */
        bits |= OTD_CPU_ARM_AES;
    }
#endif
    return bits;
}

static void otd_brand(char out[64]) {
    snprintf(out, 64, "arm64 processor");
}

#else

static uint64_t otd_detect(void) {
    return 0;
}

static void otd_brand(char out[64]) {
    snprintf(out, 64, "processor");
}

#endif

/* Filled before main runs, so that every later read is of constants. */
static uint64_t otd_features_value;
static char otd_name_text[64];
static char otd_feature_text[256];

__attribute__((constructor)) static void otd_cpu_init(void) {
    otd_features_value = otd_detect();
    otd_brand(otd_name_text);
    size_t used = 0;
    for (size_t i = 0; i < sizeof otd_feature_names / sizeof otd_feature_names[0]; i++) {
        if ((otd_features_value & otd_feature_names[i].bit) != 0) {
            used += (size_t)snprintf(otd_feature_text + used, sizeof otd_feature_text - used, "%s%s",
                                     used == 0 ? "" : " ", otd_feature_names[i].name);
        }
    }
}

uint64_t otd_cpu_features(void) {
    return otd_features_value;
}

const char *otd_cpu_name(void) {
    return otd_name_text;
}

const char *otd_cpu_feature_names(void) {
    return otd_feature_text;
}

uint32_t otd_cpu_threads(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return (uint32_t)CPU_COUNT(&set);
    }
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

uint64_t otd_cpu_memory_bytes(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
}
