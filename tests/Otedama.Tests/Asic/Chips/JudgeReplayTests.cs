using System.Globalization;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// What foreign drivers said to our simulated chips, said again: the chips have to answer byte for byte what the drivers
/// accepted, and our own reader has to understand the answers as those drivers did.
/// </summary>
public sealed class JudgeReplayTests
{
    public static TheoryData<string> Transcripts => [.. JudgeTranscript.Names];

    [Fact]
    public void Every_chip_has_its_judges()
    {
        string[] chains = [.. JudgeTranscript.Names];
        foreach (string chip in (string[])["BM1397", "BM1366", "BM1368", "BM1370"])
        {
            Assert.Contains($"{chip}-1-esp", chains);
            Assert.Contains($"{chip}-6-esp", chains);
        }
        foreach (string chip in (string[])["BM1366", "BM1368", "BM1370", "BM1372"])
        {
            Assert.Contains($"{chip}-4-nerd", chains);
            Assert.Contains($"{chip}-8-nerd", chains);
        }
        Assert.Contains("BM1372-1-nerd", chains);
        Assert.Contains("BM1373-6-esp", chains);
    }

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void Simulated_chips_answer_what_the_judge_took(string name)
    {
        JudgeTranscript transcript = JudgeTranscript.Load(name);
        HeldClock clock = new();
        SimulatedChain chain = JudgeTranscript.Chain(transcript.Chip, transcript.Chips, clock);
        foreach ((JudgeTranscript.Line recorded, byte[] now) in transcript.Replay(chain, clock))
        {
            Assert.Equal(recorded.ToString(), (recorded with { Bytes = now }).ToString());
        }
        Assert.Equal((0, 0), (chain.BadFrames, chain.GarbledBytes));
        Assert.Equal(4, chain.Jobs);
        Assert.All(chain.Chips, chip => Assert.Equal(8, chip.TicketBits));
        Assert.Equal(transcript.Chips, chain.Chips.Select(static chip => chip.Address).Distinct().Count());
        Assert.InRange(transcript.Wire[^1].Rate / chain.Rate, 0.95, 1.05);
        double clockSaid = Number(transcript.Said.Last(static line => line.StartsWith("clock ", StringComparison.Ordinal)).Split(' ')[1]);
        Assert.All(chain.Chips, chip => Assert.Equal(clockSaid, chip.Megahertz, 0.01));
    }

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void Our_reader_understands_the_chips_as_the_judge_did(string name)
    {
        JudgeTranscript transcript = JudgeTranscript.Load(name);
        ChipFamily family = transcript.Family;
        ReplyReader reader = new(ReplyReader.Learn);
        List<string> read = [];
        int chips = 0;
        foreach (JudgeTranscript.Line line in transcript.Wire)
        {
            if (line.FromHost)
            {
                if (Hex.Encode(line.Bytes).Contains("55aa510900a4", StringComparison.Ordinal))
                {
                    reader.Expect(family.ReplyLength);
                }
                continue;
            }
            line.Bytes.CopyTo(reader.Room());
            reader.Added(line.Bytes.Length);
            while (reader.TryRead(out ChipReply reply, isQuiet: true))
            {
                if (!reply.IsNonce && reply.Register == 0)
                {
                    Assert.True(family.IsId(reply.Value), $"{reply.Value:x8} is no {family.Name}");
                    chips++;
                    continue;
                }
                read.Add(Told(transcript, reply));
            }
        }
        Assert.Equal((0, 0), (reader.CrcErrors, reader.ResyncBytes));
        Assert.Equal($"chips {chips}", transcript.Said[0]);
        string[] said = [.. transcript.Said.Where(static line => line.StartsWith("register", StringComparison.Ordinal) || line.StartsWith("nonce", StringComparison.Ordinal))];
        Assert.Equal(said.Select(line => Masked(line, said, family)), read.Select(line => Masked(line, said, family)));
    }

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void What_the_judge_sent_is_told_as_good(string name)
    {
        JudgeTranscript transcript = JudgeTranscript.Load(name);
        IReadOnlyList<DecodedFrame> frames = FrameDecoder.Decode(transcript.Sent, transcript.Family);
        Assert.All(frames, static frame => Assert.True(frame.IsGood, $"{frame.Hex}: {frame.Problem}"));
        Assert.Equal(4, frames.Count(static frame => frame.Kind == "job"));
    }

    /// <summary>Wherever a byte is lost, one frame is: the judges throw away all that has come.</summary>
    [Theory]
    [MemberData(nameof(Transcripts))]
    public void A_lost_byte_costs_its_own_frame(string name)
    {
        JudgeTranscript transcript = JudgeTranscript.Load(name);
        int length = transcript.Family.ReplyLength;
        // Replies are of one length from the first write of the version mask on; of BM1397 always.
        byte[] stream = [.. transcript.Wire
            .SkipWhile(line => length == ReplyReader.LongLength && !(line.FromHost && Hex.Encode(line.Bytes).Contains("55aa510900a4", StringComparison.Ordinal)))
            .Where(static line => !line.FromHost).SelectMany(static line => line.Bytes)];
        Assert.Equal(0, stream.Length % length);
        int frames = stream.Length / length;
        Assert.True(frames >= 5);
        for (int lost = 0; lost < stream.Length; lost++)
        {
            ReplyReader reader = new(length);
            byte[] rest = [.. stream[..lost], .. stream[(lost + 1)..]];
            rest.CopyTo(reader.Room());
            reader.Added(rest.Length);
            int read = 0;
            for (; reader.TryRead(out ChipReply reply); read++)
            {
                Assert.True(reply.IsLong == (length == ReplyReader.LongLength));
            }
            Assert.InRange(read, frames - 1, frames);
        }
    }

    [Theory]
    [InlineData("wrong job")]
    [InlineData("wrong nonce")]
    [InlineData("missing chip")]
    [InlineData("still counters")]
    [InlineData("other id")]
    [InlineData("other answers")]
    public void A_chain_that_answers_otherwise_is_found_out(string change)
    {
        JudgeTranscript transcript = JudgeTranscript.Load("BM1370-6-esp");
        HeldClock clock = new();
        SimulatedChain chain = change == "other answers" ? new SimulatedChain(transcript.Family, transcript.Chips, clock)
            : JudgeTranscript.Chain(transcript.Chip, transcript.Chips, clock);
        chain.Faults.WrongJobId = change == "wrong job";
        chain.Faults.WrongNonce = change == "wrong nonce";
        chain.Faults.CutAt = change == "missing chip" ? 5 : null;
        chain.Faults.StillCounters = change == "still counters";
        chain.Faults.Id = change == "other id" ? 0x13680000 : null;
        Assert.Contains(transcript.Replay(chain, clock), static pair => !pair.Recorded.Bytes.SequenceEqual(pair.Now));
    }

    /// <summary>A reply in the judge's words.</summary>
    private static string Told(JudgeTranscript transcript, in ChipReply reply)
    {
        ChipFamily family = transcript.Family;
        if (!reply.IsNonce)
        {
            // A judge with another interval between addresses sees the same chip.
            int interval = transcript.Judge.StartsWith("shufps", StringComparison.Ordinal) ? 256 / transcript.Chips : family.Interval(transcript.Chips);
            return $"register {reply.Register:x2} {reply.Chip / interval} {reply.Value:x8}";
        }
        NonceFields fields = family.Decode(reply);
        byte[] header = Solved(reply.Nonce);
        uint version = BitConverter.ToUInt32(header);
        if (!family.TakesMidstates)
        {
            Assert.Equal(version, (version & 0xf0000001) | fields.VersionBits);
        }
        BlockHeader whole = BlockHeader.Parse(header);
        double difficulty = new Target(whole.FieldsHash.ToNumber()).ToDifficulty(Target.BitcoinOne);
        int small = family.TakesMidstates ? fields.Midstate : fields.SmallCore;
        return string.Create(CultureInfo.InvariantCulture,
            $"nonce {fields.JobId} {reply.Nonce:x8} {version:x8} {family.ChipOf(reply.NonceBigEndian, transcript.Chips, offsets: false)} {fields.Core} {small} {difficulty:g6}");
    }

    /// <summary>Without what this judge does not look at, numbers as numbers; of BM1397 the judge's small core holds the midstate and two bits of the job.</summary>
    private static string Masked(string line, string[] said, ChipFamily family)
    {
        string[] words = line.Split(' ');
        if (words[0] != "nonce")
        {
            return line;
        }
        bool looks = said.First(static one => one.StartsWith("nonce", StringComparison.Ordinal)).Split(' ')[5] != "-";
        (words[5], words[6]) = !looks ? ("-", "-") : (words[5], family.TakesMidstates ? $"{int.Parse(words[6], CultureInfo.InvariantCulture) & 3}" : words[6]);
        words[7] = Number(words[7]).ToString("g5", CultureInfo.InvariantCulture);
        return string.Join(' ', words);
    }

    private static byte[] Solved(uint nonce) => new[] { ChipVectors.Known("genesis").Bytes("header"), ChipVectors.Known("height 125552").Bytes("header"), ChipVectors.All.GetProperty("roundTrip").Bytes("rebuilt_header") }
        .Single(header => BitConverter.ToUInt32(header, 76) == nonce);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
