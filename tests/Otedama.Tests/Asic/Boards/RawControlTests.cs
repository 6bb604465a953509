using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class RawControlTests
{
    private readonly HeldClock _time = new();

    private RawControl Open(SimBitaxeRaw board, HeldClock? clock = null) =>
        new(new DirectLink(board, clock ?? _time), clock ?? _time);

    [Fact]
    public void Requests_are_the_vectors()
    {
        Dictionary<string, byte[]> ours = new()
        {
            ["reset low"] = RawFrame.Request(1, RawFrame.PageGpio, 0, 0),
            ["reset high"] = RawFrame.Request(2, RawFrame.PageGpio, 0, 1),
            ["read gpio 0"] = RawFrame.Request(3, RawFrame.PageGpio, 0),
            ["i2c 100 kHz"] = RawFrame.Request(4, RawFrame.PageI2c, 0x10, 0xA0, 0x86, 0x01, 0x00),
            ["i2c write 4c"] = RawFrame.Request(5, RawFrame.PageI2c, 0x20, 0x4C, 0x4C, 0x3F),
            ["i2c write-read 24"] = RawFrame.Request(6, RawFrame.PageI2c, 0x40, 0x24, 0x8B, 2),
            ["led ff8000"] = RawFrame.Request(7, RawFrame.PageLed, 0x10, 0xFF, 0x80, 0x00),
            ["reboot, id"] = RawFrame.Request(8, RawFrame.PageSystem, 0x01, 0xDE, 0xAD, 0xBE, 0xEF),
            ["reboot to bootloader"] = RawFrame.Request(9, RawFrame.PageSystem, 0x02, 0xB0, 0x07, 0x10, 0xAD),
        };
        JsonElement[] requests = [.. BoardVectors.Of("bitaxe_raw").GetProperty("requests").EnumerateArray()];
        Assert.Equal(ours.Count, requests.Length);
        foreach (JsonElement request in requests)
        {
            string name = request.GetProperty("name").GetString()!;
            Assert.Equal(request.Hex("frame"), ours.Single(pair => name.StartsWith(pair.Key, StringComparison.Ordinal)).Value);
        }
    }

    [Fact]
    public void Answers_are_the_vectors()
    {
        JsonElement vectors = BoardVectors.Of("bitaxe_raw");
        byte[] v0 = vectors.GetProperty("responses_v0")[0].Hex("frame");
        byte[] v1 = vectors.GetProperty("responses_v1")[0].Hex("frame");
        byte[] late = vectors.GetProperty("responses_v1")[1].Hex("frame");
        Assert.Equal(v0.Length, RawFrame.TryRead(v0, RawVersion.V0, 1, out RawReply first));
        Assert.Equal(v1.Length, RawFrame.TryRead(v1, RawVersion.V1, 1, out RawReply second));
        Assert.Equal(late.Length, RawFrame.TryRead(late, RawVersion.V1, 1, out RawReply third));
        Assert.Equal((2, 1, ""), (first.Id, first.Data.Single(), first.Error));
        Assert.Equal((2, 1, ""), (second.Id, second.Data.Single(), second.Error));
        Assert.Equal((6, 0), (third.Id, third.Data.Length));
        Assert.Contains("timeout", third.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finds_out_which_version_it_is_and_works_with_both(bool isV1)
    {
        SimBitaxeRaw board = new(isV1, new SimEmc2101(static () => 40));
        RawControl control = Open(board);
        Assert.Equal(isV1 ? RawVersion.V1 : RawVersion.V0, control.Detect());
        control.SetPin(RawControl.ResetPin, high: true);
        Assert.True(control.ReadPin(RawControl.ResetPin));
        control.SetPin(RawControl.ResetPin, high: false);
        Assert.False(board.Pins[0]);
        control.SetI2cRate(100_000);
        Assert.Equal(100_000, board.I2cHertz);
        Assert.Equal(0x5D, control.ReadByte(0x4C, 0xFE));
        control.WriteByte(0x4C, 0x4C, 0x3F);
        Assert.Equal(0x3F, ((SimEmc2101)board.Parts[0])[0x4C]);
        control.SetLed(255, 128, 0);
        Assert.Equal((255, 128, 0), board.Led);
        Assert.Equal([0x34, 0x12], control.ReadAdc());
        control.RebootToLoader();
        Assert.Equal("loader", board.Rebooted);
        control.Reboot();
        Assert.Equal("reboot", board.Rebooted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_part_that_is_not_there_is_a_sentence_and_the_next_request_works(bool isV1)
    {
        SimBitaxeRaw board = new(isV1, new SimEmc2101(static () => 40));
        RawControl control = Open(board);
        BoardException refused = Assert.Throws<BoardException>(() => control.ReadByte(0x24, 0xAD));
        Assert.Equal(BoardFault.Refused, refused.Fault);
        Assert.Contains("does not answer", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0x16, control.ReadByte(0x4C, 0xFD));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Noise_in_front_and_answers_in_pieces_are_read_through(bool isV1)
    {
        SimBitaxeRaw board = new(isV1, new SimEmc2101(static () => 40)) { Noise = [0xAA, 0x55, 0xFF, 0xFF], Piece = 1 };
        RawControl control = Open(board);
        Assert.Equal(isV1 ? RawVersion.V1 : RawVersion.V0, control.Detect());
        Assert.Equal(0x5D, control.ReadByte(0x4C, 0xFE));
    }

    [Fact]
    public void A_board_that_says_nothing_is_given_up_in_half_a_second()
    {
        HeldClock clock = new();
        RawControl control = Open(new SimBitaxeRaw(true) { IsSilent = true }, clock);
        long begun = clock.GetTimestamp();
        BoardException silent = Assert.Throws<BoardException>(() => control.Detect());
        Assert.Equal(BoardFault.NoAnswer, silent.Fault);
        Assert.InRange(clock.GetElapsedTime(begun), RawControl.AnswerTime, RawControl.AnswerTime + TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_device_that_talks_without_end_is_given_up()
    {
        HeldClock clock = new();
        RawControl control = new(new DirectLink(new Babbler(), clock), clock);
        Assert.Equal(BoardFault.NoAnswer, Assert.Throws<BoardException>(() => control.Detect()).Fault);
    }

    [Fact]
    public void Its_text_of_an_error_reaches_people_as_plain_words()
    {
        byte[] frame = [9, 0, 7, 0xFF, (byte)'o', (byte)'h', 0x1B, (byte)'[', (byte)'m'];
        Assert.Equal(frame.Length, RawFrame.TryRead(frame, RawVersion.V1, 0, out RawReply reply));
        Assert.Equal("\"oh?[m\"", reply.Error);
    }

    private sealed class Babbler : ISimulatedDevice
    {
        public void Receive(ReadOnlySpan<byte> bytes, int rate)
        {
        }

        public int Take(Span<byte> into, int rate)
        {
            into.Fill(0x3F);
            return into.Length;
        }
    }
}
