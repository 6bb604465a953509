/*
 * otedama_os.h - what the managed side needs from the operating system and .NET does not offer.
 *
 * The rules of otedama.h hold here too: status codes, detail text, whoever allocates frees. All verbs work
 * before otd_open. Those of threads speak only of the thread that calls them, so a worker thread calls them
 * once at its own start; neither needs to be undone: a thread that ends takes its settings along.
 */
#ifndef OTEDAMA_OS_H
#define OTEDAMA_OS_H

#include <stdint.h>

#include "otedama.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Binds the calling thread to one processor: it runs there and nowhere else from then on.
 *
 * In:      cpu, a hardware thread as the kernel numbers it, from 0 (Linux: /proc/cpuinfo "processor").
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a processor that does not exist, or that this process may not use because a
 *          control group or taskset leaves it out - the detail carries the system's own words;
 *          OTD_E_UNSUPPORTED where the system has no such call (everything but Linux).
 * Thread:  the calling thread only. Source: sched_setaffinity(2).
 */
OTD_API int32_t otd_thread_set_affinity(uint32_t cpu);

/*
 * Sets the nice value of the calling thread, so that mining yields to whatever else the machine does.
 *
 * In:      nice, -20 (served first) to 19 (served last). Raising it is always allowed; lowering it needs a
 *          privilege (CAP_SYS_NICE), also back to where the thread began.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT outside that range;
 *          OTD_E_IO when the system refused, as it does without the privilege;
 *          OTD_E_UNSUPPORTED where threads have no nice value of their own (everything but Linux).
 * Thread:  the calling thread only. Source: setpriority(2), whose process argument is a thread on Linux.
 */
OTD_API int32_t otd_thread_set_priority(int32_t nice);

/* ---- serial ports -------------------------------------------------------------------------------- */

#define OTD_SERIAL_PATH_MAX 255u      /* bytes of a port's name; Linux allows as much for one component */
#define OTD_SERIAL_RATE_MAX 12000000u /* bits a second: the fastest adapter on USB's second speed */

/* One open serial port. One owner thread; only otd_serial_cancel may come from elsewhere. */
typedef struct otd_serial otd_serial;

/*
 * Opens a serial port raw: 8 data bits, no parity, one stop bit, no flow control, nothing translated, and for
 * this process alone. What has come before is forgotten. Opening asserts both modem lines, closing leaves
 * them.
 *
 * In:      path, UTF-8 of path_length bytes, at most OTD_SERIAL_PATH_MAX: /dev/ttyUSB0, COM3;
 *          rate, bits a second, 1 to OTD_SERIAL_RATE_MAX. Any number: the driver takes the nearest it has.
 * Out:     a port, to be ended with otd_serial_close.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a path or a rate outside that;
 *          OTD_E_MISSING when there is no such port, or nothing behind its name;
 *          OTD_E_BUSY when another program holds it;
 *          OTD_E_DENIED when this user may not open it;
 *          OTD_E_UNSUPPORTED when that is no serial port, when the rate it would run at is more than 5 % off,
 * or where this build has no serial ports (neither Linux nor Windows); OTD_E_MEMORY, OTD_E_IO. Thread:  any.
 * Source: ioctl_tty(2), termios2 with BOTHER; on Windows SetCommState.
 */
OTD_API int32_t otd_serial_open(otd_serial **out, const uint8_t *path, uint32_t path_length, uint32_t rate);

/* Ends a port and frees it. No other call on it may be under way: cancel it first. Null is let pass. */
OTD_API void otd_serial_close(otd_serial *port);

/*
 * Makes every call on this port, those under way too, return OTD_E_CANCELLED from now on. Any thread, any
 * number of times.
 */
OTD_API void otd_serial_cancel(otd_serial *port);

/*
 * Takes what has come, at most into_length bytes; waits until something comes when nothing is there.
 *
 * In:      wait_ms, milliseconds, at least 0; 0 = only what is there already.
 * Out:     count, bytes put into `into`; 0 = nothing came in that time.
 * Returns: OTD_OK; OTD_E_ARGUMENT for a negative wait; OTD_E_DEVICE_LOST when the port is gone;
 *          OTD_E_CANCELLED; OTD_E_IO.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_read(otd_serial *port, uint8_t *into, uint32_t *count, uint32_t into_length,
                                int32_t wait_ms);

/*
 * Hands over bytes to be sent.
 *
 * In:      wait_ms, milliseconds for all of them, at least 0.
 * Out:     count, how many the system took; fewer than bytes_length = the time was up.
 * Returns: as otd_serial_read.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_write(otd_serial *port, uint32_t *count, const uint8_t *bytes,
                                 uint32_t bytes_length, int32_t wait_ms);

/*
 * Waits until what was handed over has left this machine.
 *
 * In:      wait_ms, milliseconds, at least 0.
 * Out:     left, bytes that still wait when the time is up; 0 = all are out. A pseudo terminal always says 0.
 * Returns: as otd_serial_read.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_drain(otd_serial *port, uint32_t *left, int32_t wait_ms);

/* Forgets what has come and was not read. Returns as otd_serial_read. Thread: the owner. */
OTD_API int32_t otd_serial_discard(otd_serial *port);

/*
 * Changes the rate; bytes that are neither drained nor read may be garbled.
 *
 * In:      rate, as for otd_serial_open.
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED when the port would run more than 5 % off: a UART loses
 * the last bit of ten from there on. The old rate is set again then. Thread:  the owner.
 */
OTD_API int32_t otd_serial_set_rate(otd_serial *port, uint32_t rate);

/*
 * Puts an even parity bit behind each byte, or none as after opening; what has been written but not drained
 * may be garbled. The loader of STM32 in ROM wants one.
 *
 * In:      even, not 0 = with it.
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED where the port does not keep it: a pseudo terminal.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_set_parity(otd_serial *port, uint32_t even);

/*
 * Sets both modem lines at once; not 0 = asserted (the pin of a usual adapter goes low).
 *
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED where the port has no such lines: a pseudo terminal, a
 * port over the network. That is no reason to stop. Thread:  the owner. Source: TIOCMSET of ioctl_tty(2), one
 * call for both as ESP's reset circuit wants it.
 */
OTD_API int32_t otd_serial_set_lines(otd_serial *port, uint32_t data_terminal_ready,
                                     uint32_t request_to_send);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_OS_H */
