/* cpu.h - what this processor can do, detected once by otd_open. */
#ifndef OTD_CORE_CPU_H
#define OTD_CORE_CPU_H

#include <stdint.h>

#define OTD_CPU_SSE41 (1ull << 0)
#define OTD_CPU_AVX2 (1ull << 1)
#define OTD_CPU_AVX512 (1ull << 2) /* F + BW + VL + DQ, and the OS saves zmm */
#define OTD_CPU_SHANI (1ull << 3)  /* SHA extensions with SSE4.1 */
#define OTD_CPU_AESNI (1ull << 4)
#define OTD_CPU_PCLMUL (1ull << 5)
#define OTD_CPU_VAES (1ull << 6)
#define OTD_CPU_VPCLMUL (1ull << 7)
#define OTD_CPU_BMI2 (1ull << 8)
#define OTD_CPU_NEON (1ull << 9)
#define OTD_CPU_ARM_SHA2 (1ull << 10)
#define OTD_CPU_ARM_AES (1ull << 11)
#define OTD_CPU_GFNI (1ull << 12)
#define OTD_CPU_AVX512IFMA (1ull << 13)

/* OTD_CPU_... bits of this processor; constant after the first call. Any thread. */
uint64_t otd_cpu_features(void);

/* The processor's brand string, and the feature names separated by blanks. Static storage. */
const char *otd_cpu_name(void);
const char *otd_cpu_feature_names(void);

/* Hardware threads this process may use. */
uint32_t otd_cpu_threads(void);

/* Physical memory of this machine, 0 when the system does not say. */
uint64_t otd_cpu_memory_bytes(void);

#endif /* OTD_CORE_CPU_H */
