using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// kanoi/cgminer drives simulated sticks: through the real libusb and Linux's USB in the laboratory's guest (by hand, OTEDAMA_CGMINER
/// names the program), and from its transcripts ever after.
/// </summary>
public sealed class CgminerJudgeTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(400);
    private static readonly string? s_program = Environment.GetEnvironmentVariable("OTEDAMA_CGMINER");
    private static readonly string? s_only = Environment.GetEnvironmentVariable("OTEDAMA_CGMINER_STICK");

    public static TheoryData<string, int, string> Sticks => new()
    {
        { "BM1397", 1, "CompacF Bitcoin Miner" }, { "BM1397", 6, "R909 Bitcoin Miner" }, { "BM1362", 1, "GekkoScience Compac A1" },
        { "BM1370", 1, "GekkoScience Compac A2" },
    };

    [Theory]
    [MemberData(nameof(Sticks))]
    public void Cgminer_takes_the_simulated_stick_for_one(string chip, int chips, string product)
    {
        Assert.SkipUnless(File.Exists(s_program), "OTEDAMA_CGMINER names no program; the transcripts of earlier runs are replayed all the same");
        Assert.SkipUnless(s_only is null || product.Contains(s_only, StringComparison.Ordinal), "OTEDAMA_CGMINER_STICK names another stick");
        HeldClock clock = new();
        SimulatedChain chain = JudgeTranscript.Chain(chip, chips, clock);
        SimGekkoTelemetry telemetry = new(0x20);
        JudgeRecorder recorder = new(chain, clock);
        UsbModel stick = chip == "BM1397"
            ? new FtdiModel(recorder, product: product) { PinsChanged = (_, levels) => chain.HoldReset((levels & 2) == 0) }
            : new Cp210xModel([recorder, telemetry], "Silicon Labs", product, "A1000001");
        string done = Path.Combine(Repository.Root, "build/asic-lab/out/done");
        File.Delete(done);
        List<string> submitted = [];
        using GenesisPool pool = new(words =>
        {
            submitted.Add(words);
            File.WriteAllText(done, "");
        });
        using UsbLaboratory laboratory = new(stick);
        laboratory.Run(stick.Count, $"""
            {s_program} -T -o stratum+tcp://10.0.2.2:{pool.Port} -u judge -p x 2>&1 & p=$!
            n=0; while [ ! -e $LAB/done ] && [ $n -lt 120 ]; do sleep 1; n=$((n+1)); done
            sleep 1; kill $p; [ -e $LAB/done ]
            """, s_most);
        Assert.True(submitted.Count > 0, laboratory.Console + string.Join('\n', chain.Heard.Take(60)));
        Assert.True(stick.Count == 1 || (telemetry.IsOn && telemetry.Core > 0), "it did not find the telemetry" + laboratory.Console);
        int end = recorder.Lines.FindIndex(static line => !line.FromHost && Hex.Encode(line.Bytes).Contains("1dac2b7c", StringComparison.Ordinal));
        new JudgeTranscript
        {
            Judge = "kanoi/cgminer d689d3a9",
            Chip = chip,
            Chips = chips,
            Wire = recorder.Lines[..(end + 1)],
            Said = ["submit " + submitted[0]],
        }.Save($"cgminer-{chip}-{chips}");
    }

    [Theory]
    [MemberData(nameof(Sticks))]
    public void The_stick_answers_what_cgminer_took(string chip, int chips, string product)
    {
        JudgeTranscript transcript = JudgeTranscript.Load($"cgminer-{chip}-{chips}");
        HeldClock clock = new();
        SimulatedChain chain = JudgeTranscript.Chain(chip, chips, clock);
        ReplyReader reader = new(ReplyReader.Learn);
        List<ChipReply> replies = [];
        foreach ((JudgeTranscript.Line recorded, byte[] now) in transcript.Replay(chain, clock))
        {
            Assert.Equal(recorded.ToString(), (recorded with { Bytes = now }).ToString());
            if (chain.Chips[0].IsLong)
            {
                reader.Expect(ReplyReader.LongLength);
            }
            now.CopyTo(reader.Room());
            reader.Added(now.Length);
            while (reader.TryRead(out ChipReply reply, isQuiet: true))
            {
                replies.Add(reply);
            }
        }
        // To a Compac A2 it sends one frame that is none: "chain inactive" with a register's value behind it. Chips and decoder pass it over.
        string[] bad = [.. FrameDecoder.Decode(transcript.Sent, transcript.Family).Where(static frame => !frame.IsGood && frame.Kind != "rubbish").Select(static frame => frame.Hex)];
        Assert.Equal(chip == "BM1370", bad.Length > 0);
        Assert.All(bad, static frame => Assert.Equal("55aa53050018f0", frame));
        Assert.Equal((bad.Length, 0), (chain.BadFrames, chain.GarbledBytes));
        Assert.Equal((0, 0), (reader.CrcErrors, reader.ResyncBytes));
        Assert.True(replies.Count(reply => !reply.IsNonce && reply.Register == 0 && transcript.Family.IsId(reply.Value)) >= chips, product);
        ChipReply nonce = Assert.Single(replies, static reply => reply.IsNonce);
        // User, job, second extranonce, time, nonce: the genesis block's.
        string[] submit = transcript.Said[0].Split(' ');
        Assert.Equal(("01000000", "495fab29", $"{nonce.Nonce:x8}"), (submit[3], submit[4], submit[5]));
        Assert.Equal("7c2bac1d", submit[5]);
    }
}
