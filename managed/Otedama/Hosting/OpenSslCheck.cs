using System.Runtime.InteropServices;

namespace Otedama;

/// <summary>
/// .NET loads OpenSSL on the first hash and ends the process when there is none, so we look before that happens.
/// </summary>
internal static class OpenSslCheck
{
    private static readonly string[] s_names = ["libssl.so.3", "libssl.so.1.1", "libssl.so.4", "libssl.so"];

    /// <summary>Null when cryptography will work; otherwise what to install.</summary>
    public static string? Problem()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                NativeLibrary.Free(handle);
                return null;
            }
        }
        return "OpenSSL's libssl.so.3 was not found, and nothing can be hashed or encrypted without it. Install it with: apt-get install libssl3";
    }
}
