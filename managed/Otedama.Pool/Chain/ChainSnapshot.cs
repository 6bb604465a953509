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

    /// <summary>Hashes per second of this node's miners over ten minutes; 0 while nobody mines.</summary>
    public required double OwnRate { get; init; }

    /// <summary>Shares of this node's miners that one window holds on average; null while nobody mines.</summary>
    public required double? ExpectedOwnShares { get; init; }

    /// <summary>Seconds that a whole window lasts at its intended pace; less where a coin block is easy.</summary>
    public required double WindowSeconds { get; init; }

    public required ChainWindowSnapshot Window { get; init; }

    public required ChainNetwork Network { get; init; }
}

/// <summary>What the window of payment holds, and whom a block on this tip would pay.</summary>
public sealed record ChainWindowSnapshot
{
    /// <summary>Of the main chain.</summary>
    public required int Shares { get; init; }

    public required int Uncles { get; init; }

    /// <summary>Counted work; zero while too little of the chain is known to tell.</summary>
    public required UInt128 Work { get; init; }

    public required int Payees { get; init; }

    /// <summary>Time of the oldest share in it; null while it is empty.</summary>
    public required DateTimeOffset? Since { get; init; }

    /// <summary>Coin blocks among its shares; null where telling would take the whole proof of work.</summary>
    public required int? Blocks { get; init; }

    /// <summary>Coin blocks that the work in it finds on average.</summary>
    public required double BlocksExpected { get; init; }

    /// <summary>Keys of this node in the window, the most work first.</summary>
    public required IReadOnlyList<ChainKey> Own { get; init; }

    /// <summary>Null before the first template, and while too little of the chain is known.</summary>
    public required ChainTipPayouts? AtTip { get; init; }
}

/// <summary>A key of this node in the window.</summary>
/// <param name="Shares">Of the main chain.</param>
/// <param name="Weight">Work it is paid for: fees and the last share's part count as the rules have it.</param>
/// <param name="Expected">Smallest units of the next block that it gets on average.</param>
public sealed record ChainKey(
    string Address, int Shares, int Uncles, UInt128 Weight, Amount Expected);

/// <summary>What a block on this tip would pay in a coinbase for miners of the usual kind.</summary>
/// <param name="OutputsMax">Payees such a coinbase has at most.</param>
public sealed record ChainTipPayouts(int Class, int OutputsMax, Amount Reward, IReadOnlyList<ChainTipPayout> Payouts);

/// <param name="IsExact">
/// The payee's part to the unit; else it holds slots among those that are too small for an output each.
/// </param>
/// <param name="Weight">Its work in the window.</param>
public sealed record ChainTipPayout(string Address, Amount Amount, bool IsExact, UInt128 Weight, bool IsOwn);
