namespace Otedama.Core;

/// <summary>What a coin node offers to mine: the answer to getblocktemplate, checked and typed. Immutable.</summary>
public sealed record Template
{
    public required Algorithm Algorithm { get; init; }

    /// <summary>How its headers look; what is usual for the algorithm where the coin says nothing else.</summary>
    public HeaderFamily Family
    {
        get => field ?? AlgorithmFacts.Of(Algorithm).Family;
        init;
    }

    public required int Height { get; init; }

    public required uint Version { get; init; }

    public required Hash256 PreviousHash { get; init; }

    /// <summary>Compact network target.</summary>
    public required uint Bits { get; init; }

    /// <summary>The node's suggestion for the header time, seconds since 1970.</summary>
    public required uint Time { get; init; }

    /// <summary>The smallest header time the node accepts.</summary>
    public required uint TimeMin { get; init; }

    /// <summary>Subsidy plus fees: the most a coinbase may pay.</summary>
    public required Amount CoinbaseValue { get; init; }

    public required IReadOnlyList<TemplateTransaction> Transactions { get; init; }

    /// <summary>Script of the witness commitment output; empty when the block needs none.</summary>
    public ReadOnlyMemory<byte> WitnessCommitment { get; init; }

    /// <summary>Bytes the node wants in the coinbase script (coinbaseaux), already joined.</summary>
    public ReadOnlyMemory<byte> CoinbaseAux { get; init; }

    /// <summary>Bytes the node wants after the last transaction (the MWEB extension block of Litecoin); empty elsewhere.</summary>
    public ReadOnlyMemory<byte> BlockSuffix { get; init; }

    /// <summary>
    /// The node's own coinbase, whole, where coins demand outputs or a form that only it knows (Zcash and Verus families);
    /// empty when the pool builds one from scratch.
    /// </summary>
    public ReadOnlyMemory<byte> GivenCoinbase { get; init; }

    /// <summary>Index of the output of GivenCoinbase that is the miner's.</summary>
    public int GivenMinerOutput { get; init; }

    /// <summary>Zcash and Verus families: the 32 bytes between merkle root and time.</summary>
    public Hash256 Reserved { get; init; }

    /// <summary>Verus family: the solution to begin with, 1344 bytes; empty elsewhere.</summary>
    public ReadOnlyMemory<byte> Solution { get; init; }

    /// <summary>Verus family: the header's nonce where it is bound.</summary>
    public Hash256 HeaderNonce { get; init; }

    /// <summary>Header version bits the node forbids rolling; 0 = none.</summary>
    public uint VersionRequired { get; init; }

    /// <summary>The most a block may weigh (BIP 141 units); 0 = the node names no limit.</summary>
    public long WeightLimit { get; init; }

    /// <summary>The most bytes of a block; 0 = the node names no limit.</summary>
    public long SizeLimit { get; init; }

    /// <summary>
    /// The most signature operations of a block, in the unit of TemplateTransaction.SigOps; 0 = the node names no limit.
    /// </summary>
    public long SigOpLimit { get; init; }

    /// <summary>
    /// For each transaction the places, counted from 1, of those it spends from; null when the node does not say or when
    /// the block commits to its transactions elsewhere, so that none may be left out.
    /// </summary>
    public IReadOnlyList<int[]>? Depends { get; init; }

    public string LongPollId { get; init; } = "";

    /// <summary>Identifies the template in submitblock when the node asks for it; empty when not.</summary>
    public string WorkId { get; init; } = "";

    /// <summary>Name of the node that offered it, for logs.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// True when coinbase and time are taken as the node gave them, because the solution commits to both: then every job of
    /// the template is the same work.
    /// </summary>
    public bool IsFixed => Family.KeepsNodeCoinbase && !GivenCoinbase.IsEmpty;

    public Target NetworkTarget => Target.FromCompact(Bits);
}

/// <summary>One transaction of a template.</summary>
/// <param name="TxId">Identifier without witness, the merkle leaf.</param>
/// <param name="Data">Full serialisation as it goes into the block.</param>
/// <param name="Fee">Below zero when the node does not say what its inputs are worth.</param>
public sealed record TemplateTransaction(Hash256 TxId, ReadOnlyMemory<byte> Data, Amount Fee, int Weight)
{
    /// <summary>Identifier with witness, the leaf of the witness commitment.</summary>
    public Hash256 WitnessId { get; init; } = TxId;

    /// <summary>Signature operations; four times the plain count where blocks are weighed.</summary>
    public int SigOps { get; init; }

    /// <summary>The node wants it in the block whatever else is left out.</summary>
    public bool Required { get; init; }
}
