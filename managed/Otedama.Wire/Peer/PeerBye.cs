using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>Why a node ends a link; numbers of the wire.</summary>
public enum PeerByeCode : ushort
{
    None = 0,
    Shutdown = 1,
    Network = 2,
    Protocol = 3,
    TooSlow = 4,
    Banned = 5,
    Duplicate = 6,
    Draining = 7,
    Full = 8,

    /// <summary>The node that ends the link speaks only to nodes that its operator named.</summary>
    NotListed = 9,
}

/// <summary>The last message of a link, and its reason as text. Bytes: u16 code, string text.</summary>
public readonly record struct PeerBye(PeerByeCode Code, string Text)
{
    public const int TextMax = 252, BytesMax = 256;

    /// <summary>None for bytes that Read can read.</summary>
    public static PeerFault Check(ReadOnlySpan<byte> body)
    {
        PeerFault fault = PeerText.Check(body, 2, body.Length, TextMax, out int end);
        return fault != PeerFault.None ? fault : end == body.Length ? PeerFault.None : PeerFault.Body;
    }

    /// <summary>Reads a checked body. Codes of later versions are kept as numbers.</summary>
    public static PeerBye Read(ReadOnlySpan<byte> body) =>
        new((PeerByeCode)BinaryPrimitives.ReadUInt16LittleEndian(body), PeerText.Read(body, 2));

    /// <summary>Returns the bytes written, at most BytesMax; text that is too long is cut.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)Code);
        return 2 + PeerText.Write(destination[2..], Text, TextMax);
    }
}
