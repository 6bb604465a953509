using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Frames of the ESP loader against recorded and computed ones, byte for byte.</summary>
public sealed class EspFrameTests
{
    private static readonly byte[] s_block = [.. Enumerable.Range(0xB0, 0x40).Select(static i => (byte)i), .. Enumerable.Repeat((byte)0xFF, 0x400 - 0x40)];

    private static readonly (string Name, Func<byte[]> Make)[] s_requests =
    [
        ("sync request", EspRequest.Sync),
        ("read reg 40001000", static () => EspRequest.ReadReg(0x40001000)),
        ("get security info request", EspRequest.SecurityInfo),
        ("spi attach (ROM form)", static () => EspRequest.SpiAttach()),
        ("spi set params 16 MiB", static () => EspRequest.SpiSetParams(16 << 20)),
        ("flash begin 0x170 bytes at 0x10000, 0x400 blocks, ROM", static () => EspRequest.FlashBegin(0x170, 0x10000)),
        ("flash data seq 0, bytes b0..ef then ff", static () => EspRequest.FlashData(0, s_block)),
        ("defl begin write 0x400, 1 block, 0x400, 0x10000", static () => EspRequest.DeflBegin(0x170, 158, 0x10000)),
        ("md5 of 0x170 at 0x10000", static () => EspRequest.FlashMd5(0x10000, 0x170)),
        ("change baud 921600, ROM", static () => EspRequest.ChangeBaud(921_600)),
        ("change baud 921600, stub, old 115200", static () => EspRequest.ChangeBaud(921_600, 115_200)),
        ("mem end, run 0x40378974", static () => EspRequest.MemEnd(0x40378974)),
        ("flash end, reboot", static () => EspRequest.FlashEnd(reboot: true)),
        ("flash end, stay", static () => EspRequest.FlashEnd(reboot: false)),
    ];

    private static readonly (string Name, EspOp Op, uint Value, string Data, byte Error)[] s_replies =
    [
        ("sync response, ROM (sent 8 times)", EspOp.Sync, 0x20120707, "", 0),
        ("sync response, stub", EspOp.Sync, 0, "", 0),
        ("read reg response 9, ROM", EspOp.ReadReg, 9, "", 0),
        ("get security info response, ESP32-S3, nothing fused", EspOp.SecurityInfo, 0, "0000000000000000000000000900000000000000", 0),
        ("flash data ok, ROM", EspOp.FlashData, 0, "", 0),
        ("flash data checksum error, ROM", EspOp.FlashData, 0, "", 7),
        ("md5 response ROM (32 ascii hex)", EspOp.FlashMd5, 0, "6662306164373234336661633066623730326139623430626637653436366536", 0),
    ];

    public static TheoryData<string> Requests => [.. s_requests.Select(static one => one.Name)];

    public static TheoryData<string> Replies => [.. s_replies.Select(static one => one.Name)];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_the_recorded_frame(string name) =>
        Assert.Equal(Convert.ToHexStringLower(FlashVectors.Frame(name)), Convert.ToHexStringLower(EspSlip.Frame(Array.Find(s_requests, one => one.Name == name).Make())));

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_read_from_the_recorded_frame(string name)
    {
        (_, EspOp op, uint value, string data, byte error) = Array.Find(s_replies, one => one.Name == name);
        EspSlipReader reader = new();
        reader.Take(FlashVectors.Frame(name));
        Assert.True(reader.TryNext(out byte[] packet));
        EspReply reply = EspReply.Read(packet)!;
        Assert.Equal((op, value, data, error), (reply.Op, reply.Value, Convert.ToHexStringLower(reply.Data), reply.Error));
    }

    /// <summary>Two frames are of a loader in RAM: one is its greeting, one its raw MD5.</summary>
    [Fact]
    public void Every_recorded_frame_is_used()
    {
        string[] names = [.. FlashVectors.Root.GetProperty("esp_slip").EnumerateArray().Select(static one => one.GetProperty("name").GetString()!)];
        string[] used = [.. s_requests.Select(static one => one.Name), .. s_replies.Select(static one => one.Name), "stub greeting", "md5 response stub (16 raw)"];
        Assert.Equal(names.Order(), used.Order());
        EspSlipReader reader = new();
        reader.Take(FlashVectors.Frame("stub greeting"));
        Assert.True(reader.TryNext(out byte[] packet));
        Assert.Equal("OHAI"u8.ToArray(), packet);
        Assert.Null(EspReply.Read(packet));
    }

    [Fact]
    public void Escapes_go_both_ways()
    {
        foreach (JsonElement one in FlashVectors.Root.GetProperty("slip_escape").EnumerateArray())
        {
            byte[] raw = Convert.FromHexString(one.GetProperty("raw").GetString()!);
            byte[] framed = Convert.FromHexString(one.GetProperty("framed").GetString()!);
            Assert.Equal(framed, EspSlip.Frame(raw));
            Assert.Equal(raw, EspSlip.Packet(framed.AsSpan(1, framed.Length - 2)));
        }
        Assert.Null(EspSlip.Packet([0xDB]));
        Assert.Null(EspSlip.Packet([0xDB, 0x01]));
    }

    [Fact]
    public void Checksums_are_the_recorded_ones()
    {
        foreach (JsonElement one in FlashVectors.Root.GetProperty("esp_checksum").EnumerateArray())
        {
            string text = one.GetProperty("data").GetString()!;
            byte[] data = text.Contains('*', StringComparison.Ordinal) ? [.. Enumerable.Repeat((byte)0xFF, 1024)] : Convert.FromHexString(text);
            Assert.Equal(Convert.FromHexString(one.GetProperty("xor").GetString()!)[0], EspRequest.ChecksumOf(data));
        }
    }

    [Fact]
    public void Text_and_damage_between_frames_do_no_harm()
    {
        byte[] frame = FlashVectors.Frame("flash data ok, ROM");
        EspSlipReader reader = new();
        reader.Take("rst:0x1 boot:0x0 waiting for download\r\n"u8);
        reader.Take(frame);
        reader.Take([0xC0, 0xDB, 0x01, 0xC0]); // an escape that means nothing; its end may be a beginning
        reader.Take(frame);
        reader.Take(frame);
        Assert.Contains("waiting for download", reader.Text, StringComparison.Ordinal);
        Assert.Equal(1, reader.Damaged);
        int whole = 0;
        while (reader.TryNext(out byte[] packet))
        {
            whole += EspReply.Read(packet) is { Op: EspOp.FlashData } ? 1 : 0;
        }
        Assert.Equal(3, whole);
    }

    [Fact]
    public void A_stranger_fills_nothing()
    {
        EspSlipReader reader = new();
        reader.Take([0xC0]);
        byte[] noise = new byte[EspSlipReader.FrameMax + 1];
        noise.AsSpan().Fill(0x41);
        reader.Take(noise);
        Assert.Equal(1, reader.Damaged);
        reader.Take(noise);
        Assert.True(reader.Text.Length <= EspSlipReader.TextMax);
        for (int i = 0; i < 2 * EspSlipReader.FramesMax; i++)
        {
            reader.Take(FlashVectors.Frame("flash data ok, ROM"));
        }
        int frames = 0;
        while (reader.TryNext(out _))
        {
            frames++;
        }
        Assert.Equal(EspSlipReader.FramesMax, frames);
    }
}
