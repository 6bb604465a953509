using Otedama.Core;

namespace Otedama.Wire;

public ref struct Sv2OpenStandardMiningChannel : ISv2Message
{
    public static Sv2Type Type => Sv2Type.OpenStandardMiningChannel;

    public uint RequestId;
    public ReadOnlySpan<byte> UserIdentity; // Not checked to be UTF-8: that is the opening rules' part.
    public float NominalHashRate; // Hashes a second.
    public Target MaxTarget; // The easiest target the client can work with.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("request_id", ref RequestId);
        fields.Text("user_identity", ref UserIdentity);
        fields.F32("nominal_hash_rate", ref NominalHashRate);
        fields.Target("max_target", ref MaxTarget);
    }
}

public ref struct Sv2OpenStandardMiningChannelSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.OpenStandardMiningChannelSuccess;

    public uint RequestId;
    public uint ChannelId;
    public Target Target;
    public ReadOnlySpan<byte> ExtranoncePrefix;
    public uint GroupChannelId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("request_id", ref RequestId);
        fields.U32("channel_id", ref ChannelId);
        fields.Target("target", ref Target);
        fields.Bytes("extranonce_prefix", ref ExtranoncePrefix, 32);
        fields.U32("group_channel_id", ref GroupChannelId);
    }
}

/// <summary>Answers both kinds of opening.</summary>
public ref struct Sv2OpenMiningChannelError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.OpenMiningChannelError;

    public uint RequestId;
    public ReadOnlySpan<byte> ErrorCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("request_id", ref RequestId);
        fields.Code("error_code", ref ErrorCode);
    }
}

public ref struct Sv2OpenExtendedMiningChannel : ISv2Message
{
    public static Sv2Type Type => Sv2Type.OpenExtendedMiningChannel;

    public uint RequestId;
    public ReadOnlySpan<byte> UserIdentity; // Not checked to be UTF-8: that is the opening rules' part.
    public float NominalHashRate; // Hashes a second.
    public Target MaxTarget; // The easiest target the client can work with.
    public ushort MinExtranonceSize; // Bytes the client wants for itself.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("request_id", ref RequestId);
        fields.Text("user_identity", ref UserIdentity);
        fields.F32("nominal_hash_rate", ref NominalHashRate);
        fields.Target("max_target", ref MaxTarget);
        fields.U16("min_extranonce_size", ref MinExtranonceSize);
    }
}

public ref struct Sv2OpenExtendedMiningChannelSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.OpenExtendedMiningChannelSuccess;

    public uint RequestId;
    public uint ChannelId;
    public Target Target;
    public ushort ExtranonceSize; // Bytes.
    public ReadOnlySpan<byte> ExtranoncePrefix;
    public uint GroupChannelId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("request_id", ref RequestId);
        fields.U32("channel_id", ref ChannelId);
        fields.Target("target", ref Target);
        fields.U16("extranonce_size", ref ExtranonceSize);
        fields.Bytes("extranonce_prefix", ref ExtranoncePrefix, 32);
        fields.U32("group_channel_id", ref GroupChannelId);
    }
}

public ref struct Sv2UpdateChannel : ISv2Message
{
    public static Sv2Type Type => Sv2Type.UpdateChannel;

    public uint ChannelId;
    public float NominalHashRate; // Hashes a second.
    public Target MaximumTarget;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.F32("nominal_hash_rate", ref NominalHashRate);
        fields.Target("maximum_target", ref MaximumTarget);
    }
}

public ref struct Sv2UpdateChannelError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.UpdateChannelError;

    public uint ChannelId;
    public ReadOnlySpan<byte> ErrorCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.Code("error_code", ref ErrorCode);
    }
}

/// <summary>Sent by either side.</summary>
public ref struct Sv2CloseChannel : ISv2Message
{
    public static Sv2Type Type => Sv2Type.CloseChannel;

    public uint ChannelId;
    public ReadOnlySpan<byte> ReasonCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.Code("reason_code", ref ReasonCode);
    }
}

public ref struct Sv2SetExtranoncePrefix : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetExtranoncePrefix;

    public uint ChannelId;
    public ReadOnlySpan<byte> ExtranoncePrefix;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
        fields.Bytes("extranonce_prefix", ref ExtranoncePrefix, 32);
    }
}

/// <summary>The one message of a channel without the channel bit.</summary>
public ref struct Sv2SetGroupChannel : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetGroupChannel;

    public uint GroupChannelId;
    public ReadOnlySpan<byte> ChannelIds;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("group_channel_id", ref GroupChannelId);
        fields.U32s("channel_ids", ref ChannelIds);
    }
}
