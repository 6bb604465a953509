using CsCheck;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What holds for all inputs.</summary>
public sealed class ChipPropertyTests
{
    private static readonly Gen<byte[]> s_rubbish = Gen.OneOf(
        Gen.Byte.Array[0, 40],
        Gen.OneOf(Gen.Const((byte)0xaa), Gen.Const((byte)0x55), Gen.Const((byte)0), Gen.Const((byte)0x80)).Array[0, 40]);

    private static readonly Gen<byte[]> s_body = Gen.OneOf(
        Gen.Byte.Array[8],
        Gen.OneOf(Gen.Const((byte)0xaa), Gen.Const((byte)0x55), Gen.Const((byte)0x13), Gen.Const((byte)0x80)).Array[8]);

    [Fact]
    public void A_good_frame_behind_rubbish_is_never_lost() =>
        Gen.Select(s_rubbish, s_body, Gen.Bool, s_rubbish, Gen.Int[1, 16]).Sample((before, body, isNonce, after, part) =>
        {
            byte[] frame = Frame(body, isNonce);
            byte[] stream = [.. before, .. frame, .. after, .. new byte[16]];
            List<ChipReply> replies = Read(stream, part, out ReplyReader reader);
            Assert.Contains(ChipVectors.Reply(frame), replies);
            Assert.True(reader.ResyncBytes <= stream.Length);
        }, iter: 20_000);

    [Fact]
    public void Frames_without_rubbish_come_in_order_and_lose_nothing() =>
        Gen.Select(s_body.Array[1, 20], Gen.Int[1, 64]).Sample((bodies, part) =>
        {
            byte[][] frames = [.. bodies.Select(static body => Frame(body, isNonce: true)).Where(static frame => !HasPreamble(frame))];
            List<ChipReply> replies = Read([.. frames.SelectMany(static frame => frame)], part, out ReplyReader reader);
            Assert.Equal(frames.Select(ChipVectors.Reply), replies);
            Assert.Equal((0, 0), (reader.ResyncBytes, reader.CrcErrors));
        }, iter: 2_000);

    [Fact]
    public void A_dropped_byte_costs_one_frame()
    {
        byte[] frame = Frame(Hex.Decode("4c0352750cd205a2"), isNonce: true);
        for (int lost = 0; lost < frame.Length; lost++)
        {
            byte[] stream = [.. frame, .. frame[..lost], .. frame[(lost + 1)..], .. frame, .. frame];
            List<ChipReply> replies = Read(stream, 7, out ReplyReader reader);
            Assert.Equal(3, replies.Count);
            Assert.Equal(frame.Length - 1, reader.ResyncBytes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_length_of_replies_is_learnt(bool isLong)
    {
        Gen.Select(s_body.Array[1, 8], Gen.Int[1, 64]).Sample((bodies, part) =>
        {
            byte[][] frames = [.. bodies.Select(body => Frame(isLong ? body : body[..6], isNonce: false)).Where(static frame => !HasPreamble(frame))];
            List<ChipReply> replies = Read([.. frames.SelectMany(static frame => frame)], part, out ReplyReader reader, ReplyReader.Learn);
            if (frames.Length > 1)
            {
                Assert.Contains(replies, reply => reply.IsLong == isLong);
            }
            Assert.True(replies.Count == 0 || reader.Length != ReplyReader.Learn);
        }, iter: 500);
        byte[] id = Hex.Decode(isLong ? "aa55137000000000000010" : "aa5513700000000006");
        Assert.Equal(isLong, Assert.Single(Read(id, 64, out _, ReplyReader.Learn)).IsLong);
    }

    [Fact]
    public void A_pll_setting_reads_back_as_the_clock_it_makes() =>
        Gen.Select(Gen.Int[0, ChipFamilies.All.Count - 1].Select(static index => ChipFamilies.All[index]), Gen.Double[1, 2000]).Sample((family, megahertz) =>
        {
            PllSetting found = family.Pll.Nearest(megahertz);
            Assert.Equal(found.Megahertz, PllSetting.FromRegister(family.Pll, found.Register)!.Megahertz, 1e-9);
            Assert.InRange(found.Feedback, family.Pll.FeedbackMin, family.Pll.FeedbackMax);
            if (megahertz >= 100 && megahertz <= family.MegahertzMax)
            {
                Assert.InRange(found.Megahertz, megahertz - 6.25, megahertz + 6.25);
            }
        }, iter: 3_000);

    [Fact]
    public void Versions_roll_inside_of_the_mask() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[0, 1 << 20]).Sample((version, mask, steps) =>
        {
            uint rolled = VersionRoll.Roll(version, mask, steps);
            Assert.Equal(version & ~mask, rolled & ~mask);
            int bits = System.Numerics.BitOperations.PopCount(mask);
            uint packed = VersionRoll.Extract(rolled, mask);
            uint expected = unchecked(VersionRoll.Extract(version, mask) + (uint)steps);
            Assert.Equal(bits == 32 ? expected : expected & ((1u << bits) - 1), packed);
            Assert.Equal(rolled & mask, VersionRoll.Deposit(packed, mask));
        });

    [Fact]
    public void Decoding_throws_for_no_bytes() =>
        Gen.Select(Gen.OneOf(s_rubbish, Gen.Select(s_rubbish, s_body, Command)),
            Gen.Int[0, ChipFamilies.All.Count].Select(static index => index < ChipFamilies.All.Count ? ChipFamilies.All[index] : null)).Sample((bytes, family) =>
        {
            IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(bytes, family);
            Assert.Equal(Hex.Encode(bytes), string.Concat(frames.Select(static frame => frame.Hex)));
        }, iter: 5_000);

    private static byte[] Command(byte[] before, byte[] body) => [.. before, 0x55, 0xaa, .. body];

    private static bool HasPreamble(byte[] frame) => frame.AsSpan(2).IndexOf((ReadOnlySpan<byte>)[0xaa, 0x55]) >= 0 || frame[^1] == 0xaa;

    private static byte[] Frame(byte[] body, bool isNonce) => [0xaa, 0x55, .. body, Crc5.Seal(body, isNonce ? 4 : 0)];

    private static List<ChipReply> Read(byte[] stream, int part, out ReplyReader reader, int length = ReplyReader.LongLength)
    {
        reader = new ReplyReader(length);
        List<ChipReply> replies = [];
        for (int at = 0; at < stream.Length; at += part)
        {
            byte[] chunk = stream[at..Math.Min(stream.Length, at + part)];
            chunk.CopyTo(reader.Room());
            reader.Added(chunk.Length);
            while (reader.TryRead(out ChipReply reply))
            {
                replies.Add(reply);
            }
        }
        while (reader.TryRead(out ChipReply reply, isQuiet: true))
        {
            replies.Add(reply);
        }
        return replies;
    }
}
