namespace Otedama.Wire;

/// <summary>Params of mining.configure (BIP 310): extension names, then an object of their parameters.</summary>
public readonly ref struct ConfigureRequest
{
    private ConfigureRequest(JsonValue parameters)
    {
        foreach (JsonValue name in parameters.Element(0).Elements())
        {
            WantsVersionRolling |= name.Inner.SequenceEqual("version-rolling"u8);
            WantsMinimumDifficulty |= name.Inner.SequenceEqual("minimum-difficulty"u8);
            WantsSubscribeExtranonce |= name.Inner.SequenceEqual("subscribe-extranonce"u8);
            WantsInfo |= name.Inner.SequenceEqual("info"u8);
        }
        JsonValue options = parameters.Element(1);
        VersionMask = options.Member("version-rolling.mask"u8).TryGetHexUInt32(out uint mask) ? mask : uint.MaxValue;
        VersionBitsMin = options.Member("version-rolling.min-bit-count"u8).TryGetInt64(out long bits)
            ? (int)Math.Clamp(bits, 0, 32)
            : 0;
        MinimumDifficulty = options.Member("minimum-difficulty.value"u8).TryGetDouble(out double minimum) ? minimum : 0;
        Hardware = options.Member("info.hw-version"u8);
        Software = options.Member("info.sw-version"u8);
    }

    public bool WantsVersionRolling { get; }

    public bool WantsMinimumDifficulty { get; }

    public bool WantsSubscribeExtranonce { get; }

    public bool WantsInfo { get; }

    /// <summary>Bits the miner can roll; all of them when it does not say.</summary>
    public uint VersionMask { get; }

    /// <summary>Fewest bits the miner can work with.</summary>
    public int VersionBitsMin { get; }

    /// <summary>0 when not given or not a number.</summary>
    public double MinimumDifficulty { get; }

    public JsonValue Hardware { get; }

    public JsonValue Software { get; }

    /// <summary>False when the first parameter is not a list.</summary>
    public static bool TryParse(JsonValue parameters, out ConfigureRequest request)
    {
        bool good = parameters.Element(0).IsArray;
        request = good ? new ConfigureRequest(parameters) : default;
        return good;
    }
}
