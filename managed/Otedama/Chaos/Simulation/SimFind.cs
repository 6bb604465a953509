using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama;

/// <summary>What a miner really found by hashing, and what the pool said to it.</summary>
internal sealed class SimFind
{
    /// <summary>Address, a dot, and the worker's name.</summary>
    public required string User { get; init; }

    public required SimWork Told { get; init; }

    public required string Extranonce2 { get; init; }

    public required uint Nonce { get; init; }

    public required Hash256 Hash { get; init; }

    /// <summary>The most significant 64 bits, by which the share log knows it.</summary>
    public ulong HashTop => BinaryPrimitives.ReadUInt64LittleEndian(Hash.ToArray().AsSpan(24));

    public bool IsBlock => Told.Network.IsMetBy(Hash);

    public bool IsShare => Told.Target.IsMetBy(Hash);

    /// <summary>Times it was sent.</summary>
    public int Sent { get; set; }

    /// <summary>Times the answer was true.</summary>
    public int Accepted { get; set; }
}
