using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Otedama.Interop;

/// <summary>Waits for the disk. Any thread.</summary>
public static partial class DiskSync
{
    private const string LinuxLibc = "libc.so.6";

    private static bool s_hasDataSync = OperatingSystem.IsLinux();

    /// <summary>
    /// Returns when the disk has the file's bytes (not its times). Where the system has only the full flush, that one.
    /// Throws IOException when the disk refuses.
    /// </summary>
    /// <remarks>
    /// For a file whose length does not change, fdatasync saves the journal entry that the new modification time costs.
    /// </remarks>
    public static void Data(SafeFileHandle file)
    {
        if (s_hasDataSync)
        {
            try
            {
                ThrowIfFailed(fdatasync(file), Marshal.GetLastPInvokeError());
                return;
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                s_hasDataSync = false; // another libc: the base library knows its way
            }
        }
        RandomAccess.FlushToDisk(file);
    }

    private static void ThrowIfFailed(int status, int error)
    {
        if (status != 0)
        {
            throw new IOException($"fdatasync failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
        }
    }

    [LibraryImport(LinuxLibc, SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);
}
