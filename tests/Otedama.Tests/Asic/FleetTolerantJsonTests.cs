using System.Text;
using System.Text.Json;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The reader that forgives: every repair once, counted, and nothing that makes it throw.</summary>
public sealed class FleetTolerantJsonTests
{
    [Fact]
    public void Every_malformed_reply_of_the_vectors_is_read_as_they_say()
    {
        int truncated = 0;
        foreach (JsonElement input in FleetVectors.Of("malformed_cgminer_replies").GetProperty("inputs").EnumerateArray())
        {
            string raw = input.GetProperty("raw").GetString()!;
            TolerantReply reply = Read(raw);
            if (!input.TryGetProperty("parsed", out JsonElement parsed))
            {
                truncated++;
                Assert.True(reply.Truncated, raw);
                Assert.NotNull(reply.Problem);
                Assert.Equal("""{"a":1}""", reply.Root!.Value.GetRawText());
                continue;
            }
            Assert.True(Same(parsed, reply.Root!.Value), $"{raw} became {reply.Root}");
            Assert.False(reply.Truncated);
            Assert.True(reply.Repairs > 0, raw);
        }
        Assert.Equal(1, truncated);
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}", "")]
    [InlineData("{\"a\":1}\0", "{\"a\":1}", "")]
    [InlineData("{\"a\":1}\0rest", "{\"a\":1}", "Trailing")]
    [InlineData("{\"a\":1}{\"b\":2}", "{\"a\":1}", "Trailing")]
    [InlineData("[1,2,]", "[1,2]", "TrailingComma")]
    [InlineData("{\"a\":[1,],}", "{\"a\":[1]}", "TrailingComma TrailingComma")]
    [InlineData("{\"a\":1\"b\":2}", "{\"a\":1,\"b\":2}", "MissingComma")]
    [InlineData("{\"a\":[{\"b\":1}{\"c\":2}]}", "{\"a\":[{\"b\":1},{\"c\":2}]}", "MissingComma")]
    [InlineData("{\"a\":[1]\"b\":2}", "{\"a\":[1],\"b\":2}", "MissingComma")]
    [InlineData("{\"S\":[{\"a\":1}]{\"T\":[2]}}", "{\"S\":[{\"a\":1}],\"T\":[2]}", "MissingComma Stray")]
    [InlineData("{,\"a\":1}", "{\"a\":1}", "LeadingComma")]
    [InlineData("[,{\"a\":1}]", "[{\"a\":1}]", "LeadingComma")]
    [InlineData("{\"v\":\"x\"\"temp0\":1}", "{\"v\":\"x\",\"temp0\":1}", "MissingComma")]
    [InlineData("{\"\"temp0\":1}", "{\"temp0\":1}", "DoubledQuote")]
    [InlineData("{\"v\":\"x\"\",\"w\":1}", "{\"v\":\"x\",\"w\":1}", "DoubledQuote")]
    [InlineData("{\"k\"\":1}", "{\"k\":1}", "DoubledQuote")]
    [InlineData("{\"a\":inf,\"b\":-nan,\"c\":\"INF\"}", "{\"a\":-0,\"b\":-0,\"c\":-0}", "NotANumber NotANumber NotANumber")]
    [InlineData("{\"a\":1e999}", "{\"a\":-0}", "NotANumber")]
    [InlineData("{\"a\":-0}", "{\"a\":0}", "")]
    [InlineData("{\"a\":\"info\"}", "{\"a\":\"info\"}", "")]
    [InlineData("{\"v\":\"a\r\nb\"}", "{\"v\":\"ab\"}", "RawNewline RawNewline")]
    [InlineData("{\"v\":\"a\tb\"}", "{\"v\":\"a\\u0009b\"}", "")]
    [InlineData("\"a\":1}", "{\"a\":1}", "MissingOpening")]
    [InlineData("{\"a\":[1,2}", "{\"a\":[1,2]}", "MissingClosing")]
    [InlineData("{\"a\":,\"b\":}", "{\"a\":null,\"b\":null}", "MissingValue MissingValue")]
    [InlineData("{\"a\",\"b\":1}", "{\"a\":null,\"b\":1}", "MissingValue")]
    [InlineData("{\"a\" 1}", "{\"a\":1}", "MissingColon")]
    [InlineData("{\"a\"=1}", "{\"a\":1}", "MissingColon")]
    [InlineData("{a:oooo}", "{\"a\":\"oooo\"}", "BareWord BareWord")]
    [InlineData("{\"a\":007,\"b\":.5,\"c\":+2}", "{\"a\":7,\"b\":0.5,\"c\":2}", "OddNumber OddNumber OddNumber")]
    [InlineData("{\"a\":\"x\\,y\\ud800\"}", "{\"a\":\"x,y\uFFFD\"}", "BadEscape BadEscape")]
    [InlineData("}{\"a\":1}", "{\"a\":1}", "Stray")]
    public void A_repair_is_made_and_counted(string raw, string expected, string repairs)
    {
        TolerantReply reply = Read(raw);
        Assert.Null(reply.Problem);
        Assert.Equal(expected, reply.Root!.Value.GetRawText());
        Assert.Equal(repairs, string.Join(' ', reply.Made.Select(static made => made.Kind.ToString())));
        Assert.Equal(reply.Made.Count, reply.Repairs);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_replaced()
    {
        TolerantReply reply = TolerantJson.Read([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        Assert.Equal("{\"\uFFFD\":1}", reply.Root!.Value.GetRawText());
        Assert.Equal(RepairKind.BadUtf8, Assert.Single(reply.Made).Kind);
    }

    [Theory]
    [InlineData("{\"summary\":[{\"S\":1}],\"pools\":[{\"P\":", "{\"summary\":[{\"S\":1}]}")]
    [InlineData("[{\"a\":1},{\"b\"", "[{\"a\":1}]")]
    [InlineData("{\"a\":12", "{}")]
    [InlineData("{\"a\":1,\"b\":\"x", "{\"a\":1}")]
    public void What_breaks_off_keeps_what_was_closed(string raw, string kept)
    {
        TolerantReply reply = Read(raw);
        Assert.True(reply.Truncated);
        Assert.Equal(raw.Length, reply.Offset);
        Assert.Equal(kept, reply.Root!.Value.GetRawText());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("<html>", "does not begin")]
    [InlineData(" \0", "empty")]
    public void What_is_no_reply_says_so(string raw, string part)
    {
        TolerantReply reply = Read(raw);
        Assert.Null(reply.Root);
        Assert.Contains(part, reply.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        TolerantReply reply = Read(new string('[', 100_000));
        Assert.Null(reply.Root);
        Assert.Equal(32, reply.Offset);
    }

    [Fact]
    public void A_figure_that_was_no_number_is_unknown_and_not_nothing()
    {
        JsonElement root = Read("{\"a\":nan,\"b\":0,\"c\":\"12.5%\",\"d\":\"x\"}").Root!.Value;
        Assert.Null(root.Number("a"));
        Assert.Equal(0, root.Number("b"));
        Assert.Equal(12.5, root.Number("c"));
        Assert.Null(root.Number("d"));
        Assert.Null(root.Text("a"));
    }

    [Fact]
    public void Any_bytes_are_read_without_throwing() =>
        Gen.Byte.Array[0, 300].Sample(static bytes => { _ = CgminerClient.Parse(bytes); }, iter: 3000);

    [Fact]
    public void Any_mangled_reply_is_read_without_throwing()
    {
        string[] replies = [.. FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray()
            .Where(static one => one.TryGetProperty("recv", out _)).Select(static one => one.GetProperty("recv").GetString()!)];
        Gen<(int Which, int At, byte With, int Cut)> gen = Gen.Select(Gen.Int[0, replies.Length - 1], Gen.Int[0, 2000], Gen.Byte, Gen.Int[0, 2000]);
        gen.Sample(
            mangled =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(replies[mangled.Which]);
                bytes[mangled.At % bytes.Length] = mangled.With;
                TolerantReply reply = CgminerClient.Parse(bytes.AsSpan(0, Math.Max(1, mangled.Cut % (bytes.Length + 1))));
                Assert.True(reply.Root is not null || reply.Problem is not null);
            },
            iter: 3000);
    }

    private static TolerantReply Read(string raw) => TolerantJson.Read(Encoding.UTF8.GetBytes(raw));

    private static bool Same(JsonElement a, JsonElement b) => (a.ValueKind, b.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => a.GetDouble().Equals(Math.Abs(b.GetDouble())),
        (JsonValueKind.Object, JsonValueKind.Object) => a.EnumerateObject().All(one => b.TryGetProperty(one.Name, out JsonElement other) && Same(one.Value, other)),
        (JsonValueKind.Array, JsonValueKind.Array) => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(static pair => Same(pair.First, pair.Second)),
        _ => a.GetRawText() == b.GetRawText(),
    };
}
