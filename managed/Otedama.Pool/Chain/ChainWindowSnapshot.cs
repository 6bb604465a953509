using Otedama.Core;

namespace Otedama.Pool;

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

    /// <summary>Keys far more of whose shares are uncles than of others'.</summary>
    public required IReadOnlyList<UncleRate> UncleRates { get; init; }

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
