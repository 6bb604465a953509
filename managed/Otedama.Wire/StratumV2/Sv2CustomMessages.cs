using Otedama.Core;

namespace Otedama.Wire;

public ref struct Sv2SetCustomMiningJob : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetCustomMiningJob;

    public uint ChannelId;
    public uint RequestId;
    public ReadOnlySpan<byte> MiningJobToken;
    public uint Version;
    public Hash256 PrevHash;
    public uint MinNtime; // Unix seconds.
    public uint Nbits;
    public uint CoinbaseTxVersion;
    public ReadOnlySpan<byte> CoinbasePrefix;
    public uint CoinbaseTxInputNSequence;
    public ReadOnlySpan<byte> CoinbaseTxOutputs;
    public uint CoinbaseTxLocktime;
    public ReadOnlySpan<byte> MerklePath; // Deepest sibling first.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("request_id", ref RequestId);
        fields.Bytes("mining_job_token", ref MiningJobToken, 255);
        fields.U32("version", ref Version);
        fields.Hash("prev_hash", ref PrevHash);
        fields.U32("min_ntime", ref MinNtime);
        fields.U32("nbits", ref Nbits);
        fields.U32("coinbase_tx_version", ref CoinbaseTxVersion);
        fields.Bytes("coinbase_prefix", ref CoinbasePrefix, 255);
        fields.U32("coinbase_tx_input_nSequence", ref CoinbaseTxInputNSequence);
        fields.LongBytes("coinbase_tx_outputs", ref CoinbaseTxOutputs);
        fields.U32("coinbase_tx_locktime", ref CoinbaseTxLocktime);
        fields.Hashes("merkle_path", ref MerklePath);
    }
}

public ref struct Sv2SetCustomMiningJobSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetCustomMiningJobSuccess;

    public uint ChannelId;
    public uint RequestId;
    public uint JobId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("request_id", ref RequestId);
        fields.U32("job_id", ref JobId);
    }
}

public ref struct Sv2SetCustomMiningJobError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetCustomMiningJobError;

    public uint ChannelId;
    public uint RequestId;
    public ReadOnlySpan<byte> ErrorCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("request_id", ref RequestId);
        fields.Code("error_code", ref ErrorCode);
    }
}

/// <summary>Of job declaration: read and written, not served.</summary>
public ref struct Sv2AllocateMiningJobToken : ISv2Message
{
    public static Sv2Type Type => Sv2Type.AllocateMiningJobToken;

    public ReadOnlySpan<byte> UserIdentifier;
    public uint RequestId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.Text("user_identifier", ref UserIdentifier);
        fields.U32("request_id", ref RequestId);
    }
}

/// <summary>Of template distribution: read and written, not served.</summary>
public ref struct Sv2CoinbaseOutputConstraints : ISv2Message
{
    public static Sv2Type Type => Sv2Type.CoinbaseOutputConstraints;

    public uint CoinbaseOutputMaxAdditionalSize; // Bytes.
    public ushort CoinbaseOutputMaxAdditionalSigops;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("coinbase_output_max_additional_size", ref CoinbaseOutputMaxAdditionalSize);
        fields.U16("coinbase_output_max_additional_sigops", ref CoinbaseOutputMaxAdditionalSigops);
    }
}
