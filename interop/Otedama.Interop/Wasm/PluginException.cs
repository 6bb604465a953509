namespace Otedama.Interop;

/// <summary>What went wrong with a plugin.</summary>
public enum PluginFault
{
    /// <summary>The Wasmtime library is not there or is not the one this program was built for.</summary>
    Runtime,

    /// <summary>The file cannot be read or is too large.</summary>
    File,

    /// <summary>The file is not the one the configuration trusts.</summary>
    Digest,

    /// <summary>Not valid WebAssembly, or it uses what plugins may not use.</summary>
    Module,

    /// <summary>An export is missing, has the wrong type, or the description breaks the ABI.</summary>
    Abi,

    /// <summary>It ran into a trap: unreachable code, memory out of bounds, stack overflow, division by zero.</summary>
    Trap,

    /// <summary>It used more instructions than it declared.</summary>
    Fuel,

    /// <summary>It did not return in time.</summary>
    Deadline,

    /// <summary>It returned something the ABI does not allow, or two different hashes for one input.</summary>
    Nonsense,
}

/// <summary>A plugin cannot be used or has just failed. Nothing but the plugin is affected.</summary>
public sealed class PluginException(string plugin, PluginFault fault, string detail, string nextStep)
    : Exception($"plugin {plugin}: {detail}. {nextStep}")
{
    public string Plugin { get; } = plugin;

    public PluginFault Fault { get; } = fault;

    public string Detail { get; } = detail;
}
