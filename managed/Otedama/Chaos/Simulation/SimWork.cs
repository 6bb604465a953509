using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Otedama.Core;

namespace Otedama;

/// <summary>One job as a miner was told it, and the header it is hashing.</summary>
internal sealed class SimWork
{
    private readonly byte[] _header = new byte[BlockHeader.Size];
    private readonly byte[] _before;
    private readonly byte[] _extranonce1;
    private readonly byte[] _after;
    private readonly byte[][] _branches;
    private uint _nonce;

    /// <param name="notify">The parameters of mining.notify.</param>
    /// <param name="difficulty">What was told before it.</param>
    public SimWork(JsonElement notify, byte[] extranonce1, double difficulty, Target one)
    {
        JobId = notify[0].GetString()!;
        Difficulty = difficulty;
        Target = Target.FromDifficulty(difficulty, one);
        (_before, _extranonce1) = (Hex(notify[2]), extranonce1);
        _after = Hex(notify[3]);
        _branches = [.. notify[4].EnumerateArray().Select(Hex)];
        Time = notify[7].GetString()!;
        Swapped(Hex(notify[5])).CopyTo(_header, 0);
        Swapped(Hex(notify[1])).CopyTo(_header, 4);
        Swapped(Hex(notify[7])).CopyTo(_header, 68);
        Swapped(Hex(notify[6])).CopyTo(_header, 72);
        Network = Target.FromCompact(BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(72)));
        Parent = new Hash256(_header.AsSpan(4, Hash256.Size));
    }

    public string JobId { get; }

    public double Difficulty { get; }

    /// <summary>What a share has to meet.</summary>
    public Target Target { get; }

    /// <summary>What a block has to meet.</summary>
    public Target Network { get; }

    /// <summary>The block it builds on.</summary>
    public Hash256 Parent { get; }

    /// <summary>Header time as the job has it, 8 hex digits.</summary>
    public string Time { get; }

    /// <summary>16 hex digits.</summary>
    public string Extranonce2 { get; private set; } = "";

    public uint Nonce => _nonce - 1;

    /// <summary>Begins another header of this job.</summary>
    public void Roll(ulong extranonce2)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, extranonce2);
        Extranonce2 = Convert.ToHexStringLower(bytes);
        RootOf(_extranonce1, bytes).CopyTo(_header.AsSpan(36));
        _nonce = 0;
    }

    /// <summary>What the pool will work out for a submit of this on a session with this extranonce 1.</summary>
    public Hash256 HashOf(byte[] extranonce1, string extranonce2, uint nonce)
    {
        byte[] header = [.. _header];
        RootOf(extranonce1, Convert.FromHexString(extranonce2)).CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76), nonce);
        return Sha256d.Hash(header);
    }

    /// <summary>The hash of the next nonce.</summary>
    public Hash256 Next()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(76), _nonce++);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_header, digest);
        SHA256.HashData(digest, digest);
        return new Hash256(digest);
    }

    private Hash256 RootOf(byte[] extranonce1, byte[] extranonce2)
    {
        Hash256 root = Sha256d.Hash([.. _before, .. extranonce1, .. extranonce2, .. _after]);
        foreach (byte[] branch in _branches)
        {
            root = Sha256d.Pair(root, new Hash256(branch));
        }
        return root;
    }

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);

    private static byte[] Swapped(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length; at += 4)
        {
            Array.Reverse(bytes, at, 4);
        }
        return bytes;
    }
}
