using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Params of mining.submit in the KawPow dialect: worker, job, nonce, header hash, mix; 0x is optional.</summary>
public readonly ref struct KawPowSubmit
{
    private KawPowSubmit(JsonValue job, ulong nonce, Hash256 headerHash)
    {
        Job = job;
        Nonce = nonce;
        HeaderHash = headerHash;
    }

    public JsonValue Job { get; }

    public ulong Nonce { get; }

    public Hash256 HeaderHash { get; }

    /// <param name="mix">Gets the 32 bytes of the mix as shown.</param>
    public static bool TryParse(JsonValue parameters, Span<byte> mix, out KawPowSubmit submit, out string problem)
    {
        submit = default;
        JsonValue job = parameters.Element(1);
        if (!parameters.Element(0).IsString || !job.IsString)
        {
            return Fail("mining.submit needs worker, job, nonce, header hash, mix hash", out problem);
        }
        Span<byte> nonce = stackalloc byte[sizeof(ulong)];
        if (!parameters.Element(2).TryGetHex(nonce, out int length) || length != nonce.Length)
        {
            return Fail("the nonce has to be 16 hex digits", out problem);
        }
        Span<byte> header = stackalloc byte[Hash256.Size];
        if (!TryGetHash(parameters.Element(3), header) || !TryGetHash(parameters.Element(4), mix))
        {
            return Fail("header hash and mix hash have to be 64 hex digits", out problem);
        }
        header.Reverse();
        submit = new KawPowSubmit(job, BinaryPrimitives.ReadUInt64BigEndian(nonce), new Hash256(header));
        problem = "";
        return true;
    }

    internal static bool TryGetHash(JsonValue value, Span<byte> destination) =>
        value.TryGetHex(destination, out int length) && length == Hash256.Size;

    private static bool Fail(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
