using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Otedama.Wire;

/// <summary>Datagrams into messages. Whatever a stranger sends is read or refused, never an exception.</summary>
public static class KrpcReader
{
    /// <summary>Bytes of a transaction id or token that are kept; longer ones are nobody's.</summary>
    public const int TransactionMax = 32, TokenMax = 64;

    private const int ErrorTextMax = 100;

    /// <summary>False when it is no bencoded dictionary with the keys t and y that every message has.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out KrpcMessage? message)
    {
        message = null;
        if (!Bencoded.TryParse(datagram, out Bencoded top) || top["t"u8].Kind != BencodeKind.Text
            || top["t"u8].Text.Length > TransactionMax || top["y"u8].Text is not [byte kind])
        {
            return false;
        }
        message = kind switch
        {
            (byte)'q' => Query(top),
            (byte)'r' when top["r"u8].Kind == BencodeKind.Dictionary => Response(top),
            (byte)'e' => Error(top),
            _ => null,
        };
        return message is not null;
    }

    private static KrpcMessage Query(Bencoded top)
    {
        Bencoded arguments = top["a"u8];
        return new KrpcMessage
        {
            Kind = KrpcKind.Query,
            Transaction = top["t"u8].Text.ToArray(),
            Version = VersionOf(top),
            IsReadOnly = top["ro"u8].Integer == 1,
            Method = MethodOf(top["q"u8].Text),
            Id = IdOf(arguments["id"u8]),
            Target = IdOf(arguments["target"u8]),
            InfoHash = IdOf(arguments["info_hash"u8]),
            Port = arguments["port"u8].Integer,
            ImpliesPort = arguments["implied_port"u8].Integer is not (null or 0),
            Token = TokenOf(arguments),
            Wants = WantsOf(arguments["want"u8]),
        };
    }

    private static KrpcMessage Response(Bencoded top)
    {
        Bencoded values = top["r"u8];
        return new KrpcMessage
        {
            Kind = KrpcKind.Response,
            Transaction = top["t"u8].Text.ToArray(),
            Version = VersionOf(top),
            SeenAs = SeenAs(top),
            Id = IdOf(values["id"u8]),
            Token = TokenOf(values),
            Nodes = NodesOf(values["nodes"u8], CompactEndpoint.SizeV4),
            Nodes6 = NodesOf(values["nodes6"u8], CompactEndpoint.SizeV6),
            Values = ValuesOf(values["values"u8]),
            HasNoSamples = values["samples"u8].Kind == BencodeKind.Text && values["samples"u8].Text.IsEmpty,
        };
    }

    private static KrpcMessage Error(Bencoded top)
    {
        (int code, string text) = (0, "");
        foreach (Bencoded item in top["e"u8])
        {
            code = item.Integer is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : code;
            text = item.Kind == BencodeKind.Text
                ? Encoding.Latin1.GetString(item.Text[..Math.Min(item.Text.Length, ErrorTextMax)])
                : text;
        }
        return new KrpcMessage
        {
            Kind = KrpcKind.Error,
            Transaction = top["t"u8].Text.ToArray(),
            Version = VersionOf(top),
            SeenAs = SeenAs(top),
            ErrorCode = code,
            ErrorText = text,
        };
    }

    private static KrpcMethod MethodOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ping"u8) ? KrpcMethod.Ping
        : name.SequenceEqual("find_node"u8) ? KrpcMethod.FindNode
        : name.SequenceEqual("get_peers"u8) ? KrpcMethod.GetPeers
        : name.SequenceEqual("announce_peer"u8) ? KrpcMethod.AnnouncePeer
        : name.SequenceEqual("sample_infohashes"u8) ? KrpcMethod.SampleInfohashes
        : KrpcMethod.Unknown;

    private static DhtId? IdOf(Bencoded value) => value.Text.Length == DhtId.Size ? new DhtId(value.Text) : null;

    private static byte[] VersionOf(Bencoded top) =>
        top["v"u8].Text.Length <= TransactionMax ? top["v"u8].Text.ToArray() : [];

    private static byte[] TokenOf(Bencoded values) =>
        values["token"u8].Text.Length <= TokenMax ? values["token"u8].Text.ToArray() : [];

    /// <summary>BEP 42 has address and port; some send the address alone.</summary>
    private static PeerEndpoint? SeenAs(Bencoded top)
    {
        ReadOnlySpan<byte> bytes = top["ip"u8].Text;
        Span<byte> padded = stackalloc byte[CompactEndpoint.SizeV6];
        if (bytes.Length > padded.Length)
        {
            return null;
        }
        bytes.CopyTo(padded);
        int length = bytes.Length is 4 or 16 ? bytes.Length + 2 : bytes.Length;
        return CompactEndpoint.TryRead(padded[..length], out PeerEndpoint endpoint) ? endpoint : null;
    }

    private static KrpcWants WantsOf(Bencoded list)
    {
        KrpcWants wants = KrpcWants.None;
        foreach (Bencoded item in list)
        {
            wants |= item.Text.SequenceEqual("n4"u8) ? KrpcWants.V4 : item.Text.SequenceEqual("n6"u8)
                ? KrpcWants.V6 : KrpcWants.None;
        }
        return wants;
    }

    /// <summary>What is left after the last whole node is passed over, and nodes with port 0.</summary>
    private static List<KrpcNode>? NodesOf(Bencoded value, int compact)
    {
        if (value.Kind != BencodeKind.Text)
        {
            return null;
        }
        List<KrpcNode> nodes = [];
        for (ReadOnlySpan<byte> rest = value.Text; rest.Length >= DhtId.Size + compact; rest = rest[(DhtId.Size + compact)..])
        {
            if (CompactEndpoint.TryRead(rest.Slice(DhtId.Size, compact), out PeerEndpoint endpoint)
                && endpoint.Port > 0)
            {
                nodes.Add(new KrpcNode(new DhtId(rest), endpoint));
            }
        }
        return nodes;
    }

    private static List<PeerEndpoint> ValuesOf(Bencoded list)
    {
        List<PeerEndpoint> peers = [];
        foreach (Bencoded item in list)
        {
            if (CompactEndpoint.TryRead(item.Text, out PeerEndpoint peer) && peer.Port > 0)
            {
                peers.Add(peer);
            }
        }
        return peers;
    }
}
