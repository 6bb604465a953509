using CsCheck;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>BM1387, whose frames have no preamble. Frames with their CRCs as kanoi/cgminer has them written down.</summary>
public sealed class OldChipTests
{
    private static ChipFamily Family => ChipFamilies.Bm1387;

    [Fact]
    public void Commands_have_their_own_headers_and_the_known_CRCs()
    {
        Assert.Equal("5809001c0020070019", Sent(static frame => CommandFrame.WriteAll(frame, 0x1c, 0x00200700, Family.Framing)));
        Assert.Equal("5809001c4020998001", Sent(static frame => CommandFrame.WriteAll(frame, 0x1c, 0x40209980, Family.Framing)));
        Assert.Equal("54050000", Sent(static frame => CommandFrame.ReadAll(frame, 0, Family.Framing))[..8]);
        Assert.Equal("55050000", Sent(static frame => CommandFrame.Inactive(frame, Family.Framing))[..8]);
        Assert.Equal("41058000", Sent(static frame => CommandFrame.SetAddress(frame, 0x80, Family.Framing))[..8]);
        Assert.Equal("4809800c00500241", Sent(static frame => CommandFrame.WriteOne(frame, 0x80, 0x0c, 0x00500241, Family.Framing))[..16]);
    }

    [Theory]
    [InlineData(250, 0x00500241)]
    [InlineData(100, 0x00200241)]
    [InlineData(396.875, 0x007f0241)]
    [InlineData(400, 0x00400221)]
    [InlineData(550, 0x00580221)]
    public void The_clock_is_in_register_0C(double megahertz, uint register)
    {
        PllSetting setting = Family.Pll.Nearest(megahertz);
        Assert.Equal((megahertz, register, (byte)0x0c), (setting.Megahertz, setting.Register, Family.Pll.Register));
    }

    [Theory]
    [InlineData(0u, 54)]
    [InlineData(0x1fffe000u, 150)]
    public void Jobs_are_those_of_its_successor_without_the_preamble(uint mask, int length)
    {
        BenchWork work = new() { VersionMask = mask };
        using ChainBench bench = new(Family, 2, static options => options with { Megahertz = 100, TicketDifficulty = null }, relaxed: 8, work: work);
        bench.Until(ChainState.Mining).For(1);
        string job = bench.Chips.Heard.Last(static frame => frame.StartsWith("55aa21", StringComparison.Ordinal));
        Assert.Equal((length, $"{length:x2}"), ((job.Length / 2) - 2, job[6..8]));
        Assert.True(bench.Work.Nonces.Count > 0);
        Assert.Equal(1, bench.Report.TicketDifficulty);
        Assert.DoesNotContain(bench.Chips.Heard, static frame => frame.StartsWith("55aa51090014", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stick_of_two_goes_to_the_fast_rate_and_back_without_its_pin()
    {
        using ChainBench bench = new(Family, 2, static options => options with { Megahertz = 100 }, relaxed: 8,
            prepare: static bench => (bench.Board.HasReset, bench.Board.HasRegulator) = (false, false));
        bench.Until(ChainState.Mining).For(2);
        Assert.Equal(1_562_500, bench.Chips.Rate);
        Assert.Equal(1_500_000, bench.Report.Rate);
        bench.Driver.Restart();
        bench.For(1).Until(ChainState.Mining).For(2);
        Assert.Equal(0, bench.Report.Counts.Restarts);
        Assert.True(bench.Work.Nonces.Count > 0);
    }

    [Fact]
    public void Replies_are_found_in_noise_by_their_CRC() =>
        Gen.Select(Gen.Byte.Array[6].Array[1, 8], Gen.Byte.Array[0, 6], Gen.Int[1, 20]).Sample((bodies, noise, part) =>
        {
            byte[] frames = [.. bodies.SelectMany(static body => (byte[])[.. body, Crc5.Seal(body, 4)])];
            byte[] stream = [.. frames, .. noise, .. frames];
            ReplyReader reader = new(ReplyReader.BareLength);
            List<uint> read = [];
            for (int at = 0; at < stream.Length; at += part)
            {
                byte[] chunk = stream[at..Math.Min(stream.Length, at + part)];
                chunk.CopyTo(reader.Room());
                reader.Added(chunk.Length);
                while (reader.TryRead(out ChipReply reply))
                {
                    read.Add(reply.Value);
                }
            }
            uint[] sent = [.. bodies.Select(static body => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(body))];
            Assert.Equal(sent, read.Take(sent.Length));
            // Noise may look like a frame once and swallow the beginning of the next; what stands behind is found again.
            Assert.True(read.Count >= sent.Length);
            if (noise.Length == 0)
            {
                Assert.Equal([.. sent, .. sent], read);
                Assert.Equal(0, reader.CrcErrors);
            }
            Assert.True(reader.ResyncBytes + reader.Waiting <= stream.Length - (read.Count * ReplyReader.BareLength));
        }, iter: 2_000);

    [Fact]
    public void Captures_are_decoded_with_headers_and_CRCs_as_they_came()
    {
        byte[] reply = [.. Convert.FromHexString("1dac2b7c0012"), Crc5.Seal(Convert.FromHexString("1dac2b7c0012"), 4)];
        byte[] capture = [.. Convert.FromHexString("5809001c0020070019"), 0xff, 0x00, .. reply];
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(capture, Family);
        Assert.Equal([("command", 0), ("rubbish", 9), ("nonce", 11)], frames.Select(static frame => (frame.Kind, frame.Offset)));
        Assert.Equal(("58", "19"), (Field(frames[0], "header"), Field(frames[0], "crc5")));
        Assert.Contains("1c", frames[0].Summary, StringComparison.Ordinal);
        Assert.Equal(("7c2bac1d", "10", "2", "1d"),
            (Field(frames[2], "stratum nonce"), Field(frames[2], "job id"), Field(frames[2], "midstate"), Field(frames[2], "chip address")));
        Assert.DoesNotContain(frames[2].Fields, static field => field.Name == "core");
    }

    private static string Field(DecodedFrame frame, string name) => frame.Fields.Single(field => field.Name == name).Value;

    private static string Sent(Func<byte[], int> write)
    {
        byte[] frame = new byte[CommandFrame.LengthMax];
        int length = write(frame);
        return Hex.Encode(frame.AsSpan(Family.Framing.Unsent..length));
    }
}
