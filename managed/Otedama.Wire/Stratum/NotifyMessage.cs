using Otedama.Core;

namespace Otedama.Wire;

/// <summary>A mining.notify as a miner reads it. The miner makes a Job of it.</summary>
public sealed record NotifyMessage
{
    private const int JobIdCharactersMax = 128;
    private const int BranchesMax = 32;

    /// <summary>Opaque to the miner; echoed in submit.</summary>
    public required string JobId { get; init; }

    public required Hash256 PreviousHash { get; init; }

    public required byte[] CoinbasePrefix { get; init; }

    public required byte[] CoinbaseSuffix { get; init; }

    /// <summary>Merkle siblings, 32 bytes each.</summary>
    public required byte[] Branches { get; init; }

    public required uint Version { get; init; }

    public required uint Bits { get; init; }

    public required uint Time { get; init; }

    public required bool Clean { get; init; }

    /// <summary>Reads the params of mining.notify; problem says what is wrong with them.</summary>
    public static bool TryParse(JsonValue parameters, out NotifyMessage? notify, out string problem)
    {
        notify = null;
        JsonValue job = parameters.Element(0);
        if (!job.IsString || job.Inner.IsEmpty || job.Inner.Length > JobIdCharactersMax)
        {
            return Fail("job id is not a string of 1 to 128 characters", out problem);
        }
        Span<byte> previous = stackalloc byte[Hash256.Size];
        if (!parameters.Element(1).TryGetHex(previous, out int previousLength) || previousLength != Hash256.Size)
        {
            return Fail("previous hash is not 64 hex digits", out problem);
        }
        if (!TryGetBytes(parameters.Element(2), out byte[] prefix) || !TryGetBytes(parameters.Element(3), out byte[] suffix))
        {
            return Fail("coinbase part is not hex", out problem);
        }
        if (!TryGetBranches(parameters.Element(4), out byte[] branches))
        {
            return Fail("merkle branches are not a list of at most 32 strings of 64 hex digits", out problem);
        }
        if (!parameters.Element(5).TryGetHexUInt32(out uint version)
            || !parameters.Element(6).TryGetHexUInt32(out uint bits)
            || !parameters.Element(7).TryGetHexUInt32(out uint time))
        {
            return Fail("version, bits or time is not 8 hex digits", out problem);
        }
        NotifyWriter.SwapWords(previous);
        notify = new NotifyMessage
        {
            JobId = job.GetText(JobIdCharactersMax),
            PreviousHash = new Hash256(previous),
            CoinbasePrefix = prefix,
            CoinbaseSuffix = suffix,
            Branches = branches,
            Version = version,
            Bits = bits,
            Time = time,
            Clean = parameters.Element(8).IsTrue,
        };
        problem = "";
        return true;
    }

    private static bool Fail(string reason, out string problem)
    {
        problem = "mining.notify: " + reason;
        return false;
    }

    private static bool TryGetBytes(JsonValue value, out byte[] bytes)
    {
        bytes = new byte[value.Inner.Length / 2];
        if (!value.TryGetHex(bytes, out int written))
        {
            return false;
        }
        Array.Resize(ref bytes, written);
        return true;
    }

    private static bool TryGetBranches(JsonValue list, out byte[] branches)
    {
        branches = [];
        if (!list.IsArray)
        {
            return false;
        }
        Span<byte> all = stackalloc byte[BranchesMax * Hash256.Size];
        int length = 0;
        foreach (JsonValue branch in list.Elements())
        {
            if (length == all.Length || !branch.TryGetHex(all.Slice(length, Hash256.Size), out int written) || written != Hash256.Size)
            {
                return false;
            }
            length += Hash256.Size;
        }
        branches = all[..length].ToArray();
        return true;
    }
}
