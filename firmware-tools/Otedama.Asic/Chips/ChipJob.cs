using Otedama.Core;

namespace Otedama.Asic;

/// <summary>
/// Header material for one job of a chain: everything of the header but the nonce. Two jobs of one generation have
/// different material (the caller counts the extranonce), so that no chip does the same twice.
/// </summary>
public sealed record ChipJob
{
    /// <summary>Base version, as a number. Bits inside VersionMask are cleared before it goes to a chip.</summary>
    public required uint Version { get; init; }

    /// <summary>Version bits that may be rolled (BIP 310); chips reach 0x1fffe000 of it. 0 = none.</summary>
    public required uint VersionMask { get; init; }

    public required Hash256 PreviousHash { get; init; }

    public required Hash256 MerkleRoot { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required uint Time { get; init; }

    /// <summary>Compact network target.</summary>
    public required uint Bits { get; init; }

    /// <summary>What a share has to meet. The chips are never asked for less often than this is met.</summary>
    public required Target ShareTarget { get; init; }

    /// <summary>IChipWork.Generation when the job was made.</summary>
    public required long Generation { get; init; }

    /// <summary>The caller's own, handed back with each nonce.</summary>
    public object? Tag { get; init; }

    /// <summary>The header with a version and a nonce found.</summary>
    public BlockHeader HeaderWith(uint version, uint nonce) =>
        new(version, PreviousHash, MerkleRoot, Time, Bits, nonce);
}
