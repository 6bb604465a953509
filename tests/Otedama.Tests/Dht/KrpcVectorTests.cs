using System.Text.Json;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

public sealed class KrpcVectorTests
{
    /// <summary>Cases whose request is not canonical or no datagram at all, on purpose.</summary>
    private static readonly string[] s_crooked = ["unsorted_dict_ping", "trailing_bytes_ping", "leading_zero_len_ping", "truncated"];

    [Fact]
    public void Every_recorded_datagram_is_written_again_with_the_same_bytes()
    {
        int count = 0;
        foreach ((string peer, JsonElement exchange) in DhtVectors.Exchanges())
        {
            bool crooked = s_crooked.Contains(exchange.Text("case"));
            byte[]?[] datagrams = [crooked ? null : exchange.Bytes("request_hex"), exchange.Bytes("response_hex")];
            foreach (byte[] datagram in datagrams.OfType<byte[]>())
            {
                Assert.True(Bencoded.TryParse(datagram, out Bencoded value), $"{peer} {exchange.Text("case")}");
                byte[] buffer = new byte[Bencoded.BytesMax];
                BencodeWriter writer = new(buffer);
                Rewrite(ref writer, value);
                Assert.Equal(Convert.ToHexStringLower(datagram), Convert.ToHexStringLower(writer.Written));
                count++;
            }
        }
        Assert.True(count > 120, $"{count} datagrams");
    }

    [Fact]
    public void The_queries_that_we_send_have_the_recorded_bytes()
    {
        HashSet<KrpcMethod> seen = [];
        int count = 0;
        foreach ((_, JsonElement exchange) in DhtVectors.Exchanges())
        {
            byte[]? request = exchange.Bytes("request_hex");
            string name = exchange.Text("case") ?? "";
            bool askedByUs = name is not ("get_peers_noseed" or "get_peers_scrape" or "short_id" or "get_peers_short_ih");
            if (request is null || request.AsSpan().IndexOf("implied_porti0e"u8) >= 0 || s_crooked.Contains(name) || !askedByUs
                || !KrpcReader.TryRead(request, out KrpcMessage? message) || message.Method == KrpcMethod.Unknown)
            {
                continue;
            }
            byte[] buffer = new byte[KrpcWriter.BytesMax];
            int length = KrpcWriter.Write(message, buffer);
            Assert.Equal(Convert.ToHexStringLower(request), Convert.ToHexStringLower(buffer.AsSpan(0, length)));
            seen.Add(message.Method);
            count++;
        }
        Assert.Equal(5, seen.Count);
        Assert.True(count >= 30, $"{count} queries");
    }

    [Fact]
    public void The_answers_of_four_implementations_say_what_was_recorded()
    {
        int count = 0;
        foreach ((string peer, JsonElement exchange) in DhtVectors.Exchanges())
        {
            if (exchange.Bytes("response_hex") is { } response)
            {
                Assert.True(KrpcReader.TryRead(response, out KrpcMessage? message), $"{peer} {exchange.Text("case")}");
                Compare(exchange.GetProperty("decoded"), message);
                count++;
            }
        }
        Assert.True(count > 60, $"{count} answers");
    }

    [Theory]
    [InlineData("trailing_bytes_ping")] // libtorrent drops it
    [InlineData("leading_zero_len_ping")] // Transmission drops it
    [InlineData("truncated")] // nobody answers it
    public void What_others_drop_is_dropped(string name) =>
        Assert.All(Requests(name), static request => Assert.False(KrpcReader.TryRead(request, out _)));

    [Fact]
    public void Keys_in_any_order_are_read() =>
        Assert.All(Requests("unsorted_dict_ping"), static request =>
        {
            Assert.True(KrpcReader.TryRead(request, out KrpcMessage? message));
            Assert.Equal(KrpcMethod.Ping, message.Method);
            Assert.NotNull(message.Id);
        });

    private static byte[][] Requests(string name)
    {
        byte[][] found = [.. DhtVectors.Exchanges().Where(e => e.Exchange.Text("case") == name).Select(static e => e.Exchange.Bytes("request_hex")!)];
        Assert.NotEmpty(found);
        return found;
    }

    private static void Compare(JsonElement decoded, KrpcMessage message)
    {
        if (decoded.TryGetProperty("error", out JsonElement code))
        {
            Assert.Equal(code.GetInt32(), message.ErrorCode);
            Assert.Equal(decoded.Text("text"), message.ErrorText);
        }
        if (decoded.TryGetProperty("top", out JsonElement top) && top.Text("ip") is { } seen)
        {
            Assert.Equal(seen, Hex(message.SeenAs!.Value));
        }
        if (!decoded.TryGetProperty("r", out JsonElement r))
        {
            return;
        }
        Assert.Equal(r.Text("id"), message.Id?.ToString());
        Assert.Equal(r.Text("token") ?? "", Convert.ToHexStringLower(message.Token));
        Assert.Equal(r.TryGetProperty("nodes_count", out JsonElement nodes) ? nodes.GetInt32() : null, message.Nodes?.Count);
        Assert.Equal(r.TryGetProperty("nodes6_count", out JsonElement nodes6) ? nodes6.GetInt32() : null, message.Nodes6?.Count);
        string[] values = r.TryGetProperty("values", out JsonElement list)
            ? [.. list.EnumerateArray().Select(static v => v.GetString()!).Where(static v => !v.EndsWith("0000", StringComparison.Ordinal))]
            : [];
        Assert.Equal(values, message.Values.Select(Hex));
    }

    private static string Hex(PeerEndpoint endpoint)
    {
        byte[] bytes = new byte[CompactEndpoint.SizeV6];
        return Convert.ToHexStringLower(bytes.AsSpan(0, endpoint.WriteCompact(bytes)));
    }

    private static void Rewrite(ref BencodeWriter writer, Bencoded value)
    {
        switch (value.Kind)
        {
            case BencodeKind.Integer:
                writer.Integer(value.Integer!.Value);
                break;
            case BencodeKind.Text:
                writer.Text(value.Text);
                break;
            default:
                RewriteItems(ref writer, value);
                break;
        }
    }

    private static void RewriteItems(ref BencodeWriter writer, Bencoded value)
    {
        bool isDictionary = value.Kind == BencodeKind.Dictionary;
        if (isDictionary)
        {
            writer.BeginDictionary();
        }
        else
        {
            writer.BeginList();
        }
        bool isKey = isDictionary;
        foreach (Bencoded item in value)
        {
            if (isKey)
            {
                writer.Key(item.Text);
            }
            else
            {
                Rewrite(ref writer, item);
            }
            isKey = isDictionary && !isKey;
        }
        writer.End();
    }
}
