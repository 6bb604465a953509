using System.Text;
using System.Text.Json;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What "asic decode" prints of each kind of file, and of none.</summary>
public sealed class FleetDecodeTests
{
    [Theory]
    [InlineData("""{"STATUS":[{"STATUS":"S","Code":11,"Msg":"Summary"}],"SUMMARY":[{"Elapsed":500,"GHS 5s":"13500.12","GHS av":13400}],"id":1}""", "cgminer")]
    [InlineData("STATUS=S,When=1,Code=11,Msg=Summary|SUMMARY,Elapsed=500,MHS 5s=13500120|", "cgminer-text")]
    [InlineData("""{"code":0,"when":1,"msg":{"summary":{"hash-realtime":13.50012,"elapsed":500}},"desc":"get.miner.status"}""", "whatsminer-v3")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"ASICModel\":\"BM1366\",\"hashRate\":13500.12,\"uptimeSeconds\":500}", "axeos-info")]
    [InlineData("""{"summary":[{"STATUS":[{"STATUS":"S"}],"SUMMARY":[{"Elapsed":500,"MHS 5s":13500120}],"id":1}],"pools":[{"STATUS":[{"STATUS":"S"}],"POOLS":[]}],"id":1}""", "cgminer")]
    public void A_reply_gives_the_normal_form(string text, string kind)
    {
        DecodedReply decoded = Decode(text);
        Assert.Equal((kind, null), (decoded.Kind, decoded.Problem));
        Assert.Equal(13500.12e9, decoded.Reading!.Rates.FiveSeconds!.Value, 1e3);
        Assert.Equal(FleetState.Mining, decoded.Reading.State);
        Assert.Equal(TimeSpan.FromSeconds(500), decoded.Reading.Uptime);
    }

    [Theory]
    [InlineData("192.0.2.10,AA:BB:CC:DD:EE:FF", "udp-antminer")]
    [InlineData("IP:192.0.2.11MAC:aa:bb:cc:dd:ee:ff\0", "udp-whatsminer")]
    [InlineData("cgm-FTW-4028-\0", "udp-cgminer")]
    [InlineData("cgminer-FTW-4029", "udp-cgminer")]
    [InlineData("55 aa 53 05\n00 00 03 # all inactive\n", "chip-frames")]
    [InlineData("tx: 55aa5305000003\n<- AA55 13700000 00 00 06\n", "chip-frames")]
    [InlineData("01020304", "hex")]
    [InlineData("$BAP,SET,frequency,500.0*72\r\n", "bap")]
    [InlineData("{\"minertype\":\"Antminer S21\",\"macaddr\":\"02:00:00:00:00:01\"}", "antminer-system")]
    [InlineData("{\"ASICModel\":\"BM1370\",\"frequencyOptions\":[1],\"voltageOptions\":[1]}", "axeos-asic")]
    [InlineData("{\"pools\":[],\"bitmain-fan-ctrl\":false}", "antminer-config")]
    [InlineData("{\"x\":1}", "json")]
    [InlineData("<html>", "unknown")]
    [InlineData("", "unknown")]
    public void A_file_is_recognised_by_its_shape(string text, string kind) => Assert.Equal(kind, Decode(text).Kind);

    [Fact]
    public void A_capture_of_chips_says_what_each_frame_means_and_which_is_broken()
    {
        byte[] capture = Convert.FromHexString("55AA5305000003AA55137000000000" + "06" + "AA554C0352750CD205A29C" + "AA554C0352750CD205A29D");
        DecodedReply decoded = ReplyDecoder.Decode(capture, default, ChipFamilies.Bm1370);
        Assert.Equal(["command", "register", "nonce"], decoded.Frames.Take(3).Select(static frame => frame.Kind));
        Assert.All(decoded.Frames.Take(3), static frame => Assert.True(frame.IsGood));
        Assert.False(decoded.Frames[3].IsGood);
        Assert.Equal(decoded.Frames[3].Offset, decoded.Offset);
        Assert.Contains("broken", decoded.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00aa551800a640029922f991", 1)]
    [InlineData("ff0102aa551800a640029922f991", 3)]
    [InlineData("55aa551800a640029922f991", 1)]
    [InlineData("aa55aa5305000003", 1)]
    public void Noise_before_a_frame_is_told_and_the_frame_is_read(string hex, int noise)
    {
        byte[] bytes = Convert.FromHexString(hex);
        byte[][] files = [bytes, Encoding.ASCII.GetBytes($"rx: {hex}\n"), Encoding.ASCII.GetBytes(hex)];
        foreach (byte[] file in files)
        {
            foreach (ChipFamily? family in (ChipFamily?[])[null, ChipFamilies.Bm1370])
            {
                DecodedReply decoded = ReplyDecoder.Decode(file, default, family);
                Assert.Equal("chip-frames", decoded.Kind);
                Assert.Equal([(0, false), (noise, true)], decoded.Frames.Select(static frame => (frame.Offset, frame.IsGood)));
                Assert.Contains("1 of 2 pieces are broken or noise", decoded.Problem, StringComparison.Ordinal);
                Assert.Contains("no preamble", decoded.Problem, StringComparison.Ordinal);
                Assert.Equal(0, decoded.Offset);
            }
        }
    }

    [Theory]
    [InlineData("requests", "request", 9)]
    [InlineData("responses_v0", "answer-v0", 1)]
    [InlineData("responses_v1", "answer-v1", 2)]
    public void Frames_of_a_control_port_are_the_vectors(string list, string kind, int count)
    {
        string[] frames = [.. BoardVectors.Of("bitaxe_raw").GetProperty(list).EnumerateArray()
            .Select(static one => one.GetProperty("frame").GetString()!)];
        Assert.Equal(count, frames.Length);
        foreach (string frame in frames)
        {
            foreach (byte[] file in (byte[][])[Convert.FromHexString(frame), Encoding.ASCII.GetBytes(frame)])
            {
                DecodedReply decoded = ReplyDecoder.Decode(file, default);
                Assert.Equal(("bitaxe-raw", null), (decoded.Kind, decoded.Problem));
                Assert.Equal((kind, frame), (decoded.Frames.Single().Kind, decoded.Frames[0].Hex));
            }
        }
        Assert.Equal(frames, Decode(string.Join('\n', frames)).Frames.Select(static frame => frame.Hex));
    }

    [Theory]
    [InlineData("07000100060000", "request 1: set pin 0 (reset of the chips, active low) low")]
    [InlineData("0a0004000510a0860100", "request 4: I2C bus at 100000 Hz")]
    [InlineData("090006000540248b02", "request 6: I2C write to 24: 8b, then read 2 bytes")]
    [InlineData("0a0009000902b00710ad", "request 9: reboot to the loader")]
    [InlineData("01000201", "answer to 2: 01")]
    [InlineData("04000610", "answer to 6: timeout: the part does not answer")]
    public void A_frame_of_a_control_port_is_told_in_words(string hex, string summary) =>
        Assert.Equal(summary, Decode(hex).Frames.Single().Summary);

    [Fact]
    public void A_question_to_miners_names_the_port_for_answers() =>
        Assert.Equal(("cgminer multicast question", "asks miners to answer to UDP port 4029"),
            (Decode("cgminer-FTW-4029").Report!.Source, Decode("cgminer-FTW-4029").Report!.Description));

    [Fact]
    public void Each_line_of_the_accessory_port_is_read_and_the_wrong_one_named()
    {
        DecodedReply good = Decode("$BAP,REQ,systemInfo*3E\r\n$BAP,SUB,hashrate,1000*2A\r\n");
        Assert.Null(good.Problem);
        Assert.Equal(["REQ", "SUB"], good.AccessoryLines.Select(static line => line.Command));
        DecodedReply wrong = Decode("$BAP,REQ,systemInfo*3E\r\n$BAP,REQ*39\r\n$BAP,SET,frequency,500.0*72");
        Assert.Equal(["REQ", "SET"], wrong.AccessoryLines.Select(static line => line.Command));
        Assert.Contains("line 2: REQ without a parameter", wrong.Problem, StringComparison.Ordinal);
        Assert.Equal(24, wrong.Offset);
    }

    [Fact]
    public void Text_with_the_bytes_of_a_preamble_is_no_capture()
    {
        Assert.Equal("json", Decode("{\"x\":\"\u00aaU\\u0000\"}").Kind);
        Assert.Equal("json", ReplyDecoder.Decode("{\"x\":1}"u8, default, ChipFamilies.Bm1370).Kind);
    }

    [Fact]
    public void A_framed_reply_and_one_that_is_cut()
    {
        byte[] frame = WhatsminerV3.Frame("""{"code":0,"when":1,"msg":{"miner":{"type":"M60","working":"true"}},"desc":"get.device.info"}""");
        Assert.Equal("M60", ReplyDecoder.Decode(frame, default).Reading!.Identity.Model);
        DecodedReply cut = ReplyDecoder.Decode(frame.AsSpan(0, 30), default);
        Assert.True(cut.Truncated);
        Assert.Equal(30, cut.Offset);
    }

    [Fact]
    public void An_encrypted_reply_opens_with_the_token_beside_it()
    {
        JsonElement vector = FleetVectors.Of("whatsminer_v2");
        DecodedReply opened = Decode(vector.GetRawText());
        Assert.Equal("whatsminer-v2-encrypted", opened.Kind);
        Assert.Equal("reboot", opened.Value!.Value.GetProperty("cmd").GetString());
        Assert.Equal("***", opened.Value.Value.GetProperty("token").GetString());
        Assert.Contains("encrypted", Decode("""{"enc":"AAAA"}""").Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nServer: x\r\n\r\n{\"error\":\"no\"}", 401)]
    [InlineData("HTTP/1.1 500 Oops\r\n\r\n", 500)]
    [InlineData("HTTP/1.1 307 To\r\nLocation: https://x/\r\n\r\n<html>", 307)]
    public void An_error_of_the_web_server_is_no_good_reply(string text, int status)
    {
        DecodedReply decoded = Decode(text);
        Assert.Equal(status, decoded.HttpStatus);
        Assert.Contains($"HTTP status {status}", decoded.Problem, StringComparison.Ordinal);
        Assert.NotNull(decoded.Offset);
    }

    [Fact]
    public void What_was_no_number_is_null_and_noted()
    {
        DecodedReply decoded = Decode("""{"STATUS":[{"STATUS":"S","Code":11}],"SUMMARY":[{"Elapsed":500,"MHS 5s":inf,"MHS av":nan,"Zero":0,"Minus":-0}],"id":1}""");
        JsonElement summary = decoded.Value!.Value.GetProperty("SUMMARY")[0];
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (summary.GetProperty("MHS 5s").ValueKind, summary.GetProperty("MHS av").ValueKind));
        Assert.Equal((0, 0), (summary.GetProperty("Zero").GetInt32(), summary.GetProperty("Minus").GetInt32()));
        Assert.Equal(["NotANumber", "NotANumber"], decoded.Made.Select(static made => made.Kind));
    }

    [Fact]
    public void What_is_broken_is_told_with_its_place()
    {
        DecodedReply decoded = Decode("""{"STATUS":[{"STATUS":"S","Code":11}],"SUMMARY":[{"Elapsed":500,"MHS 5s":1""");
        Assert.True(decoded.Truncated);
        Assert.Equal(73, decoded.Offset);
        Assert.Equal(11, decoded.Statuses.Values.Single().Code);
        DecodedReply repaired = Decode("""{"STATUS":[{"STATUS":"E","Code":45,"Msg":"Access denied",}],"id":1}""");
        Assert.Equal((1, "TrailingComma", 57), (repaired.Repairs, repaired.Made[0].Kind, repaired.Made[0].Offset));
        Assert.Contains("Access denied", repaired.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_comes_twice_is_told_and_the_last_counts()
    {
        DecodedReply decoded = Decode("""{"ASICModel":"BM1370","hashRate":1,"hashRate":2}""");
        Assert.Equal((1, 2e9), (decoded.Repairs, decoded.Reading!.Rates.FiveSeconds));
        Assert.Equal(new DecodedRepair("DuplicateKey", 35), Assert.Single(decoded.Made));
        Assert.Equal(0, Decode("""{"a":{"x":1},"b":{"x":1}}""").Repairs);
    }

    [Fact]
    public void Every_vector_is_recognised()
    {
        foreach (JsonElement exchange in FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray().Where(static one => one.TryGetProperty("recv", out _)))
        {
            Assert.StartsWith("cgminer", Decode(exchange.GetProperty("recv").GetString()!).Kind, StringComparison.Ordinal);
        }
        foreach (JsonElement input in FleetVectors.Of("malformed_cgminer_replies").GetProperty("inputs").EnumerateArray())
        {
            DecodedReply decoded = Decode(input.GetProperty("raw").GetString()!);
            Assert.True(decoded.Repairs > 0 || decoded.Truncated);
            Assert.NotNull(decoded.Value);
        }
        Assert.Equal("axeos-info", Decode(FleetVectors.Of("axeos_info_minimal").GetProperty("json").GetRawText()).Kind);
    }

    [Fact]
    public void Refusals_inside_a_joined_reply_are_told_by_command()
    {
        string text = FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray()
            .Single(static one => one.GetProperty("send").GetString()!.Contains('+', StringComparison.Ordinal)).GetProperty("recv").GetString()!;
        DecodedReply decoded = Decode(text);
        Assert.Equal(
            [("version", 22), ("bogus", 14), ("asc", 45), ("switchpool", 45)],
            decoded.Statuses.Select(static pair => (pair.Key, pair.Value.Code!.Value)));
        Assert.Equal(
            "The device refused: bogus: E 14: Invalid command; asc: E 45: Access denied to 'asc' command; "
                + "switchpool: E 45: Access denied to 'switchpool' command.", decoded.Problem);
        Assert.Equal("4.13.6", decoded.Reading!.Identity.Version);
        DecodedReply none = Decode("""{"pools":[{"STATUS":[{"STATUS":"E","Code":45,"Msg":"Access denied to 'pools' command"}],"id":1}],"bogus":[{"STATUS":[{"STATUS":"E","Code":14,"Msg":"Invalid command"}],"id":1}],"id":1}""");
        Assert.Equal((45, 14, null), (none.Statuses["pools"].Code, none.Statuses["bogus"].Code, none.Reading));
        Assert.Contains("pools: E 45", none.Problem, StringComparison.Ordinal);
        Assert.Contains("bogus: E 14", none.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_printed_as_JSON_without_secrets()
    {
        string text = JsonSerializer.Serialize(Decode("""{"ASICModel":"BM1370","hashRate":1,"stratumUser":"w","stratumPassword":"hunter2hunter2","wifiPass":"k3yk3yk3y"}"""), FleetJson.Default.DecodedReply);
        Assert.Contains("\"kind\": \"axeos-info\"", text, StringComparison.Ordinal);
        Assert.Contains("\"state\": \"Mining\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("k3yk3y", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_file_is_decoded_and_printed_without_throwing()
    {
        string[] seeds =
        [
            .. FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray().Where(static one => one.TryGetProperty("recv", out _)).Select(static one => one.GetProperty("recv").GetString()!),
            FleetVectors.Of("axeos_info_minimal").GetProperty("json").GetRawText(), FleetVectors.Of("whatsminer_v2").GetRawText(),
            $$"""{"STATS":[{"MM ID0":"{{AvalonBench.Module}}"}],"id":1}""",
            """{"code":0,"msg":{"summary":{"hash-realtime":1},"pools":[{"url":"u"}],"edevs":[{}],"error-code":[{"1":"x"}]}}""",
            """{"STATS":[{"fan_num":2,"fan1":1,"chain_acn1":3,"chain_acs1":"oox","temp2_1":"40-50","chain_rate1":"1"}],"id":1}""",
        ];
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[0, 6], Gen.Int[0, 5000], Gen.Bool).Sample(
            (which, changes, cut, cuts) =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(seeds[which]);
                foreach ((int at, byte with) in changes)
                {
                    bytes[at % bytes.Length] = with;
                }
                DecodedReply decoded = ReplyDecoder.Decode(cuts ? bytes.AsSpan(0, cut % bytes.Length) : bytes, default);
                string text = JsonSerializer.Serialize(decoded, FleetJson.Default.DecodedReply);
                Assert.True(text.Length < 1_000_000);
            },
            iter: 2000);
        Gen.Byte.Array[0, 400].Sample(static bytes => { _ = ReplyDecoder.Decode(bytes, default); }, iter: 2000);
    }

    private static DecodedReply Decode(string text) => ReplyDecoder.Decode(Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
}
