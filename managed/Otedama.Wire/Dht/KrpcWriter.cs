using System.Text;

namespace Otedama.Wire;

/// <summary>Messages into datagrams, canonical.</summary>
public static class KrpcWriter
{
    /// <summary>Bytes of a datagram that we send: it passes everywhere without fragments.</summary>
    public const int BytesMax = 1_024;

    /// <summary>
    /// Seconds until it is worth asking again for samples that we never have (BEP 51 allows six hours at most).
    /// </summary>
    private const int SampleInterval = 21_600;

    /// <summary>
    /// Returns the bytes written. ArgumentException when there is no room: whoever builds a message counts what
    /// goes into it.
    /// </summary>
    public static int Write(KrpcMessage message, Span<byte> destination)
    {
        BencodeWriter writer = new(destination);
        writer.BeginDictionary();
        if (message.Kind == KrpcKind.Query)
        {
            WriteArguments(ref writer, message);
            writer.Key("q"u8);
            writer.Text(NameOf(message.Method));
            if (message.IsReadOnly)
            {
                writer.Key("ro"u8);
                writer.Integer(1);
            }
        }
        else
        {
            WriteAnswer(ref writer, message);
        }
        WriteText(ref writer, "t"u8, message.Transaction, evenEmpty: true);
        WriteText(ref writer, "v"u8, message.Version);
        writer.Key("y"u8);
        writer.Text(message.Kind switch { KrpcKind.Query => "q"u8, KrpcKind.Response => "r"u8, _ => "e"u8 });
        writer.End();
        return writer.Length;
    }

    private static void WriteArguments(ref BencodeWriter writer, KrpcMessage message)
    {
        writer.Key("a"u8);
        writer.BeginDictionary();
        WriteId(ref writer, "id"u8, message.Id);
        if (message.ImpliesPort)
        {
            writer.Key("implied_port"u8);
            writer.Integer(1);
        }
        WriteId(ref writer, "info_hash"u8, message.InfoHash);
        if (message.Port is { } port)
        {
            writer.Key("port"u8);
            writer.Integer(port);
        }
        WriteId(ref writer, "target"u8, message.Target);
        WriteText(ref writer, "token"u8, message.Token);
        if (message.Wants != KrpcWants.None)
        {
            writer.Key("want"u8);
            writer.BeginList();
            WriteWant(ref writer, message.Wants, KrpcWants.V4, "n4"u8);
            WriteWant(ref writer, message.Wants, KrpcWants.V6, "n6"u8);
            writer.End();
        }
        writer.End();
    }

    private static void WriteAnswer(ref BencodeWriter writer, KrpcMessage message)
    {
        if (message.Kind == KrpcKind.Error)
        {
            writer.Key("e"u8);
            writer.BeginList();
            writer.Integer(message.ErrorCode);
            writer.Text(Encoding.Latin1.GetBytes(message.ErrorText));
            writer.End();
        }
        if (message.SeenAs is { } seen)
        {
            Span<byte> compact = stackalloc byte[CompactEndpoint.SizeV6];
            writer.Key("ip"u8);
            writer.Text(compact[..seen.WriteCompact(compact)]);
        }
        if (message.Kind == KrpcKind.Response)
        {
            writer.Key("r"u8);
            writer.BeginDictionary();
            WriteResults(ref writer, message);
            writer.End();
        }
    }

    private static void WriteResults(ref BencodeWriter writer, KrpcMessage message)
    {
        WriteId(ref writer, "id"u8, message.Id);
        if (message.HasNoSamples)
        {
            writer.Key("interval"u8);
            writer.Integer(SampleInterval);
        }
        WriteNodes(ref writer, "nodes"u8, message.Nodes);
        WriteNodes(ref writer, "nodes6"u8, message.Nodes6);
        if (message.HasNoSamples)
        {
            writer.Key("num"u8);
            writer.Integer(0);
            WriteText(ref writer, "samples"u8, [], evenEmpty: true);
        }
        WriteText(ref writer, "token"u8, message.Token);
        if (message.Values.Count > 0)
        {
            Span<byte> compact = stackalloc byte[CompactEndpoint.SizeV6];
            writer.Key("values"u8);
            writer.BeginList();
            foreach (PeerEndpoint peer in message.Values)
            {
                writer.Text(compact[..peer.WriteCompact(compact)]);
            }
            writer.End();
        }
    }

    private static void WriteNodes(ref BencodeWriter writer, scoped ReadOnlySpan<byte> key,
        IReadOnlyList<KrpcNode>? nodes)
    {
        if (nodes is null)
        {
            return;
        }
        Span<byte> bytes = stackalloc byte[Bencoded.BytesMax];
        int length = 0;
        foreach (KrpcNode node in nodes)
        {
            node.Id.Write(bytes[length..]);
            length += DhtId.Size;
            length += node.Endpoint.WriteCompact(bytes[length..]);
        }
        WriteText(ref writer, key, bytes[..length], evenEmpty: true);
    }

    private static void WriteWant(ref BencodeWriter writer, KrpcWants wants, KrpcWants want,
        scoped ReadOnlySpan<byte> name)
    {
        if (wants.HasFlag(want))
        {
            writer.Text(name);
        }
    }

    private static void WriteId(ref BencodeWriter writer, scoped ReadOnlySpan<byte> key, DhtId? id)
    {
        if (id is { } present)
        {
            Span<byte> bytes = stackalloc byte[DhtId.Size];
            present.Write(bytes);
            WriteText(ref writer, key, bytes);
        }
    }

    private static void WriteText(
        ref BencodeWriter writer, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text, bool evenEmpty = false)
    {
        if (text.Length > 0 || evenEmpty)
        {
            writer.Key(key);
            writer.Text(text);
        }
    }

    private static ReadOnlySpan<byte> NameOf(KrpcMethod method) => method switch
    {
        KrpcMethod.Ping => "ping"u8,
        KrpcMethod.FindNode => "find_node"u8,
        KrpcMethod.GetPeers => "get_peers"u8,
        KrpcMethod.AnnouncePeer => "announce_peer"u8,
        KrpcMethod.SampleInfohashes => "sample_infohashes"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "a query of ours has a known method"),
    };
}
