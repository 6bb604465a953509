using Otedama.Core;

namespace Otedama.Wire;

/// <summary>A mining.notify of the KawPow dialect as a miner reads it.</summary>
public sealed record KawPowNotify
{
    internal const int JobIdCharactersMax = 128;

    public required string JobId { get; init; }

    public required Hash256 HeaderHash { get; init; }

    /// <summary>32 bytes as shown.</summary>
    public required byte[] SeedHash { get; init; }

    /// <summary>Null when the pool leaves it to mining.set_target.</summary>
    public required Target? Target { get; init; }

    public required bool Clean { get; init; }

    public required int Height { get; init; }

    /// <summary>0 in EthereumStratum, which does not tell it.</summary>
    public required uint Bits { get; init; }

    /// <summary>Reads the params of mining.notify; problem says what is wrong with them.</summary>
    public static bool TryParse(JsonValue parameters, out KawPowNotify? notify, out string problem)
    {
        notify = null;
        JsonValue job = parameters.Element(0);
        if (!job.IsString || job.Inner.IsEmpty || job.Inner.Length > JobIdCharactersMax)
        {
            return Fail("job id is not a string of 1 to 128 characters", out problem);
        }
        Span<byte> header = stackalloc byte[Hash256.Size];
        Span<byte> seed = stackalloc byte[Hash256.Size];
        if (!KawPowSubmit.TryGetHash(parameters.Element(1), header) || !KawPowSubmit.TryGetHash(parameters.Element(2), seed))
        {
            return Fail("header hash or seed hash is not 64 hex digits", out problem);
        }
        if (!parameters.Element(5).TryGetInt64(out long height) || height is < 0 or > KawPow.HeightMax)
        {
            return Fail($"height is not a number from 0 to {KawPow.HeightMax}", out problem);
        }
        if (!parameters.Element(6).TryGetHexUInt32(out uint bits))
        {
            return Fail("bits is not 8 hex digits", out problem);
        }
        Span<byte> target = stackalloc byte[Hash256.Size];
        bool hasTarget = KawPowSubmit.TryGetHash(parameters.Element(3), target);
        header.Reverse();
        target.Reverse();
        notify = new KawPowNotify
        {
            JobId = job.GetText(JobIdCharactersMax),
            HeaderHash = new Hash256(header),
            SeedHash = seed.ToArray(),
            Target = hasTarget ? new Target(UInt256.FromLittleEndian(target)) : null,
            Clean = parameters.Element(4).IsTrue,
            Height = (int)height,
            Bits = bits,
        };
        problem = "";
        return true;
    }

    private static bool Fail(string reason, out string problem)
    {
        problem = "mining.notify: " + reason;
        return false;
    }
}
