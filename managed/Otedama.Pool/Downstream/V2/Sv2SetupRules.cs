namespace Otedama.Pool;

/// <summary>What a SetupConnection is answered with; an empty code means Success with version 2 and no flags.</summary>
public readonly record struct Sv2SetupAnswer(string ErrorCode, uint Flags)
{
    public bool IsGood => ErrorCode.Length == 0;
}

/// <summary>The rules of a mining server for the first message. Pure.</summary>
public static class Sv2SetupRules
{
    public const ushort Version = 2;

    /// <summary>Of the request: the device hashes headers and nothing else.</summary>
    public const uint RequiresStandardJobs = 1;

    /// <summary>Of the request: versions may be rolled, which they always may.</summary>
    public const uint RequiresVersionRolling = 4;

    /// <summary>
    /// Flags are never echoed: those of an answer mean other things. What is not supported is named whole, so that
    /// every server of one name says the same to a client that asks with all bits set.
    /// </summary>
    public static Sv2SetupAnswer Judge(byte protocol, ushort versionMin, ushort versionMax, uint flags)
    {
        const uint Supported = RequiresStandardJobs | RequiresVersionRolling;
        return protocol != 0 ? new Sv2SetupAnswer("unsupported-protocol", 0)
            : Version < versionMin || Version > versionMax ? new Sv2SetupAnswer("protocol-version-mismatch", 0)
            : (flags & ~Supported) != 0 ? new Sv2SetupAnswer("unsupported-feature-flags", flags & ~Supported)
            : new Sv2SetupAnswer("", 0);
    }
}
