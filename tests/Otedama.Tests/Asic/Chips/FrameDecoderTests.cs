using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class FrameDecoderTests
{
    [Fact]
    public void Every_captured_frame_is_told_as_good()
    {
        List<string> frames = [];
        foreach (string list in (string[])["commands", "replies"])
        {
            frames.AddRange(ChipVectors.All.GetProperty(list).EnumerateArray().Select(static one => one.Said("frame")));
        }
        frames.AddRange(ChipVectors.All.GetProperty("jobFrames").EnumerateArray().Select(static one => one.GetString()!));
        foreach (JsonElement known in ChipVectors.All.GetProperty("known").EnumerateArray())
        {
            string[] names = ["bm1397_job_1mid", "bm1397_job_4mid", "bm1366_job", "bm1370_job_len36", "bm1397_nonce_response"];
            frames.AddRange(names.Select(name => known.Said(name)));
        }
        IReadOnlyList<DecodedFrame> decoded = FrameDecoder.Decode(Hex.Decode(string.Concat(frames)));
        Assert.Equal(frames, decoded.Select(static frame => frame.Hex));
        Assert.All(decoded, static frame => Assert.True(frame.IsGood, $"{frame.Hex}: {frame.Problem}"));
    }

    [Theory]
    [InlineData("55aa5109000850c002300c", "write register of all chips: 08 (PLL 0) = 50c00230: 600 MHz")]
    [InlineData("55aa51090014000000ff08", "write register of all chips: 14 (ticket mask) = 000000ff: difficulty 256")]
    [InlineData("55aa400500001c", "set address 00")]
    [InlineData("aa5513700000000006", "register 00 (chip id) of chip 00 = 13700000: BM1370")]
    [InlineData("aa554c0352750cd205a29c", "nonce 7552034c")]
    public void A_frame_is_told_in_words(string hex, string summary) =>
        Assert.StartsWith(summary, Assert.Single(FrameDecoder.Decode(Hex.Decode(hex))).Summary);

    [Fact]
    public void A_nonce_has_its_parts()
    {
        DecodedFrame frame = Assert.Single(FrameDecoder.Decode(Hex.Decode("aa554c0352750cd205a29c"), ChipFamilies.Bm1370));
        Dictionary<string, string> parts = frame.Fields.ToDictionary(static field => field.Name, static field => field.Value);
        Assert.Equal("nonce", frame.Kind);
        Assert.Equal(("68", "2", "00b44000", "38", "0c"), (parts["job id"], parts["small core"], parts["version bits"], parts["core"], parts["excess"]));
    }

    [Theory]
    [InlineData("aa557e3bf6592996d5ef8b", "1c")] // bit 17 of the nonce is set and no part of the address
    [InlineData("aa556db88ee10104035494", "dc")]
    public void The_address_in_a_nonce_of_BM1362_is_its_upper_seven_bits(string hex, string address)
    {
        byte[] frame = Hex.Decode(hex);
        foreach ((ChipFamily? family, string name) in ((ChipFamily?, string)[])
            [(ChipFamilies.Bm1362, "chip address"), (ChipFamilies.Bm1366, "chip address"),
                (null, "chip address (BM1362, BM1366)")])
        {
            DecodedFrame decoded = Assert.Single(FrameDecoder.Decode(frame, family));
            Assert.Equal(address, decoded.Fields.Single(field => field.Name == name).Value);
        }
    }

    [Fact]
    public void A_chip_whose_address_is_odd_is_known_by_the_seven_bits_of_it_that_a_nonce_has()
    {
        const int Chips = 5; // addresses 0, 51, 102, 153, 204
        for (int i = 0; i < Chips; i++)
        {
            uint address = (uint)ChipFamilies.Bm1366.AddressOf(i, Chips);
            foreach (uint counted in (uint[])[0, 1])
            {
                Assert.Equal(i, ChipFamilies.Bm1366.ChipOf(((address & 0xfe) | counted) << 17, Chips, offsets: false));
            }
        }
    }

    [Theory]
    [InlineData(0x0c, 0x800003f1, null, "counts from nonce 516608")]
    [InlineData(0x28, 0x0600000f, null,
        "3125000 baud on BM1362, BM1366, BM1368, BM1370, BM1373, no rate on other chips")]
    [InlineData(0x18, 0x00003a01, null, "115740.7407 baud on BM1397, no rate on other chips")]
    [InlineData(0x28, 0x0600000f, "BM1397", null)]
    [InlineData(0x28, 0x11300200, "BM1370", "1041666.6667 baud")]
    public void A_register_says_what_its_value_means(int register, uint value, string? chip, string? meaning) =>
        Assert.Equal(meaning, ChipRegisters.Meaning(
            (byte)register, value, chip is null ? null : ChipFamilies.ByName(chip)));

    [Theory]
    [InlineData("55aa51090014000000ff09", "CRC-5 is 09, should be 08")]
    [InlineData("55aa51080014000000ff08", "length byte 08")]
    [InlineData("55aa99050000", "header 99 is not known")]
    [InlineData("55aa5109001400", "7 bytes where")]
    [InlineData("aa5513700000000007", "CRC-5 is 07, should be 06")]
    [InlineData("aa55137000", "5 bytes where a reply has")]
    [InlineData("aa554c0352750cd205a25c", "CRC-5")]
    [InlineData("0102030405", "no preamble")]
    [InlineData("55aa2156", "4 bytes where such a job has 88")]
    public void What_is_wrong_is_told(string hex, string problem)
    {
        DecodedFrame frame = Assert.Single(FrameDecoder.Decode(Hex.Decode(hex)));
        Assert.False(frame.IsGood);
        Assert.Contains(problem, frame.Problem);
        Assert.Equal(hex, frame.Hex);
    }

    [Theory]
    [InlineData("55aa510900140000ff08", "55aa400500001c")]
    [InlineData("aa554c0352750cd2a29c", "aa5513700000000006")]
    [InlineData("55aa2156180100000000ffff", "55aa5305000003")]
    public void A_frame_with_a_byte_missing_does_not_take_the_next_with_it(string broken, string good)
    {
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(Hex.Decode(broken + good + good));
        Assert.Equal([broken, good, good], frames.Select(static frame => frame.Hex));
        Assert.Equal([false, true, true], frames.Select(static frame => frame.IsGood));
    }

    [Fact]
    public void What_lies_between_frames_is_told_too()
    {
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(Hex.Decode("0055aa400500001cff55aa5305000003"));
        Assert.Equal(["rubbish", "command", "rubbish", "command"], frames.Select(static frame => frame.Kind));
        Assert.Equal([0, 1, 8, 9], frames.Select(static frame => frame.Offset));
    }
}
