using System.Reflection;

namespace Otedama;

/// <summary>Facts about this executable.</summary>
internal static class ThisProgram
{
    public static string Version { get; } =
        typeof(ThisProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Major and minor number, two bytes each.</summary>
    public static uint VersionNumber { get; } =
        System.Version.TryParse(Version.Split('-')[0], out System.Version? version) ? ((uint)version.Major << 16) | (uint)version.Minor : 0;
}
