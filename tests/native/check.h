/* check.h - counting for the native tests. */
#ifndef OTD_TEST_CHECK_H
#define OTD_TEST_CHECK_H

/* Counts one test; a failure prints what (printf form) with the library's detail. */
void otd_check(int condition, const char *what, ...) __attribute__((format(printf, 2, 3)));

void otd_test_border(void);
void otd_test_contest(void);
void otd_test_curve(void);
void otd_test_sha256d(void);
void otd_test_header80(void);
void otd_test_fuzz(void);
void otd_test_gpu(void);
void otd_test_gpu_checks(void);
void otd_test_gpu_datasets(void);
void otd_test_gpu_domains(void);
void otd_test_gpu_equihash(int large);
void otd_test_gpu_host(void);
void otd_test_gpu_kawpow(void);
void otd_test_gpu_vulkan(int large); /* once Vulkan was opened */
void otd_test_gpu_telemetry(void);
void otd_test_kawpow(void);
void otd_test_ring(void);
void otd_test_ring_commits(void);
void otd_test_serial(void);
void otd_test_threads(void);
void otd_test_vulkan(int large);
void otd_test_vulkan_way(void);
void otd_test_vectors(const char *directory);

#endif /* OTD_TEST_CHECK_H */
