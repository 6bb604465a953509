using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>The verbs of otedama_os.h, letter for letter.</summary>
internal static unsafe partial class Otd
{
    public const uint OTD_SERIAL_PATH_MAX = 255;
    public const uint OTD_SERIAL_RATE_MAX = 12000000;

    [LibraryImport(Library)]
    public static partial int otd_thread_set_affinity(uint cpu);

    [LibraryImport(Library)]
    public static partial int otd_thread_set_priority(int nice);

    [LibraryImport(Library)]
    public static partial int otd_serial_open(nint* @out, byte* path, uint path_length, uint rate);

    [LibraryImport(Library)]
    public static partial void otd_serial_close(nint port);

    [LibraryImport(Library)]
    public static partial void otd_serial_cancel(nint port);

    [LibraryImport(Library)]
    public static partial int otd_serial_read(nint port, byte* into, uint* count, uint into_length, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_write(nint port, uint* count, byte* bytes, uint bytes_length, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_drain(nint port, uint* left, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_discard(nint port);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_rate(nint port, uint rate);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_parity(nint port, uint even);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_lines(nint port, uint data_terminal_ready, uint request_to_send);
}
