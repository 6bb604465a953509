/* serial_test.c - serial ports over pseudo terminals: rates, waits, what is refused, and a wait that another
 * thread ends. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "otedama_os.h"

#if defined(__linux__)

enum { OTD_LONG_MS = 60000 };

static int32_t otd_open_port(otd_serial **port, const char *name, uint32_t rate) {
    return otd_serial_open(port, (const uint8_t *)name, (uint32_t)strlen(name), rate);
}

static int otd_open_master(char *name, size_t length) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int good =
        master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, length) == 0;
    otd_check(good, "serial: a pseudo terminal");
    return good ? master : -1;
}

static void otd_test_refusals(const char *name) {
    otd_serial *port;
    otd_check(otd_open_port(&port, "", 9600) == OTD_E_ARGUMENT, "serial: no name");
    otd_check(otd_serial_open(&port, (const uint8_t *)"/dev/null\0x", 11, 9600) == OTD_E_ARGUMENT,
              "serial: a zero in it");
    otd_check(otd_open_port(&port, name, 0) == OTD_E_ARGUMENT, "serial: no rate");
    otd_check(otd_open_port(&port, name, OTD_SERIAL_RATE_MAX + 1) == OTD_E_ARGUMENT,
              "serial: too high a rate");
    otd_check(otd_open_port(&port, "/dev/nothing", 9600) == OTD_E_MISSING, "serial: no port");
    otd_check(otd_open_port(&port, "/dev/null", 9600) == OTD_E_UNSUPPORTED, "serial: another device");
    otd_check(port == NULL, "serial: nothing comes out of a refusal");
    otd_serial_close(NULL);
}

static void otd_test_bytes(otd_serial *port, int master) {
    uint8_t buffer[64];
    uint32_t count = 99;
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, 0) == OTD_OK && count == 0,
              "serial: nothing there");
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, 10) == OTD_OK && count == 0,
              "serial: nothing came");
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, -1) == OTD_E_ARGUMENT,
              "serial: a negative wait");
    static const uint8_t sent[] = {0, 3, 10, 13, 17, 19, 26, 127, 255}; /* what a terminal would change */
    otd_check(otd_serial_write(port, &count, sent, sizeof sent, OTD_LONG_MS) == OTD_OK &&
                  count == sizeof sent,
              "serial: write");
    otd_check(read(master, buffer, sizeof buffer) == (ssize_t)sizeof sent &&
                  memcmp(buffer, sent, sizeof sent) == 0,
              "serial: unchanged on its way out");
    otd_check(write(master, sent, sizeof sent) == (ssize_t)sizeof sent, "serial: the other side writes");
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, OTD_LONG_MS) == OTD_OK &&
                  count == sizeof sent && memcmp(buffer, sent, sizeof sent) == 0,
              "serial: unchanged on its way in");
    otd_check(otd_serial_drain(port, &count, OTD_LONG_MS) == OTD_OK && count == 0, "serial: drained");
    otd_check(write(master, sent, sizeof sent) == (ssize_t)sizeof sent,
              "serial: the other side writes again");
    otd_check(otd_serial_discard(port) == OTD_OK, "serial: discard");
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, 0) == OTD_OK && count == 0,
              "serial: forgotten");
    otd_check(otd_serial_set_rate(port, 1562500) == OTD_OK, "serial: a rate of no list");
    otd_check(otd_serial_set_rate(port, 0) == OTD_E_ARGUMENT, "serial: no rate");
    otd_check(otd_serial_set_lines(port, 1, 0) == OTD_E_UNSUPPORTED, "serial: no lines");
    otd_check(otd_serial_set_parity(port, 1) == OTD_E_UNSUPPORTED, "serial: no parity");
    otd_check(otd_serial_set_parity(port, 0) == OTD_OK, "serial: and none asked for");
}

static void *otd_read_long(void *argument) {
    uint8_t buffer[8];
    uint32_t count;
    static int32_t status;
    status = otd_serial_read(argument, buffer, &count, sizeof buffer, OTD_LONG_MS);
    return &status;
}

/* One thread reads, another cancels: what the thread sanitizer looks at. */
void otd_test_serial(void) {
    char name[64];
    int master = otd_open_master(name, sizeof name);
    if (master < 0) {
        return;
    }
    otd_test_refusals(name);
    otd_serial *port = NULL, *second;
    otd_check(otd_open_port(&port, name, 115200) == OTD_OK, "serial: open");
    if (port == NULL) {
        close(master);
        return;
    }
    otd_check(otd_open_port(&second, name, 115200) == OTD_E_BUSY, "serial: for one alone");
    otd_test_bytes(port, master);
    pthread_t reader;
    void *status = NULL;
    pthread_create(&reader, NULL, otd_read_long, port);
    otd_serial_cancel(port);
    pthread_join(reader, &status);
    otd_check(*(int32_t *)status == OTD_E_CANCELLED, "serial: a read ends when it is cancelled");
    uint32_t count;
    otd_check(otd_serial_write(port, &count, (const uint8_t *)"x", 1, 0) == OTD_E_CANCELLED,
              "serial: and all after it");
    otd_check(otd_serial_set_rate(port, 9600) == OTD_E_CANCELLED, "serial: rates too");
    otd_serial_close(port);
    otd_check(otd_open_port(&port, name, 9600) == OTD_OK, "serial: open again");
    close(master);
    uint8_t buffer[8];
    otd_check(otd_serial_read(port, buffer, &count, sizeof buffer, OTD_LONG_MS) == OTD_E_DEVICE_LOST,
              "serial: the other side is gone");
    otd_serial_close(port);
}

#else

void otd_test_serial(void) {
}

#endif
