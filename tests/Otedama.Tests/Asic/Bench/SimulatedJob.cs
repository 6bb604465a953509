using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>A job as a chip understood it, read from the frame's bytes.</summary>
internal sealed class SimulatedJob
{
    private readonly byte[] _header = new byte[80];
    private readonly Hash256[] _states;

    private SimulatedJob(byte id, Hash256[] states) => (Id, _states) = (id, states);

    public byte Id { get; }

    /// <summary>0 = it has the whole header.</summary>
    public int Midstates => _states.Length;

    public uint Version => BinaryPrimitives.ReadUInt32LittleEndian(_header);

    /// <summary>Previous hash, root, time, bits.</summary>
    public ReadOnlySpan<byte> Fixed => _header.AsSpan(4, 72);

    /// <summary>Last four bytes of the root, time, bits.</summary>
    public ReadOnlySpan<byte> Tail => _header.AsSpan(64, 12);

    public Hash256 State(int index) => _states[index];

    /// <summary>data: behind header and length, without the CRC. 82 bytes.</summary>
    public static SimulatedJob FromFull(ReadOnlySpan<byte> data)
    {
        SimulatedJob job = new(data[0], []);
        Span<byte> header = job._header;
        data[78..82].CopyTo(header);
        Words(data[46..78], header[4..36]);
        Words(data[14..46], header[36..68]);
        data[10..14].CopyTo(header[68..72]);
        data[6..10].CopyTo(header[72..76]);
        return job;
    }

    public static SimulatedJob FromMidstates(ReadOnlySpan<byte> data)
    {
        Hash256[] states = new Hash256[data[1]];
        byte[] words = new byte[32];
        for (int i = 0; i < states.Length; i++)
        {
            Words(data.Slice(18 + (32 * i), 32), words);
            states[i] = new Hash256(words);
        }
        SimulatedJob job = new(data[0], states);
        data[14..18].CopyTo(job._header.AsSpan(64));
        data[10..14].CopyTo(job._header.AsSpan(68));
        data[6..10].CopyTo(job._header.AsSpan(72));
        return job;
    }

    /// <summary>SHA-256 twice. nonce: as it lies in the header, read most significant byte first.</summary>
    public Hash256 Hash(uint nonce, uint versionBits, int midstate)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(76), nonce);
        if (_states.Length > 0)
        {
            return Sha256d.OfDigest(Sha256State.Finish(_states[midstate], _header.AsSpan(64), 80));
        }
        Span<byte> header = stackalloc byte[80];
        _header.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Version | versionBits);
        return Sha256d.Hash(header);
    }

    private static void Words(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int i = 0; i < 8; i++)
        {
            from.Slice(28 - (4 * i), 4).CopyTo(to[(4 * i)..]);
        }
    }
}
