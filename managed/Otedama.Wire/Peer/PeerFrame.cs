using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>
/// One frame as it was received: u32 length of the body, u16 message, u16 flags (zero), u32 correlation, little-endian,
/// then the body. Body is valid until the reader is asked for the next one.
/// </summary>
public readonly ref struct PeerFrame(PeerMessageRule rule, uint correlation, ReadOnlySpan<byte> body)
{
    public const int HeaderBytes = 12;

    /// <summary>Messages from here on may be skipped by who does not know them.</summary>
    public const ushort SkippableFrom = 0x8000;

    public PeerMessageRule Rule { get; } = rule;

    public PeerMessage Message => Rule.Message;

    /// <summary>Pairs a question with its answer; 0 where there is none.</summary>
    public uint Correlation { get; } = correlation;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Writes the 12 bytes before a body.</summary>
    public static void WriteHeader(Span<byte> destination, PeerMessage message, int bodyBytes, uint correlation)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)bodyBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], (ushort)message);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], correlation);
    }
}
