/* serial_win32.c - serial ports of Windows: the twin of serial_posix.c. */
#if defined(_WIN32)

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "algo.h"
#include "otedama_os.h"

/* One wait of the system, so that a cancel is heard soon without overlapped requests. */
#define OTD_SLICE_MS 20u

struct otd_serial {
    HANDLE port;
    volatile LONG cancelled;
    BYTE parity;
};

static int32_t otd_serial_failed(DWORD error, const char *what) {
    switch (error) {
    case ERROR_ACCESS_DENIED: /* an unplugged adapter answers so */
    case ERROR_BAD_COMMAND:
    case ERROR_DEVICE_NOT_CONNECTED:
    case ERROR_DEVICE_REMOVED:
    case ERROR_GEN_FAILURE:
    case ERROR_INVALID_HANDLE:
        return otd_fail(OTD_E_DEVICE_LOST, "%s: the port is gone (error %lu)", what, (unsigned long)error);
    default:
        return otd_fail(OTD_E_IO, "%s: error %lu", what, (unsigned long)error);
    }
}

static int32_t otd_serial_alive(otd_serial *port) {
    return InterlockedCompareExchange(&port->cancelled, 0, 0) != 0
               ? otd_fail(OTD_E_CANCELLED, "the port was closed")
               : OTD_OK;
}

static int32_t otd_apply_rate(HANDLE port, uint32_t rate, BYTE parity) {
    DCB settings;
    memset(&settings, 0, sizeof settings);
    settings.DCBlength = sizeof settings;
    if (!GetCommState(port, &settings)) {
        return otd_fail(OTD_E_UNSUPPORTED, "it is no serial port (error %lu)", (unsigned long)GetLastError());
    }
    DCB raw;
    memset(&raw, 0, sizeof raw);
    raw.DCBlength = sizeof raw;
    raw.BaudRate = rate;
    raw.fBinary = TRUE;
    raw.ByteSize = 8;
    raw.Parity = parity;
    raw.fParity = parity != NOPARITY;
    raw.StopBits = ONESTOPBIT;
    raw.fDtrControl = settings.fDtrControl == DTR_CONTROL_DISABLE ? DTR_CONTROL_DISABLE : DTR_CONTROL_ENABLE;
    raw.fRtsControl = settings.fRtsControl == RTS_CONTROL_DISABLE ? RTS_CONTROL_DISABLE : RTS_CONTROL_ENABLE;
    if (!SetCommState(port, &raw)) {
        DWORD error = GetLastError();
        return error == ERROR_INVALID_PARAMETER
                   ? otd_fail(OTD_E_UNSUPPORTED, "%u bits a second are not to be had", rate)
                   : otd_serial_failed(error, "set rate");
    }
    return OTD_OK;
}

/* The system's waits of one call, in milliseconds; 0 = return at once. */
static int32_t otd_set_waits(HANDLE port, DWORD wait_ms) {
    COMMTIMEOUTS waits;
    memset(&waits, 0, sizeof waits);
    waits.ReadIntervalTimeout = MAXDWORD; /* with the next two: return with the first byte */
    waits.ReadTotalTimeoutMultiplier = wait_ms == 0 ? 0 : MAXDWORD;
    waits.ReadTotalTimeoutConstant = wait_ms;
    waits.WriteTotalTimeoutConstant = wait_ms == 0 ? 1 : wait_ms; /* 0 would mean for ever */
    return SetCommTimeouts(port, &waits) ? OTD_OK : otd_serial_failed(GetLastError(), "set waits");
}

int32_t otd_serial_open(otd_serial **out, const uint8_t *path, uint32_t path_length, uint32_t rate) {
    *out = NULL;
    if (path_length == 0 || path_length > OTD_SERIAL_PATH_MAX || memchr(path, 0, path_length) != NULL) {
        return otd_fail(OTD_E_ARGUMENT, "a port's name has 1 to %u bytes and no zero", OTD_SERIAL_PATH_MAX);
    }
    if (rate == 0 || rate > OTD_SERIAL_RATE_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "%u bits a second: allowed are 1 to %u", rate, OTD_SERIAL_RATE_MAX);
    }
    /* The long form, without which COM10 and above are not found. */
    static const char prefix[] = "\\\\.\\";
    char name[sizeof prefix + OTD_SERIAL_PATH_MAX];
    size_t skip = path_length >= 4 && memcmp(path, prefix, 4) == 0 ? 4 : 0;
    memcpy(name, prefix, 4);
    memcpy(name + 4, path + skip, path_length - skip);
    name[4 + path_length - skip] = 0;
    otd_serial *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "%u bytes for a port", (unsigned)sizeof *made);
    }
    made->port = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (made->port == INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        free(made);
        switch (error) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
        case ERROR_GEN_FAILURE:
            return otd_fail(OTD_E_MISSING, "error %lu", (unsigned long)error);
        case ERROR_ACCESS_DENIED: /* Windows has no other word for a port that is open elsewhere */
        case ERROR_SHARING_VIOLATION:
            return otd_fail(OTD_E_BUSY, "error %lu", (unsigned long)error);
        default:
            return otd_fail(OTD_E_IO, "error %lu", (unsigned long)error);
        }
    }
    int32_t status = otd_apply_rate(made->port, rate, NOPARITY);
    if (status == OTD_OK && !PurgeComm(made->port, PURGE_RXCLEAR | PURGE_TXCLEAR)) {
        status = otd_serial_failed(GetLastError(), "forget what came before");
    }
    if (status != OTD_OK) {
        CloseHandle(made->port);
        free(made);
        return status;
    }
    *out = made;
    return OTD_OK;
}

void otd_serial_close(otd_serial *port) {
    if (port == NULL) {
        return;
    }
    PurgeComm(port->port, PURGE_TXCLEAR | PURGE_TXABORT);
    CloseHandle(port->port);
    free(port);
}

void otd_serial_cancel(otd_serial *port) {
    InterlockedExchange(&port->cancelled, 1);
}

/* The next wait before a deadline; 0 when it is over. */
static DWORD otd_slice(ULONGLONG deadline) {
    ULONGLONG now = GetTickCount64();
    ULONGLONG left = now >= deadline ? 0 : deadline - now;
    return left < OTD_SLICE_MS ? (DWORD)left : OTD_SLICE_MS;
}

int32_t otd_serial_read(otd_serial *port, uint8_t *into, uint32_t *count, uint32_t into_length,
                        int32_t wait_ms) {
    *count = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    ULONGLONG deadline = GetTickCount64() + (ULONGLONG)wait_ms;
    for (;;) {
        DWORD slice = otd_slice(deadline), got = 0;
        int32_t status = otd_serial_alive(port);
        if (status == OTD_OK) {
            status = otd_set_waits(port->port, slice);
        }
        if (status == OTD_OK && !ReadFile(port->port, into, into_length, &got, NULL)) {
            status = otd_serial_failed(GetLastError(), "read");
        }
        if (status != OTD_OK || got > 0 || slice == 0) {
            *count = got;
            return status;
        }
    }
}

int32_t otd_serial_write(otd_serial *port, uint32_t *count, const uint8_t *bytes, uint32_t bytes_length,
                         int32_t wait_ms) {
    *count = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    ULONGLONG deadline = GetTickCount64() + (ULONGLONG)wait_ms;
    while (*count < bytes_length) {
        DWORD slice = otd_slice(deadline), taken = 0;
        int32_t status = otd_serial_alive(port);
        if (status == OTD_OK) {
            status = otd_set_waits(port->port, slice);
        }
        if (status == OTD_OK && !WriteFile(port->port, bytes + *count, bytes_length - *count, &taken, NULL)) {
            status = otd_serial_failed(GetLastError(), "write");
        }
        *count += taken;
        if (status != OTD_OK || (slice == 0 && taken == 0)) {
            return status;
        }
    }
    return OTD_OK;
}

int32_t otd_serial_drain(otd_serial *port, uint32_t *left, int32_t wait_ms) {
    *left = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    ULONGLONG deadline = GetTickCount64() + (ULONGLONG)wait_ms;
    for (;;) {
        int32_t status = otd_serial_alive(port);
        if (status != OTD_OK) {
            return status;
        }
        COMSTAT state;
        DWORD errors;
        if (!ClearCommError(port->port, &errors, &state)) {
            return otd_serial_failed(GetLastError(), "ask what is left to send");
        }
        if (state.cbOutQue == 0 || GetTickCount64() >= deadline) {
            *left = state.cbOutQue;
            return OTD_OK;
        }
        Sleep(1);
    }
}

int32_t otd_serial_discard(otd_serial *port) {
    int32_t status = otd_serial_alive(port);
    if (status == OTD_OK && !PurgeComm(port->port, PURGE_RXCLEAR)) {
        status = otd_serial_failed(GetLastError(), "discard");
    }
    return status;
}

int32_t otd_serial_set_rate(otd_serial *port, uint32_t rate) {
    if (rate == 0 || rate > OTD_SERIAL_RATE_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "%u bits a second: allowed are 1 to %u", rate, OTD_SERIAL_RATE_MAX);
    }
    int32_t status = otd_serial_alive(port);
    return status == OTD_OK ? otd_apply_rate(port->port, rate, port->parity) : status;
}

int32_t otd_serial_set_parity(otd_serial *port, uint32_t even) {
    int32_t status = otd_serial_alive(port);
    DCB settings;
    memset(&settings, 0, sizeof settings);
    settings.DCBlength = sizeof settings;
    if (status == OTD_OK && !GetCommState(port->port, &settings)) {
        status = otd_serial_failed(GetLastError(), "read its settings");
    }
    if (status == OTD_OK) {
        BYTE parity = even != 0 ? EVENPARITY : NOPARITY;
        status = otd_apply_rate(port->port, settings.BaudRate, parity);
        port->parity = status == OTD_OK ? parity : port->parity;
    }
    return status;
}

int32_t otd_serial_set_lines(otd_serial *port, uint32_t data_terminal_ready, uint32_t request_to_send) {
    int32_t status = otd_serial_alive(port);
    if (status != OTD_OK) {
        return status;
    }
    if (!EscapeCommFunction(port->port, data_terminal_ready != 0 ? SETDTR : CLRDTR) ||
        !EscapeCommFunction(port->port, request_to_send != 0 ? SETRTS : CLRRTS)) {
        DWORD error = GetLastError();
        return error == ERROR_INVALID_FUNCTION || error == ERROR_INVALID_PARAMETER ||
                       error == ERROR_NOT_SUPPORTED
                   ? otd_fail(OTD_E_UNSUPPORTED, "it has no modem lines")
                   : otd_serial_failed(error, "set modem lines");
    }
    return OTD_OK;
}

#else

typedef int otd_serial_is_elsewhere; /* C wants something in every file */

#endif
