namespace Otedama.Wire;

public ref struct Sv2SubmitSharesStandard : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SubmitSharesStandard;

    public uint ChannelId;
    public uint SequenceNumber;
    public uint JobId;
    public uint Nonce;
    public uint Ntime; // Unix seconds.
    public uint Version; // The whole field of the header.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("sequence_number", ref SequenceNumber);
        fields.U32("job_id", ref JobId);
        fields.U32("nonce", ref Nonce);
        fields.U32("ntime", ref Ntime);
        fields.U32("version", ref Version);
    }
}

public ref struct Sv2SubmitSharesExtended : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SubmitSharesExtended;

    public uint ChannelId;
    public uint SequenceNumber;
    public uint JobId;
    public uint Nonce;
    public uint Ntime; // Unix seconds.
    public uint Version; // The whole field of the header.
    public ReadOnlySpan<byte> Extranonce;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("sequence_number", ref SequenceNumber);
        fields.U32("job_id", ref JobId);
        fields.U32("nonce", ref Nonce);
        fields.U32("ntime", ref Ntime);
        fields.U32("version", ref Version);
        fields.Bytes("extranonce", ref Extranonce, 32);
    }
}

public ref struct Sv2SubmitSharesSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SubmitSharesSuccess;

    public uint ChannelId;
    public uint LastSequenceNumber; // The newest that was accepted.
    public uint NewSubmitsAcceptedCount; // Of this batch alone.
    public ulong NewSharesSum; // Difficulty of this batch alone, rounded down.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("last_sequence_number", ref LastSequenceNumber);
        fields.U32("new_submits_accepted_count", ref NewSubmitsAcceptedCount);
        fields.U64("new_shares_sum", ref NewSharesSum);
    }
}

public ref struct Sv2SubmitSharesError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SubmitSharesError;

    public uint ChannelId;
    public uint SequenceNumber;
    public ReadOnlySpan<byte> ErrorCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.U32("sequence_number", ref SequenceNumber);
        fields.Code("error_code", ref ErrorCode);
    }
}
