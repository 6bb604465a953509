using Otedama.Core;

namespace Otedama.Wire;

/// <summary>A job of a standard channel.</summary>
public ref struct Sv2NewMiningJob : ISv2Message
{
    public static Sv2Type Type => Sv2Type.NewMiningJob;

    public uint ChannelId;
    public uint JobId;
    public uint? MinNtime; // Unix seconds; absent = a future job, which waits for its SetNewPrevHash.
    public uint Version;
    public Hash256 MerkleRoot;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("job_id", ref JobId);
        fields.OptionalU32("min_ntime", ref MinNtime);
        fields.U32("version", ref Version);
        fields.Hash("merkle_root", ref MerkleRoot);
    }
}

/// <summary>A job of an extended channel or of a group.</summary>
public ref struct Sv2NewExtendedMiningJob : ISv2Message
{
    public static Sv2Type Type => Sv2Type.NewExtendedMiningJob;

    public uint ChannelId;
    public uint JobId;
    public uint? MinNtime; // Unix seconds; absent = a future job, which waits for its SetNewPrevHash.
    public uint Version;
    public bool VersionRollingAllowed;
    public ReadOnlySpan<byte> MerklePath; // Deepest sibling first.
    public ReadOnlySpan<byte> CoinbaseTxPrefix;
    public ReadOnlySpan<byte> CoinbaseTxSuffix;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("job_id", ref JobId);
        fields.OptionalU32("min_ntime", ref MinNtime);
        fields.U32("version", ref Version);
        fields.Bool("version_rolling_allowed", ref VersionRollingAllowed);
        fields.Hashes("merkle_path", ref MerklePath);
        fields.LongBytes("coinbase_tx_prefix", ref CoinbaseTxPrefix);
        fields.LongBytes("coinbase_tx_suffix", ref CoinbaseTxSuffix);
    }
}

public ref struct Sv2SetNewPrevHash : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetNewPrevHash;

    public uint ChannelId;
    public uint JobId;
    public Hash256 PrevHash;
    public uint MinNtime; // Unix seconds.
    public uint Nbits;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("job_id", ref JobId);
        fields.Hash("prev_hash", ref PrevHash);
        fields.U32("min_ntime", ref MinNtime);
        fields.U32("nbits", ref Nbits);
    }
}

public ref struct Sv2SetTarget : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetTarget;

    public uint ChannelId;
    public Target MaximumTarget;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.Target("maximum_target", ref MaximumTarget);
    }
}
