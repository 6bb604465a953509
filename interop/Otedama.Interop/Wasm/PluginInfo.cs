namespace Otedama.Interop;

/// <summary>What a plugin says about itself, checked. docs/reference/plugin-abi.md is the layout.</summary>
public sealed record PluginInfo
{
    /// <summary>1 to 32 characters of a-z, 0-9, '-', '_' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>The plugin's own number.</summary>
    public required uint Version { get; init; }

    /// <summary>Bytes of one input: the whole header.</summary>
    public required int InputLength { get; init; }

    /// <summary>Hashes per call at most.</summary>
    public required int BatchMax { get; init; }

    /// <summary>Instructions one hash takes at most.</summary>
    public required ulong FuelPerHash { get; init; }

    /// <summary>Instructions one preparation takes at most.</summary>
    public required ulong FuelPerPrepare { get; init; }

    /// <summary>True when it checks many different headers in one call.</summary>
    public required bool HasVerify { get; init; }

    /// <summary>Inputs with the hash the plugin's author expects; at least one.</summary>
    public required IReadOnlyList<PluginAnswer> Answers { get; init; }

    /// <summary>Where inputs are written, an address in the plugin's memory.</summary>
    internal uint InputAddress { get; init; }

    /// <summary>Where hashes are read.</summary>
    internal uint OutputAddress { get; init; }
}

/// <summary>A known answer. Hash is 32 bytes in chain order.</summary>
public sealed record PluginAnswer(byte[] Input, byte[] Hash);
