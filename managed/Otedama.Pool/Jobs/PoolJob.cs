using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A job with everything that turns a solved header into a block. Immutable.</summary>
public sealed class PoolJob
{
    private PreparedTemplate? _prepared;

    public required Job Job { get; init; }

    public required Template Template { get; init; }

    /// <summary>Who this job's coinbase pays.</summary>
    public required PayoutSplit Split { get; init; }

    /// <summary>The longest coinbase its receivers understand.</summary>
    public CoinbaseClass Class { get; init; } = CoinbaseClass.Default;

    /// <summary>Whose coinbase it is (SOLO): only sessions of this owner are sent this job; 0 = everybody.</summary>
    public int Account { get; init; }

    /// <summary>TimeProvider timestamp at which it was made.</summary>
    public long MadeAt { get; init; }

    public uint Id => Job.Id;

    /// <summary>What all jobs of the same template share.</summary>
    public PreparedTemplate Prepared
    {
        get => _prepared ??= new PreparedTemplate(Template);
        init => _prepared = value;
    }

    /// <summary>What its coinbase takes of a block's room.</summary>
    public BlockMeasure CoinbaseMeasure =>
        BlockMeasure.OfCoinbase(Job, Template, Split, JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length);

    /// <summary>The block for what the proof checker read, this extranonce (both parts) and the hash found.</summary>
    public AssembledBlock Assemble(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extranonce, Hash256 proof = default) =>
        BlockAssembler.Assemble(Job, Prepared, header, extranonce, proof);
}
