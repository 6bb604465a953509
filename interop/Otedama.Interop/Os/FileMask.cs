using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>The mode new files get. Any thread; it holds for the whole process.</summary>
public static partial class FileMask
{
    private const string LinuxLibc = "libc.so.6";
    private const uint GroupAndOthers = 0x3f; // 077

    /// <summary>
    /// From now on files and directories this process makes are its owner's alone. Does nothing where there are no file
    /// modes.
    /// </summary>
    public static void OwnerOnly()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            _ = umask(GroupAndOthers);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another libc: the data directory itself is private all the same.
        }
    }

    [LibraryImport(LinuxLibc)]
    private static partial uint umask(uint mask);
}
