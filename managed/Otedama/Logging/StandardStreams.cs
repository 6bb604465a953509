namespace Otedama;

/// <summary>
/// The three standard descriptors. A parent that closed one of them would have the next file we open take its number, and
/// log lines would be written into that file.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Puts the null device in the place of closed ones. Called before anything is opened.</summary>
    public static void Occupy()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        for (int i = 0; i < 3; i++)
        {
            Microsoft.Win32.SafeHandles.SafeFileHandle handle;
            try
            {
                handle = System.IO.File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return; // a system without the null device
            }
            if (handle.DangerousGetHandle() > 2)
            {
                handle.Dispose();
                return;
            }
            handle.SetHandleAsInvalid(); // its number stays taken for as long as the process lives
        }
    }
}
