namespace Otedama.Core;

/// <summary>
/// A share in its place: linked to parent and uncles, its work counted. The virtual genesis has no share.
/// </summary>
internal sealed class PlacedShare
{
    private PlacedShare(Hash256 id, ChainShare? share)
    {
        Id = id;
        Share = share;
    }

    public Hash256 Id { get; }

    public ChainShare? Share { get; }

    /// <summary>
    /// Null for the virtual genesis, for the root of a chain that begins in the middle, and once pruned.
    /// </summary>
    public PlacedShare? Parent { get; set; }

    /// <summary>In the order of their ids, as listed. Empty once pruned.</summary>
    public PlacedShare[] Uncles { get; set; } = [];

    public int UncleCount { get; private init; }

    public uint Height { get; private init; }

    public ulong Sequence { get; private init; }

    public ulong TimeMs { get; private init; }

    public uint Bits { get; private init; }

    public uint CoinHeight { get; private init; }

    public UInt128 CumulativeWork { get; private init; }

    /// <summary>Work of this share alone.</summary>
    public UInt128 Work { get; private init; }

    /// <summary>Part of Work that whoever lists this share as an uncle gets.</summary>
    public UInt128 Bonus { get; private init; }

    /// <summary>Work and the bonuses of the uncles: what the share's payee is credited.</summary>
    public UInt128 OwnCredit { get; private init; }

    /// <summary>Everything the share credits: its work and its uncles'.</summary>
    public UInt128 AllCredits { get; private init; }

    /// <summary>Some uncles lie before the beginning of what is known, so that the credits are not all there.</summary>
    public bool LacksUncles => Share is not null && Uncles.Length < UncleCount;

    /// <summary>On the way from the tip to the virtual genesis.</summary>
    public bool IsMain { get; set; }

    public bool IsGenesis => Share is null;

    public static PlacedShare Genesis(ChainParameters parameters) => new(parameters.Id, null)
    {
        TimeMs = parameters.GenesisTimeMs,
        Bits = parameters.LimitBits,
        IsMain = true,
    };

    /// <summary>uncles: those that are known, in listed order. The work of all has to fit 128 bits.</summary>
    public static PlacedShare Of(
        ChainShare share, PlacedShare? parent, PlacedShare[] uncles, UInt128 work, ChainParameters parameters)
    {
        UInt128 bonuses = UInt128.Zero;
        UInt128 uncleWork = UInt128.Zero;
        foreach (PlacedShare uncle in uncles)
        {
            bonuses += uncle.Bonus;
            uncleWork += uncle.Work;
        }
        return new PlacedShare(share.Id, share)
        {
            Parent = parent,
            Uncles = uncles,
            UncleCount = share.Core.Uncles.Count,
            Height = share.Core.Height,
            Sequence = share.Core.Sequence,
            TimeMs = share.Core.TimeMs,
            Bits = share.Core.Bits,
            CoinHeight = share.Core.CoinHeight,
            CumulativeWork = share.Core.CumulativeWork,
            Work = work,
            Bonus = ExactParts.Of(work, parameters.PenaltyPercent, 100),
            OwnCredit = work + bonuses,
            AllCredits = work + uncleWork,
        };
    }
}
