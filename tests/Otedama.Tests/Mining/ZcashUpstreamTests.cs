using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>What Equihash and Verus pools put behind the eight fields of a job.</summary>
public sealed class ZcashUpstreamTests
{
    private const string VerusVersion = "04000100";

    private readonly RecordingSink _sink = new();

    [Theory]
    [InlineData("")]
    [InlineData(",null")]
    [InlineData(",\"anything\"")]
    [InlineData(",7,{},[1]")]
    [InlineData(",\"00ff00ff\"")]
    [InlineData(",\"125_4\",\"ZelProof\"")]
    [InlineData(",\"125_4\",\"\"")]
    public void More_than_eight_fields_do_not_hide_the_job(string more)
    {
        using StratumSession session = Make(Algorithm.Equihash);
        Feed(session, Notify(more));
        session.Activate(_sink);
        Assert.Equal(52, ((ZcashRecipe)_sink.LastJob.Recipe).SolutionLength);
    }

    [Theory]
    [InlineData(",\"144_5\",\"BgoldPoW\"", "144,5")]
    [InlineData(",\"125_4\",\"BgoldPoW\"", "BgoldPoW")]
    public void Parameters_of_another_equihash_are_compared(string more, string named)
    {
        using StratumSession session = Make(Algorithm.Equihash);
        Feed(session, Notify(more));
        Assert.False(session.FirstJob.IsCompleted);
        Assert.Contains(named, session.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_of_verushash_is_not_taken_for_equihash_nor_the_other_way_round()
    {
        string verus = Notify(",\"0700000000000000\"", VerusVersion);
        using StratumSession equihash = Make(Algorithm.Equihash);
        Assert.Contains("verushash", Assert.Throws<UpstreamException>(() => Feed(equihash, verus)).Message, StringComparison.Ordinal);

        using StratumSession other = Make(Algorithm.VerusHash);
        Assert.Contains("flux", Assert.Throws<UpstreamException>(() => Feed(other, Notify())).Message, StringComparison.Ordinal);

        using StratumSession right = Make(Algorithm.VerusHash);
        Feed(right, verus);
        Assert.True(right.FirstJob.IsCompletedSuccessfully);
    }

    internal static string Notify(string more = "", string version = "04000000") =>
        $$"""{"id":null,"method":"mining.notify","params":["z1","{{version}}","{{new string('a', 64)}}","{{new string('b', 64)}}","{{new string('0', 64)}}","9ac16967","0f0f0f20",true{{more}}]}""";

    private static void Feed(StratumSession session, string notify)
    {
        session.OnLine("{\"id\":2,\"result\":[null,\"aabbccdd\"],\"error\":null}"u8);
        session.OnLine(Encoding.UTF8.GetBytes(notify));
    }

    private StratumSession Make(Algorithm algorithm) => new(
        new StratumSessionOptions
        {
            Pool = "test",
            Url = PoolUrl.Parse("pool.example:3333"),
            User = "wallet.rig",
            Password = "x",
            UserAgent = "agent/1",
            Algorithm = algorithm,
            SuggestDifficulty = 0,
            Careful = false,
            Sink = _sink,
        },
        null,
        new JobNumbers(),
        new HeldClock(),
        NullLogger.Instance);
}
