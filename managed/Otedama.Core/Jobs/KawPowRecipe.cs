namespace Otedama.Core;

/// <summary>
/// The KawPow family: the header is fixed by the pool, a worker only varies the 64-bit nonce, whose first two bytes tell
/// connections apart.
/// </summary>
public sealed record KawPowRecipe : HeaderRecipe
{
    /// <summary>SHA-256d of the 80 bytes; shown to miners in display order.</summary>
    public required Hash256 HeaderHash { get; init; }

    /// <summary>Seed of the epoch, 32 bytes as shown.</summary>
    public required ReadOnlyMemory<byte> SeedHash { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    /// <summary>The 80 bytes; empty on a rig, which never sees them.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The whole stripped coinbase; empty on a rig.</summary>
    public ReadOnlyMemory<byte> Coinbase { get; init; }
}
