using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>To which group a file belongs, for sentences about who may open it. Any thread.</summary>
public static partial class FileOwner
{
    private const string LinuxLibc = "libc.so.6";

    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint GroupOnly = 0x10; // STATX_GID

    /// <summary>Of struct statx, the same on every processor: all of it, and where the group is.</summary>
    private const int StatBytes = 256, GroupAt = 24;

    /// <summary>The number of its group; null when it is not to be had. Links are followed.</summary>
    public static int? GroupOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        try
        {
            Span<byte> stat = stackalloc byte[StatBytes];
            return statx(CurrentFolder, path, 0, GroupOnly, ref MemoryMarshal.GetReference(stat)) == 0
                ? BinaryPrimitives.ReadInt32LittleEndian(stat[GroupAt..]) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // another libc
        }
    }

    [LibraryImport(LinuxLibc, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, ref byte stat);
}
