using System.Reflection;

namespace Otedama;

/// <summary>Facts about this executable.</summary>
internal static class ThisProgram
{
    public static string Version { get; } =
        typeof(ThisProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
