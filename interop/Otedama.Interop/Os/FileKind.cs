using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// What a path names, without opening it: to open a pipe is to wait for who writes to it. Any thread.
/// </summary>
public static partial class FileKind
{
    private const string LinuxLibc = "libc.so.6";

    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE

    /// <summary>Of struct statx, the same on every processor: all of it, and where the mode is.</summary>
    private const int StatBytes = 256, ModeAt = 28;

    /// <summary>
    /// Null for a regular file, for nothing at all, and where the system does not tell; otherwise what it is, such as
    /// "a directory". Links are followed.
    /// </summary>
    public static string? OtherThanFile(string path)
    {
        if (Directory.Exists(path))
        {
            return "a directory";
        }
        return OperatingSystem.IsLinux() ? NameOf(TypeOf(path)) : null;
    }

    /// <summary>
    /// Throws IOException in words where something else is in the place of a file: of a folder the system says that
    /// access is denied, and a pipe would be waited for.
    /// </summary>
    public static void RequireFile(string path)
    {
        if (OtherThanFile(path) is { } kind)
        {
            throw new IOException($"{path} is {kind}, and a file belongs there. Move it away and start again.");
        }
    }

    private static string? NameOf(int type) => type switch
    {
        0x1000 => "a pipe",
        0x2000 or 0x6000 => "a device",
        0xC000 => "a socket",
        _ => null,
    };

    /// <summary>The type bits of its mode; 0 when they are not to be had.</summary>
    private static int TypeOf(string path)
    {
        try
        {
            Span<byte> stat = stackalloc byte[StatBytes];
            return statx(CurrentFolder, path, 0, TypeOnly, ref MemoryMarshal.GetReference(stat)) == 0
                ? BinaryPrimitives.ReadUInt16LittleEndian(stat[ModeAt..]) & 0xF000 : 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0; // another libc: the limit on what is read still holds
        }
    }

    [LibraryImport(LinuxLibc, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, ref byte stat);
}
