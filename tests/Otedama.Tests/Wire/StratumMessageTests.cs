using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class StratumMessageTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("1.0")]
    [InlineData("-7")]
    [InlineData("\"\\u00e9 x\"")]
    [InlineData("{\"a\":[1]}")]
    public void The_id_is_kept_byte_for_byte(string id)
    {
        Assert.True(StratumMessage.TryParse(Bytes($"{{\"id\": {id} ,\"method\":\"mining.ping\",\"params\":[]}}"), out StratumMessage message));
        Assert.Equal(id, Text(message.Id));
        Assert.Equal(StratumMethod.Ping, message.Method);
    }

    [Fact]
    public void An_absent_or_unusable_id_reads_as_null()
    {
        Assert.True(StratumMessage.TryParse("{\"method\":\"mining.ping\"}"u8, out StratumMessage absent));
        Assert.Equal("null", Text(absent.Id));
        string longId = "\"" + new string('x', 200) + "\"";
        Assert.True(StratumMessage.TryParse(Bytes($"{{\"id\":{longId},\"method\":\"mining.ping\"}}"), out StratumMessage tooLong));
        Assert.Equal("null", Text(tooLong.Id));
        Assert.True(StratumMessage.TryParse([.. "{\"id\":\""u8, 0xff, .. "\",\"method\":\"mining.ping\"}"u8], out StratumMessage notUtf8));
        Assert.Equal("null", Text(notUtf8.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"params\":null")]
    [InlineData(",\"params\":[]")]
    [InlineData(",\"params\":{\"a\":1}")]
    [InlineData(",\"params\":7")]
    public void Unusable_params_read_as_an_empty_list(string parameters)
    {
        Assert.True(StratumMessage.TryParse(Bytes($"{{\"id\":1,\"method\":\"mining.subscribe\"{parameters}}}"), out StratumMessage message));
        Assert.Equal("[]", Text(message.Params.Raw).Replace(" ", ""));
        Assert.True(message.Params.Element(0).IsAbsent);
    }

    [Theory]
    [InlineData("mining.submit", StratumMethod.Submit)]
    [InlineData("Mining.Submit", StratumMethod.Submit)]
    [InlineData("MINING.SET_DIFFICULTY", StratumMethod.SetDifficulty)]
    [InlineData("mining.hello", StratumMethod.Unknown)]
    [InlineData("", StratumMethod.Unknown)]
    public void Methods_match_exactly_then_without_case(string name, StratumMethod expected)
    {
        Assert.True(StratumMessage.TryParse(Bytes($"{{\"method\":\"{name}\"}}"), out StratumMessage message));
        Assert.Equal(expected, message.Method);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{\"id\":}")]
    [InlineData("{\"id\":01}")]
    [InlineData("{\"id\":1,}")]
    [InlineData("{id:1}")]
    [InlineData("{\"id\":1 \"method\":\"x\"}")]
    [InlineData("{\"method\":5}")]
    [InlineData("{\"method\":\"a\\qb\"}")]
    [InlineData("{\"method\":\"a\tb\"}")]
    [InlineData("{\"id\":tru}")]
    [InlineData("{\"id\":1e}")]
    [InlineData("{\"id\":\"\\u12\"}")]
    public void Malformed_text_is_refused(string line) => Assert.False(StratumMessage.TryParse(Bytes(line), out _));

    [Fact]
    public void Nesting_beyond_the_limit_is_refused()
    {
        string deep = new('[', 100_000);
        Assert.False(StratumMessage.TryParse(Bytes("{\"params\":" + deep), out _));
        string allowed = new string('[', JsonCursor.DepthMax) + new string(']', JsonCursor.DepthMax);
        Assert.True(JsonCursor.IsComplete(Bytes(allowed)));
        Assert.False(JsonCursor.IsComplete(Bytes("[" + allowed + "]")));
    }

    [Fact]
    public void Names_lose_escapes_and_control_characters_and_are_cut()
    {
        JsonValue value = new(Bytes("\"a\\n\\u0041\\\"\\u0007\\ud83d\\ude00z\""));
        Assert.Equal("aA\"\U0001F600z", value.GetText(50));
        Assert.Equal("aA", value.GetText(2));
        Assert.Equal("\uFFFD", new JsonValue(Bytes("\"\\ud83d\"")).GetText(5));
    }

    [Fact]
    public void Numbers_come_as_integer_float_or_text()
    {
        Assert.True(new JsonValue("1024"u8).TryGetDouble(out double plain) && plain == 1024);
        Assert.True(new JsonValue("\"0.015625\""u8).TryGetDouble(out double text) && text == 0.015625);
        Assert.False(new JsonValue("\"NaN\""u8).TryGetDouble(out _));
        Assert.False(new JsonValue("1e999"u8).TryGetDouble(out _));
        Assert.True(new JsonValue("8.0"u8).TryGetInt64(out long integral) && integral == 8);
        Assert.False(new JsonValue("8.5"u8).TryGetInt64(out _));
    }

    [Fact]
    public void Hex_may_have_either_case_a_prefix_and_spaces()
    {
        Assert.True(new JsonValue("\" 0xFF05fb02 \""u8).TryGetHexUInt32(out uint number));
        Assert.Equal(0xff05fb02u, number);
        Assert.False(new JsonValue("\"1ff05fb02\""u8).TryGetHexUInt32(out _));
        Assert.False(new JsonValue("\"xyz\""u8).TryGetHexUInt32(out _));
        Assert.False(new JsonValue("5"u8).TryGetHexUInt32(out _));
    }

    [Fact]
    public void Random_and_mutated_lines_never_throw()
    {
        Random random = new(20240607);
        byte[][] seeds =
        [
            Bytes("{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"a.b\",\"0000002a\",\"b660000000000000\",\"679ac169\",\"ff05fb02\",\"0e596000\"]}"),
            Bytes("{\"id\":1,\"method\":\"mining.configure\",\"params\":[[\"version-rolling\"],{\"version-rolling.mask\":\"ffffffff\"}]}"),
            Bytes("{\"id\":null,\"result\":[[[\"mining.notify\",\"ae\"]],\"08000002\",8],\"error\":[20,\"x\",null]}"),
        ];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] line = (byte[])seeds[i % seeds.Length].Clone();
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }
            UseEverything(line.AsSpan(0, random.Next(1, line.Length + 1)));
        }
    }

    [Fact]
    public void Reading_a_submit_allocates_nothing()
    {
        byte[] line = Bytes("{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"a.b\",\"0000002a\",\"b660000000000000\",\"679ac169\",\"ff05fb02\",\"0e596000\"]}");
        Assert.True(ParseSubmit(line));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            ParseSubmit(line);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static bool ParseSubmit(ReadOnlySpan<byte> line) =>
        StratumMessage.TryParse(line, out StratumMessage message)
        && SubmitRequest.TryParse(message.Params, 8, out SubmitRequest request, out _)
        && request.Nonce == 0xff05fb02;

    private static void UseEverything(ReadOnlySpan<byte> line)
    {
        if (!StratumMessage.TryParse(line, out StratumMessage message))
        {
            return;
        }
        _ = SubmitRequest.TryParse(message.Params, 8, out _, out _);
        _ = ConfigureRequest.TryParse(message.Params, out _);
        _ = NotifyMessage.TryParse(message.Params, out _, out _);
        _ = SubscribeResult.TryParse(message.Result, out _);
        _ = message.Params.Element(0).GetText(10);
        _ = message.Params.Element(0).TryGetDouble(out _);
        _ = message.TryGetId(out _);
        Assert.True(JsonCursor.IsComplete(message.Id));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
