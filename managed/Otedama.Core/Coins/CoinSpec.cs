namespace Otedama.Core;

/// <summary>
/// One coin on one network, as its data file describes it. Coins are data; what a family does differently is code.
/// </summary>
public sealed record CoinSpec
{
    /// <summary>Short lower-case name used in configuration: "btc".</summary>
    public required string Name { get; init; }

    /// <summary>"main", "regtest", ...; as the node's getblockchaininfo says.</summary>
    public required string Network { get; init; }

    /// <summary>"Bitcoin".</summary>
    public required string Title { get; init; }

    /// <summary>"BTC".</summary>
    public required string Symbol { get; init; }

    public required Algorithm Algorithm { get; init; }

    public required HeaderFamily Family { get; init; }

    /// <summary>Parameters of the proof where Algorithm is Equihash; null elsewhere.</summary>
    public EquihashRule? Equihash { get; init; }

    /// <summary>Target of pool difficulty 1 in this coin's Stratum dialect.</summary>
    public required Target DifficultyOne { get; init; }

    /// <summary>Intended seconds between blocks.</summary>
    public required int BlockSeconds { get; init; }

    /// <summary>The easiest network target.</summary>
    public required uint PowLimitBits { get; init; }

    public required RetargetRule Retarget { get; init; }

    public required Amount SubsidyInitial { get; init; }

    /// <summary>Blocks between halvings; 0 = never.</summary>
    public required int SubsidyHalvingBlocks { get; init; }

    /// <summary>Blocks before a coinbase may be spent.</summary>
    public required int CoinbaseMaturity { get; init; }

    public required int RpcPort { get; init; }

    public required int PeerPort { get; init; }

    /// <summary>Version bytes before a public key hash: one, or two on Zcash-like chains.</summary>
    public required ReadOnlyMemory<byte> PublicKeyHashPrefix { get; init; }

    /// <summary>Version bytes before a script hash; the first is used for encoding, all are accepted.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> ScriptHashPrefixes { get; init; }

    /// <summary>Human-readable part of segregated witness addresses; empty where there are none.</summary>
    public required string Bech32Prefix { get; init; }

    /// <summary>Id of block 0; zero when the chain makes its own.</summary>
    public required Hash256 Genesis { get; init; }

    /// <summary>Why this network cannot be mined any more and what remains; empty while it can.</summary>
    public string ProofOfWorkEnded { get; init; } = "";

    public bool HasSegwit => Bech32Prefix.Length > 0;

    /// <summary>For messages: "Bitcoin regtest".</summary>
    public string DisplayName => $"{Title} {Network}";

    /// <summary>New coins of the block at this height, by halving.</summary>
    public Amount Subsidy(int height)
    {
        int halvings = SubsidyHalvingBlocks == 0 ? 0 : height / SubsidyHalvingBlocks;
        return halvings >= 63 ? Amount.Zero : new Amount(SubsidyInitial.Units >> halvings);
    }
}
