using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// A mining.notify of ZIP 301 as a miner reads it: header fields in header order. What stands behind the eight fields is
/// every coin's own: Verus sends a solution to begin with, others the parameters of Equihash, and some nothing we know.
/// </summary>
public sealed record ZcashNotify
{
    private const int JobIdCharactersMax = 128;

    public required string JobId { get; init; }

    public required uint Version { get; init; }

    public required Hash256 PreviousHash { get; init; }

    public required Hash256 MerkleRoot { get; init; }

    public required Hash256 Reserved { get; init; }

    public required uint Time { get; init; }

    public required uint Bits { get; init; }

    public required bool Clean { get; init; }

    /// <summary>Reads the params of mining.notify; problem says what is wrong with them.</summary>
    public static bool TryParse(JsonValue parameters, out ZcashNotify? notify, out string problem)
    {
        notify = null;
        JsonValue job = parameters.Element(0);
        if (!job.IsString || job.Inner.IsEmpty || job.Inner.Length > JobIdCharactersMax)
        {
            return Fail("job id is not a string of 1 to 128 characters", out problem);
        }
        Span<byte> hashes = stackalloc byte[3 * Hash256.Size];
        for (int i = 0; i < 3; i++)
        {
            if (!parameters.Element(2 + i).TryGetHex(hashes[(i * Hash256.Size)..], out int length) || length != Hash256.Size)
            {
                return Fail("previous hash, merkle root or reserved field is not 64 hex digits", out problem);
            }
        }
        if (!TryGetUInt32(parameters.Element(1), out uint version) || !TryGetUInt32(parameters.Element(5), out uint time)
            || !TryGetUInt32(parameters.Element(6), out uint bits))
        {
            return Fail("version, time or bits is not 8 hex digits", out problem);
        }
        notify = new ZcashNotify
        {
            JobId = job.GetText(JobIdCharactersMax),
            Version = version,
            PreviousHash = new Hash256(hashes[..Hash256.Size]),
            MerkleRoot = new Hash256(hashes.Slice(Hash256.Size, Hash256.Size)),
            Reserved = new Hash256(hashes[(2 * Hash256.Size)..]),
            Time = time,
            Bits = bits,
            Clean = parameters.Element(7).IsTrue,
        };
        problem = "";
        return true;
    }

    /// <summary>
    /// The ninth parameter as Verus means it: the solution to begin with, filled up with zeros to 1344 bytes; null when it is
    /// absent or something else.
    /// </summary>
    public static byte[]? ReadSolution(JsonValue parameters)
    {
        byte[] solution = new byte[Verus.SolutionLength];
        return parameters.Element(8).TryGetHex(solution, out int length) && length > 0 ? solution : null;
    }

    /// <summary>Four bytes as they stand in the header.</summary>
    internal static bool TryGetUInt32(JsonValue value, out uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bool good = value.TryGetHex(bytes, out int length) && length == sizeof(uint);
        number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return good;
    }

    private static bool Fail(string reason, out string problem)
    {
        problem = "mining.notify: " + reason;
        return false;
    }
}
