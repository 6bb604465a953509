using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// kanoi/cgminer drives a simulated CompacF: through the real libusb and Linux's USB in the laboratory's guest (by hand, OTEDAMA_CGMINER
/// names the program), and from its transcript ever after.
/// </summary>
public sealed class CgminerJudgeTests
{
    private const string Name = "cgminer-BM1397-1";

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(400);
    private static readonly string? s_program = Environment.GetEnvironmentVariable("OTEDAMA_CGMINER");

    [Fact]
    public void Cgminer_takes_the_simulated_stick_for_one()
    {
        Assert.SkipUnless(File.Exists(s_program), "OTEDAMA_CGMINER names no program; the transcript of an earlier run is replayed all the same");
        HeldClock clock = new();
        SimulatedChain chain = JudgeTranscript.Chain("BM1397", 1, clock);
        JudgeRecorder recorder = new(chain, clock);
        FtdiModel stick = new(recorder) { PinsChanged = (_, levels) => chain.HoldReset((levels & 2) == 0) };
        string done = Path.Combine(Repository.Root, "build/asic-lab/out/done");
        File.Delete(done);
        List<string> submitted = [];
        using GenesisPool pool = new(words =>
        {
            submitted.Add(words);
            File.WriteAllText(done, "");
        });
        using UsbLaboratory laboratory = new(stick);
        laboratory.Run(1, $"""
            {s_program} -T -o stratum+tcp://10.0.2.2:{pool.Port} -u judge -p x 2>&1 & p=$!
            n=0; while [ ! -e $LAB/done ] && [ $n -lt 300 ]; do sleep 1; n=$((n+1)); done
            sleep 1; kill $p; [ -e $LAB/done ]
            """, s_most);
        Assert.True(submitted.Count > 0, laboratory.Console + string.Join('\n', chain.Heard.TakeLast(40)));
        int end = recorder.Lines.FindIndex(static line => !line.FromHost && Hex.Encode(line.Bytes).Contains("1dac2b7c", StringComparison.Ordinal));
        new JudgeTranscript
        {
            Judge = "kanoi/cgminer d689d3a9",
            Chip = "BM1397",
            Chips = 1,
            Wire = recorder.Lines[..(end + 1)],
            Said = ["chips 1", "submit " + submitted[0]],
        }.Save(Name);
    }

    [Fact]
    public void The_stick_answers_what_cgminer_took()
    {
        JudgeTranscript transcript = JudgeTranscript.Load(Name);
        HeldClock clock = new();
        SimulatedChain chain = JudgeTranscript.Chain(transcript.Chip, transcript.Chips, clock);
        ReplyReader reader = new(ReplyReader.ShortLength);
        List<ChipReply> replies = [];
        foreach ((JudgeTranscript.Line recorded, byte[] now) in transcript.Replay(chain, clock))
        {
            Assert.Equal(recorded.ToString(), (recorded with { Bytes = now }).ToString());
            now.CopyTo(reader.Room());
            reader.Added(now.Length);
            while (reader.TryRead(out ChipReply reply))
            {
                replies.Add(reply);
            }
        }
        Assert.Equal((0, 0), (chain.BadFrames, chain.GarbledBytes));
        Assert.Equal((0, 0), (reader.CrcErrors, reader.ResyncBytes));
        Assert.True(ChipFamilies.Bm1397.IsId(replies[0].Value));
        ChipReply nonce = Assert.Single(replies, static reply => reply.IsNonce);
        // User, job, second extranonce, time, nonce: the genesis block's.
        string[] submit = transcript.Said[1].Split(' ');
        Assert.Equal(("01000000", "495fab29", $"{nonce.Nonce:x8}"), (submit[3], submit[4], submit[5]));
        Assert.Equal("7c2bac1d", submit[5]);
        Assert.All(FrameDecoder.Decode(transcript.Sent, transcript.Family), static frame => Assert.True(frame.IsGood, $"{frame.Hex}: {frame.Problem}"));
    }
}
