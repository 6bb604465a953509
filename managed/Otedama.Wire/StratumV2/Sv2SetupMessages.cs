namespace Otedama.Wire;

/// <summary>The client's first message.</summary>
public ref struct Sv2SetupConnection : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetupConnection;

    public byte Protocol; // 0 = mining.
    public ushort MinVersion;
    public ushort MaxVersion;
    public uint Flags; // Of the request; the bits of an answer mean other things.
    public ReadOnlySpan<byte> EndpointHost; // What the client dialled.
    public ushort EndpointPort;
    public ReadOnlySpan<byte> Vendor;
    public ReadOnlySpan<byte> HardwareVersion;
    public ReadOnlySpan<byte> Firmware;
    public ReadOnlySpan<byte> DeviceId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U8("protocol", ref Protocol);
        fields.U16("min_version", ref MinVersion);
        fields.U16("max_version", ref MaxVersion);
        fields.U32("flags", ref Flags);
        fields.Text("endpoint_host", ref EndpointHost);
        fields.U16("endpoint_port", ref EndpointPort);
        fields.Text("vendor", ref Vendor);
        fields.Text("hardware_version", ref HardwareVersion);
        fields.Text("firmware", ref Firmware);
        fields.Text("device_id", ref DeviceId);
    }
}

public ref struct Sv2SetupConnectionSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetupConnectionSuccess;

    public ushort UsedVersion;
    public uint Flags;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U16("used_version", ref UsedVersion);
        fields.U32("flags", ref Flags);
    }
}

public ref struct Sv2SetupConnectionError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.SetupConnectionError;

    public uint Flags; // The bits that were asked for and are not supported.
    public ReadOnlySpan<byte> ErrorCode;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("flags", ref Flags);
        fields.Code("error_code", ref ErrorCode);
    }
}

public ref struct Sv2ChannelEndpointChanged : ISv2Message
{
    public static Sv2Type Type => Sv2Type.ChannelEndpointChanged;

    public uint ChannelId;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U32("channel_id", ref ChannelId);
    }
}

public ref struct Sv2Reconnect : ISv2Message
{
    public static Sv2Type Type => Sv2Type.Reconnect;

    public ReadOnlySpan<byte> NewHost; // Empty = the same.
    public ushort NewPort; // 0 = the same.

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.Text("new_host", ref NewHost);
        fields.U16("new_port", ref NewPort);
    }
}

/// <summary>Extension 1.</summary>
public ref struct Sv2RequestExtensions : ISv2Message
{
    public static Sv2Type Type => Sv2Type.RequestExtensions;

    public ushort RequestId;
    public ReadOnlySpan<byte> RequestedExtensions;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U16("request_id", ref RequestId);
        fields.U16s("requested_extensions", ref RequestedExtensions);
    }
}

public ref struct Sv2RequestExtensionsSuccess : ISv2Message
{
    public static Sv2Type Type => Sv2Type.RequestExtensionsSuccess;

    public ushort RequestId;
    public ReadOnlySpan<byte> SupportedExtensions;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U16("request_id", ref RequestId);
        fields.U16s("supported_extensions", ref SupportedExtensions);
    }
}

public ref struct Sv2RequestExtensionsError : ISv2Message
{
    public static Sv2Type Type => Sv2Type.RequestExtensionsError;

    public ushort RequestId;
    public ReadOnlySpan<byte> UnsupportedExtensions;
    public ReadOnlySpan<byte> RequiredExtensions;

    public void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct
    {
        fields.U16("request_id", ref RequestId);
        fields.U16s("unsupported_extensions", ref UnsupportedExtensions);
        fields.U16s("required_extensions", ref RequiredExtensions);
    }
}
