using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A share chain at one moment. Work is in expected hashes.</summary>
public sealed record ChainSnapshot
{
    public required ChainParameters Parameters { get; init; }

    /// <summary>Id of the newest share; the chain's id where there is none yet.</summary>
    public required Hash256 Tip { get; init; }

    /// <summary>Of the tip; 0 = there is no share yet.</summary>
    public required uint Height { get; init; }

    /// <summary>Null before the first share.</summary>
    public required DateTimeOffset? TipTime { get; init; }

    /// <summary>Of the whole chain, uncles included.</summary>
    public required UInt128 Work { get; init; }

    /// <summary>What the next share weighs.</summary>
    public required UInt128 NextWork { get; init; }

    /// <summary>Shares kept, branches included.</summary>
    public required int Shares { get; init; }

    /// <summary>Shares that wait for others.</summary>
    public required int Orphans { get; init; }

    /// <summary>Shares that wait for our clock or our coin node.</summary>
    public required int Held { get; init; }

    /// <summary>Shares found by miners of this node since start.</summary>
    public required long OwnFound { get; init; }

    /// <summary>How many of them the chain refused.</summary>
    public required long OwnRefused { get; init; }

    /// <summary>Times since start that the tip changed to another branch.</summary>
    public required long Reorganisations { get; init; }

    /// <summary>Most shares that one of them took back.</summary>
    public required int DeepestReorganisation { get; init; }

    /// <summary>Times that one took back more than delays explain.</summary>
    public required long DeepReorganisations { get; init; }

    /// <summary>Audited shares whose transactions were right, were wrong, and were not known to the asked.</summary>
    public required (long Good, long Bad, long Unknown) Audited { get; init; }

    /// <summary>Shares are announced to most peers, and pushed to those who asked for it.</summary>
    public required bool IsHybrid { get; init; }

    /// <summary>Coin blocks that other nodes found and our coin nodes got.</summary>
    public required long PeerBlocks { get; init; }

    /// <summary>Coin blocks found here that other nodes were sent.</summary>
    public required long AnnouncedBlocks { get; init; }

    /// <summary>What the operator should look at.</summary>
    public required IReadOnlyList<ChainAlarm> Alarms { get; init; }

    /// <summary>Hashes per second of this node's miners over ten minutes; 0 while nobody mines.</summary>
    public required double OwnRate { get; init; }

    /// <summary>Shares of this node's miners that one window holds on average; null while nobody mines.</summary>
    public required double? ExpectedOwnShares { get; init; }

    /// <summary>With fewer own shares in a window what miners are paid swings widely.</summary>
    public const double SharesMin = ChainAdvice.SharesMin;

    /// <summary>Whether the nano chain fits this node's miners better.</summary>
    public bool IsNanoBetter => ChainAdvice.IsNanoBetter(Parameters, ExpectedOwnShares, WindowSeconds);

    /// <summary>Seconds that a whole window lasts at its intended pace; less where a coin block is easy.</summary>
    public required double WindowSeconds { get; init; }

    public required ChainWindowSnapshot Window { get; init; }

    public required ChainNetwork Network { get; init; }
}
