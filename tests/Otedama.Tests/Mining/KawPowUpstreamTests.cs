using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The client's side of both KawPow dialects, line by line.</summary>
public sealed class KawPowUpstreamTests : IDisposable
{
    private const string Seed1 = "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563";
    private const string Authorized = """{"id":3,"result":true,"error":null}""";
    private const string Ethereum = """{"id":2,"result":[["mining.notify","5e","EthereumStratum/1.0.0"],"a1b2c3"],"error":null}""";
    private const string Plain = """{"id":2,"result":[null,"a1b2c3"],"error":null}""";

    private static readonly string s_header = new('7', 64);

    private readonly RecordingSink _sink = new();
    private readonly StratumSession _session;

    public KawPowUpstreamTests() => _session = new StratumSession(
        new StratumSessionOptions
        {
            Pool = "test",
            Url = PoolUrl.Parse("eu.pool.example:3333"),
            User = "wallet.rig",
            Password = "x",
            UserAgent = "agent/1",
            Algorithm = Algorithm.KawPow,
            SuggestDifficulty = 0,
            Careful = false,
            Sink = _sink,
        },
        null,
        new JobNumbers(),
        new HeldClock(),
        NullLogger.Instance);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_pool_that_answers_in_EthereumStratum_is_spoken_to_in_it()
    {
        Feed(Ethereum, Authorized, """{"id":null,"method":"mining.set_difficulty","params":[0.5]}""",
            $$"""{"id":null,"method":"mining.notify","params":["j1","{{Seed1}}","{{s_header}}","7501"]}""");
        _session.Activate(_sink);
        Job job = _sink.LastJob;
        Assert.Equal((7501, true), (job.Height, job.NetworkTarget.IsZero)); // it does not tell the network's
        Assert.Equal(Target.FromDifficulty(0.5, Target.BitcoinOne), job.ShareTarget);
        Assert.Equal(s_header, ((KawPowRecipe)job.Recipe).HeaderHash.ToString());
        Assert.Contains("\"params\":[\"wallet.rig\",\"j1\",\"d4e5f60718\"]", Submit(job, 0xa1b2c3d4e5f60718), StringComparison.Ordinal);
        Feed($$"""{"id":null,"method":"mining.notify","params":["j2","{{Seed1}}","{{s_header}}","0x1d4e",true]}""");
        Assert.Equal((7502, true), (_sink.LastJob.Height, _sink.LastJob.Clean));
    }

    [Fact]
    public void Any_other_pool_gets_header_and_mix()
    {
        Feed(Plain, Authorized, Notify("7501"));
        _session.Activate(_sink);
        string line = Submit(_sink.LastJob, 0xa1b2c3d4e5f60718);
        Assert.Contains($"\"0xa1b2c3d4e5f60718\",\"0x{s_header}\",\"0x{new string('0', 62)}05\"", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("240007500")] // no dataset exists for it, and its seed would take a quarter of a million hashes
    [InlineData("2147483647")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999")]
    [InlineData("\"\"")]
    [InlineData("\"0x\"")]
    [InlineData("null")]
    public void Heights_that_cannot_be_are_ignored(string height)
    {
        Feed(Plain, Authorized, Notify(height));
        _session.Activate(_sink);
        Assert.Empty(_sink.Jobs);
    }

    [Theory]
    [InlineData("\"-1\"")]
    [InlineData("\"240007500\"")]
    [InlineData("\"0xffffffffffffffff\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"one\"")]
    [InlineData("1e300")]
    public void Neither_are_they_in_EthereumStratum(string height)
    {
        Feed(Ethereum, Authorized, $$"""{"id":null,"method":"mining.notify","params":["j1","{{Seed1}}","{{s_header}}",{{height}}]}""");
        _session.Activate(_sink);
        Assert.Empty(_sink.Jobs);
    }

    [Theory]
    [InlineData(62, 64)]
    [InlineData(66, 64)]
    [InlineData(64, 63)]
    [InlineData(0, 64)]
    public void Hashes_of_another_length_are_ignored(int header, int seed)
    {
        Feed(Ethereum, Authorized, $$"""{"id":null,"method":"mining.notify","params":["j1","{{new string('0', seed)}}","{{new string('0', header)}}","1"]}""");
        _session.Activate(_sink);
        Assert.Empty(_sink.Jobs);
    }

    [Fact]
    public void No_dataset_is_named_beyond_the_last_epoch()
    {
        Assert.Equal(32, KawPow.SeedHash(7_500).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => KawPow.SeedHash(KawPow.HeightMax + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => KawPow.SeedHash(-1));
    }

    private static string Notify(string height) =>
        $$"""{"id":null,"method":"mining.notify","params":["j1","{{s_header}}","{{Seed1}}","{{new string('0', 8)}}{{new string('f', 56)}}",true,{{height}},"1b00ffff"]}""";

    private void Feed(params string[] lines)
    {
        foreach (string line in lines)
        {
            _session.OnLine(Encoding.UTF8.GetBytes(line));
        }
    }

    private string Submit(Job job, ulong nonce)
    {
        Assert.True(_session.TryTakePlace());
        WireBuffer output = new();
        byte[] mix = new byte[32];
        mix[31] = 5;
        _session.Submit(
            new Candidate { JobId = job.Id, Nonce = nonce, Extranonce = new Extranonce([0xa1, 0xb2, 0xc3]), Proof = mix }, output);
        return Encoding.UTF8.GetString(output.Written);
    }
}
