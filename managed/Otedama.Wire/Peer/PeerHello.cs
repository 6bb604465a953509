using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>What a node can do; bits of HELLO.</summary>
[Flags]
public enum PeerServices : ulong
{
    None = 0,
    Listen = 1,
    Archive = 2,
    Stratum = 4,
    DhtServer = 8,
    AnonymousMembers = 32,
}

/// <summary>
/// The first message each way: which chain it is about, without naming it, and where the sender stands. Offsets are in
/// docs/protocols/peer.md. Nothing follows the list of extensions, which is where later versions say what they can.
/// </summary>
public sealed record PeerHello
{
    public const int BytesMax = 512, UserAgentMax = 64, ExtensionsMax = 64;

    /// <summary>The protocol's version that this code speaks.</summary>
    public const ushort Version = 1;

    private const int TextAt = 212;

    public ushort ProtocolMin { get; init; } = Version;

    public ushort ProtocolMax { get; init; } = Version;

    /// <summary>Of the sender, drawn for this link.</summary>
    public required Hash256 Nonce { get; init; }

    public required Hash256 ChainProof { get; init; }

    public PeerServices Services { get; init; }

    /// <summary>Milliseconds since 1970 by the sender's clock.</summary>
    public ulong UnixMs { get; init; }

    /// <summary>0: it does not listen.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>Where the sender sees the receiver.</summary>
    public required PeerEndpoint Observed { get; init; }

    public Hash256 TipId { get; init; }

    public uint TipHeight { get; init; }

    /// <summary>Of all shares up to the tip.</summary>
    public UInt128 TipWork { get; init; }

    /// <summary>Of the last window.</summary>
    public UInt128 WindowWork { get; init; }

    public Hash256 CoinTip { get; init; }

    public uint CoinHeight { get; init; }

    public string UserAgent { get; init; } = "";

    public IReadOnlyList<ushort> Extensions { get; init; } = [];

    private static ReadOnlySpan<byte> Magic => "OTED"u8;

    /// <summary>None for bytes that Read can read.</summary>
    public static PeerFault Check(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            return PeerFault.Magic;
        }
        PeerFault fault = PeerText.Check(body, TextAt, body.Length - 2, UserAgentMax, out int end);
        if (fault != PeerFault.None)
        {
            return fault;
        }
        int extensions = BinaryPrimitives.ReadUInt16LittleEndian(body[end..]);
        bool fits = extensions <= ExtensionsMax && body.Length == end + 2 + (2 * extensions);
        return fits ? PeerFault.None : PeerFault.Body;
    }

    /// <summary>Reads a checked body.</summary>
    public static PeerHello Read(ReadOnlySpan<byte> body)
    {
        int extensionsAt = TextAt + 2 + BinaryPrimitives.ReadUInt16LittleEndian(body[TextAt..]);
        ushort[] extensions = new ushort[BinaryPrimitives.ReadUInt16LittleEndian(body[extensionsAt..])];
        for (int i = 0; i < extensions.Length; i++)
        {
            extensions[i] = BinaryPrimitives.ReadUInt16LittleEndian(body[(extensionsAt + 2 + (2 * i))..]);
        }
        return new PeerHello
        {
            ProtocolMin = BinaryPrimitives.ReadUInt16LittleEndian(body[4..]),
            ProtocolMax = BinaryPrimitives.ReadUInt16LittleEndian(body[6..]),
            Nonce = new Hash256(body.Slice(8, 32)),
            ChainProof = new Hash256(body.Slice(40, 32)),
            Services = (PeerServices)BinaryPrimitives.ReadUInt64LittleEndian(body[72..]),
            UnixMs = BinaryPrimitives.ReadUInt64LittleEndian(body[80..]),
            ListenPort = BinaryPrimitives.ReadUInt16LittleEndian(body[88..]),
            Observed = PeerEndpoint.Read(body[90..]),
            TipId = new Hash256(body.Slice(108, 32)),
            TipHeight = BinaryPrimitives.ReadUInt32LittleEndian(body[140..]),
            TipWork = BinaryPrimitives.ReadUInt128LittleEndian(body[144..]),
            WindowWork = BinaryPrimitives.ReadUInt128LittleEndian(body[160..]),
            CoinTip = new Hash256(body.Slice(176, 32)),
            CoinHeight = BinaryPrimitives.ReadUInt32LittleEndian(body[208..]),
            UserAgent = PlainText.Of(PeerText.Read(body, TextAt)),
            Extensions = extensions,
        };
    }

    /// <summary>Returns the bytes written, at most BytesMax.</summary>
    public int Write(Span<byte> body)
    {
        Magic.CopyTo(body);
        BinaryPrimitives.WriteUInt16LittleEndian(body[4..], ProtocolMin);
        BinaryPrimitives.WriteUInt16LittleEndian(body[6..], ProtocolMax);
        Nonce.CopyTo(body[8..]);
        ChainProof.CopyTo(body[40..]);
        BinaryPrimitives.WriteUInt64LittleEndian(body[72..], (ulong)Services);
        BinaryPrimitives.WriteUInt64LittleEndian(body[80..], UnixMs);
        BinaryPrimitives.WriteUInt16LittleEndian(body[88..], ListenPort);
        Observed.Write(body[90..]);
        TipId.CopyTo(body[108..]);
        BinaryPrimitives.WriteUInt32LittleEndian(body[140..], TipHeight);
        BinaryPrimitives.WriteUInt128LittleEndian(body[144..], TipWork);
        BinaryPrimitives.WriteUInt128LittleEndian(body[160..], WindowWork);
        CoinTip.CopyTo(body[176..]);
        BinaryPrimitives.WriteUInt32LittleEndian(body[208..], CoinHeight);
        int end = TextAt + PeerText.Write(body[TextAt..], UserAgent, UserAgentMax);
        BinaryPrimitives.WriteUInt16LittleEndian(body[end..], (ushort)Extensions.Count);
        end += 2;
        foreach (ushort extension in Extensions)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(body[end..], extension);
            end += 2;
        }
        return end;
    }
}
