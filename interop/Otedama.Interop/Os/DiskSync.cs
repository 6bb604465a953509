using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Otedama.Interop;

/// <summary>Waits for the disk. Any thread.</summary>
public static partial class DiskSync
{
    private const string LinuxLibc = "libc.so.6";

    /// <summary>O_RDONLY | O_CLOEXEC: how a folder is opened to be synced.</summary>
    private const int OpenFlags = 0x80000;

    private const int InterruptedCall = 4; // EINTR
    private const int InvalidArgument = 22; // EINVAL
    private const int NotSupported = 95; // EOPNOTSUPP

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
                ThrowIfFailed("fdatasync", fdatasync(file), Marshal.GetLastPInvokeError());
                return;
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                s_hasDataSync = false; // another libc: the base library knows its way
            }
        }
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Returns when the disk has the names in this folder: what was created, renamed or deleted there before the call
    /// survives a power cut. Throws IOException when the disk refuses.
    /// </summary>
    /// <remarks>
    /// Needed on Linux, where syncing a file says nothing about its name. Windows journals names by itself and has no
    /// such call; a file system that answers EINVAL or EOPNOTSUPP has none either.
    /// </remarks>
    public static void Folder(string path)
    {
        if (!s_hasDataSync)
        {
            return;
        }
        int handle = open(path, OpenFlags);
        ThrowIfFailed($"opening folder {path}", handle, Marshal.GetLastPInvokeError());
        using SafeFileHandle folder = new(handle, ownsHandle: true);
        int status;
        int error;
        do
        {
            status = fsync(folder);
            error = Marshal.GetLastPInvokeError();
        }
        while (status != 0 && error == InterruptedCall);
        if (error is not (InvalidArgument or NotSupported))
        {
            ThrowIfFailed($"fsync of folder {path}", status, error);
        }
    }

    private static void ThrowIfFailed(string what, int status, int error)
    {
        if (status < 0)
        {
            throw new IOException($"{what} failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
        }
    }

    [LibraryImport(LinuxLibc, SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport(LinuxLibc, SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport(LinuxLibc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
