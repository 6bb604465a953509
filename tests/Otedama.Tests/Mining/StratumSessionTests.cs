using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The client's side of the Bitcoin dialect, line by line.</summary>
public sealed class StratumSessionTests : IDisposable
{
    internal const string Configured =
        """{"id":1,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"},"error":null}""";

    internal const string Authorized = """{"id":3,"result":true,"error":null}""";

    private readonly RecordingSink _sink = new();
    private readonly JobNumbers _numbers = new();
    private readonly HeldClock _time = new();
    private readonly LineLog _logger = new();
    private readonly StratumSession _session;

    public StratumSessionTests() => _session = Make(null);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Greets_in_the_order_of_the_book()
    {
        _session.Greet();
        string[] lines = Written(_session.Outgoing);
        Assert.Equal(
            ["mining.configure", "mining.subscribe", "mining.authorize", "mining.extranonce.subscribe", "mining.suggest_difficulty"],
            lines.Select(line => line.Split('"')[5]));
        Assert.Contains("\"version-rolling.mask\":\"1fffe000\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("[\"agent/1\"]", lines[1], StringComparison.Ordinal);
        Assert.Contains("[\"wallet.rig\",\"x\"]", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_books_block_becomes_its_header_and_its_submit_line()
    {
        Feed(Configured, Subscribed("f1ad9a67", 8), Authorized, """{"id":null,"method":"mining.set_difficulty","params":[1000000]}""");
        Feed(StratumScript.Block881423);
        _session.Activate(_sink);
        (Job job, ExtranonceSpace space) = Assert.Single(_sink.Jobs);
        Assert.Equal(881423, job.Height);
        Assert.Equal(Target.FromDifficulty(1000000, Target.BitcoinOne), job.ShareTarget);

        byte[] extranonce = [.. space.Extranonce1.Span, .. Hex.Decode("b660000000000000")];
        byte[] header = new byte[80];
        new BitcoinWorkData().Build(Range(job, extranonce, 0x2e596000), header);
        Hex.Decode("ff05fb02").Reverse().ToArray().CopyTo(header, 76);
        Assert.Equal("0000000000000000000269d52c24ea451225613aab095d90d771d4e29aa96cdd", BitcoinHash.Sha256d(header).ToString());

        string line = Submit(job, extranonce, nonce: 0xff05fb02, version: 0x2e596000);
        Assert.Contains(
            "[\"wallet.rig\",\"job1\",\"b660000000000000\",\"679ac169\",\"ff05fb02\",\"0e596000\"]", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_rolling_no_version_bits_are_sent()
    {
        Feed("""{"id":1,"result":null,"error":[20,"Not supported",null]}""", Subscribed("aa", 4), Authorized, StratumScript.Notify("j", 'a'));
        _session.Activate(_sink);
        Assert.Equal(0u, ((BitcoinRecipe)_sink.LastJob.Recipe).VersionMask);
        Assert.EndsWith("\"00000001\"]}", Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], 1, 0x20000000).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notify_before_any_reply_is_kept()
    {
        Feed("""{"id":null,"method":"mining.set_difficulty","params":["0.5"]}""", StratumScript.Notify("early", 'a'));
        Assert.False(_session.Ready.IsCompleted);
        Feed(Authorized, Subscribed("aa", 4));
        Assert.True(_session.Ready.IsCompletedSuccessfully);
        _session.Activate(_sink);
        Assert.Equal(Target.FromDifficulty(0.5, Target.BitcoinOne), _sink.LastJob.ShareTarget);
    }

    [Fact]
    public void Difficulty_and_extranonce_wait_for_the_next_notify()
    {
        Start();
        Feed(
            """{"id":null,"method":"mining.set_difficulty","params":[8]}""",
            """{"id":null,"method":"mining.set_extranonce","params":["bbbb",5]}""");
        Assert.Single(_sink.Jobs);
        Feed(StratumScript.Notify("two", 'a', clean: false));
        (Job job, ExtranonceSpace space) = _sink.Jobs.Last();
        Assert.Equal(Target.FromDifficulty(8, Target.BitcoinOne), job.ShareTarget);
        Assert.Equal((2, 5), (space.Extranonce1.Length, space.Extranonce2Length));
        Assert.True(job.Clean, "shares under the old extranonce are void");
    }

    [Fact]
    public void A_new_tip_is_clean_whatever_the_flag_says()
    {
        Start();
        uint generation = _sink.LastJob.Generation;
        Feed(StratumScript.Notify("same", 'a', clean: false));
        Assert.False(_sink.LastJob.Clean);
        Assert.Equal(generation, _sink.LastJob.Generation);
        Feed(StratumScript.Notify("tip", 'b', clean: false));
        Assert.True(_sink.LastJob.Clean);
        Assert.Equal(generation + 1, _sink.LastJob.Generation);
    }

    [Fact]
    public void A_new_mask_reissues_the_job_at_once()
    {
        Start();
        Feed("""{"id":null,"method":"mining.set_version_mask","params":["ffffffff"]}""");
        Assert.Single(_sink.Jobs); // only bits we asked for count, and those we had
        Feed("""{"id":null,"method":"mining.set_version_mask","params":["00006000"]}""");
        Assert.Equal(0x6000u, ((BitcoinRecipe)_sink.LastJob.Recipe).VersionMask);
        Assert.True(_sink.LastJob.Clean);
    }

    [Fact]
    public void Candidates_of_an_older_generation_are_not_sent()
    {
        Start();
        Job old = _sink.LastJob;
        Feed(StratumScript.Notify("tip", 'b'));
        Assert.Equal("", Submit(old, [0xaa, 0, 0, 0, 1], 1, 0x20000000));
        Assert.Equal(ShareOutcome.Stale, Assert.Single(_sink.Verdicts).Outcome);
    }

    [Theory]
    [InlineData("\"result\":true,\"error\":null", ShareOutcome.Accepted)]
    [InlineData("\"result\":true", ShareOutcome.Accepted)]
    [InlineData("\"result\":false,\"error\":null", ShareOutcome.Rejected)]
    [InlineData("\"result\":null,\"error\":[23,\"Low difficulty share\",null]", ShareOutcome.Rejected)]
    [InlineData("\"result\":null,\"error\":[21,\"Job not found\",null]", ShareOutcome.Stale)]
    [InlineData("\"error\":{\"code\":-1,\"message\":\"Stale share\"}", ShareOutcome.Stale)]
    [InlineData("\"error\":\"nope\"", ShareOutcome.Rejected)]
    [InlineData("\"result\":\"true\"", ShareOutcome.Rejected)]
    [InlineData("\"result\":true,\"error\":[]", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":false", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":\"\"", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":{}", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":[0,null,null]", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":0", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":null,\"reject-reason\":null", ShareOutcome.Accepted)]
    [InlineData("\"result\":true,\"error\":[20,\"no\",null]", ShareOutcome.Rejected)]
    [InlineData("\"reject-reason\":\"Stale\",\"result\":false,\"error\":null", ShareOutcome.Stale)]
    [InlineData("\"reject-reason\":\"Above target\",\"result\":false,\"error\":null", ShareOutcome.Rejected)]
    [InlineData("\"result\":null,\"error\":\"21: Job not found (=stale)\"", ShareOutcome.Stale)]
    [InlineData("\"result\":null,\"error\":21", ShareOutcome.Stale)]
    [InlineData("\"result\":null,\"error\":{\"code\":\"21\"}", ShareOutcome.Stale)]
    public void Every_form_of_verdict_is_understood(string members, ShareOutcome outcome)
    {
        Start();
        Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], 1, 0x20000000);
        _time.Advance(0.25);
        Feed($"{{\"id\":100,{members}}}");
        Assert.Equal(outcome, Assert.Single(_sink.Verdicts).Outcome);
        Assert.Equal(250, _session.LatencyMs, 3);
        Feed($"{{\"id\":100,{members}}}");
        Assert.Single(_sink.Verdicts);
    }

    [Theory]
    [InlineData("\"reject-reason\":\"Above target\",\"result\":false,\"error\":null", "Above target")]
    [InlineData("\"result\":null,\"error\":[23,\"Low difficulty share\",null]", "Low difficulty share")]
    [InlineData("\"result\":null,\"error\":[\"Too low\",23]", "Too low")]
    [InlineData("\"result\":null,\"error\":{\"code\":23,\"message\":\"low\"}", "low")]
    [InlineData("\"result\":null,\"error\":{\"reason\":\"low\"}", "low")]
    [InlineData("\"result\":null,\"error\":\"Invalid share\"", "Invalid share")]
    [InlineData("\"result\":null,\"error\":[22,null,null]", "duplicate share")]
    [InlineData("\"result\":null,\"error\":[-3,null,null]", "code -3")]
    [InlineData("\"result\":false,\"error\":[]", "no reason given")]
    public void The_reason_of_a_refusal_is_found_wherever_it_stands(string members, string reason)
    {
        Start();
        Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], 1, 0x20000000);
        Feed($"{{\"id\":100,{members}}}");
        Assert.Equal(reason, Assert.Single(_sink.Verdicts).Reason);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("false")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    public void An_empty_error_does_not_refuse_the_login(string error)
    {
        Feed($"{{\"id\":2,\"result\":[[],\"aa\",4],\"error\":{error}}}", $"{{\"id\":3,\"result\":true,\"error\":{error}}}");
        Assert.True(_session.Ready.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("Low difficulty share", "another algorithm than sha256d")]
    [InlineData("Unauthorized worker", "check wallet, worker name and password")]
    public void Ten_refusals_and_no_accepted_share_end_the_connection(string reason, string advice)
    {
        Start();
        UpstreamException error = Assert.Throws<UpstreamException>(() => Refuse(10, reason));
        Assert.Equal(UpstreamFault.Unfit, error.Fault);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Equal(10, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Rejected));
    }

    [Fact]
    public void One_accepted_share_shows_that_the_pool_is_the_right_one()
    {
        Start();
        Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], 0, 0x20000000);
        Feed("{\"id\":100,\"result\":true}");
        Refuse(30, "Low difficulty share", firstId: 101);
        Assert.Equal(30, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Rejected));
    }

    [Fact]
    public void A_pool_that_calls_every_share_late_is_left_for_the_next()
    {
        Start();
        UpstreamException error = Assert.Throws<UpstreamException>(() => Refuse(50, "Stale"));
        Assert.Equal(UpstreamFault.Silence, error.Fault);
        Assert.Contains("every share late", error.Message, StringComparison.Ordinal);
        Assert.Equal(50, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Stale));
    }

    [Fact]
    public void Late_shares_are_no_sign_of_another_algorithm()
    {
        Start();
        Refuse(30, "Stale");
        Assert.Equal(30, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Stale));
    }

    [Fact]
    public void Every_refusal_is_a_line_with_its_reason_until_there_are_too_many()
    {
        Start();
        Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], 0, 0x20000000);
        Feed("{\"id\":100,\"result\":true}");
        Refuse(50, "Low difficulty share", firstId: 101);
        string[] warnings = _logger.At(LogLevel.Warning);
        Assert.Equal(20, warnings.Length);
        Assert.All(warnings, static line => Assert.EndsWith("refused a share: Low difficulty share", line, StringComparison.Ordinal));
        _time.Advance(1);
        Refuse(1, "Above target", firstId: 151);
        Assert.Equal("Pool test refused 30 more shares that are not shown", _logger.At(LogLevel.Warning)[20]);
        Assert.Contains("Above target", _logger.At(LogLevel.Warning)[21], StringComparison.Ordinal);
        Assert.Contains(_logger.At(LogLevel.Debug), static line => line.Contains("accepted a share", StringComparison.Ordinal));
    }

    [Fact]
    public void A_first_job_of_another_dialect_ends_the_connection_and_names_both()
    {
        Feed(Configured, Subscribed("aa", 4), Authorized);
        UpstreamException error = Assert.Throws<UpstreamException>(() => Feed(ZcashUpstreamTests.Notify()));
        Assert.Equal(UpstreamFault.Unfit, error.Fault);
        Assert.Contains("flux or another equihash", error.Message, StringComparison.Ordinal);
        Assert.Contains("sha256d", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_job_that_is_no_job_is_waited_over()
    {
        Feed(Configured, Subscribed("aa", 4), Authorized, "{\"method\":\"mining.notify\",\"params\":[1,2,3]}");
        Assert.Contains("job id", _session.Problem, StringComparison.Ordinal);
        Assert.False(_session.FirstJob.IsCompleted);
        Feed(StratumScript.Notify("good", 'a'));
        Assert.True(_session.FirstJob.IsCompleted);
    }

    [Fact]
    public void A_careful_session_says_one_thing_at_a_time()
    {
        using StratumSession careful = Make(null, careful: true);
        careful.Greet();
        Assert.Contains("mining.subscribe", Assert.Single(Written(careful.Outgoing)), StringComparison.Ordinal);
        careful.OnLine(Encoding.UTF8.GetBytes(Subscribed("aa", 4)));
        Assert.Contains("mining.authorize", Assert.Single(Written(careful.Outgoing)), StringComparison.Ordinal);
        Assert.False(careful.Ready.IsCompleted);
        careful.OnLine(Encoding.UTF8.GetBytes(Authorized));
        Assert.True(careful.Ready.IsCompletedSuccessfully);
        Assert.Equal(0, careful.Outgoing.Length);
        Assert.True(careful.TryTakePlace());
        Assert.False(careful.TryTakePlace());
    }

    [Fact]
    public void Ten_shares_without_a_reply_are_silence()
    {
        Start();
        for (uint i = 0; i < 10; i++)
        {
            Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], i, 0x20000000);
        }
        _time.Advance(61);
        UpstreamException error = Assert.Throws<UpstreamException>(() => _session.Expire(_time.GetTimestamp()));
        Assert.Equal(UpstreamFault.Silence, error.Fault);
        Assert.Equal(10, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Dropped));
    }

    [Fact]
    public void Refusals_say_who_and_why()
    {
        Feed(Subscribed("aa", 4), """{"id":3,"result":false,"error":[24,"Unauthorized worker",null]}""");
        UpstreamException error = Assert.Throws<UpstreamException>(() => _session.Ready.GetAwaiter().GetResult());
        Assert.Contains("wallet.rig", error.Message, StringComparison.Ordinal);
        Assert.Contains("Unauthorized worker", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":2,"result":[[],"zz",4],"error":null}""")]
    [InlineData("""{"id":2,"result":[[],"aa",0],"error":null}""")]
    [InlineData("""{"id":2,"result":[[],"aa",99],"error":null}""")]
    [InlineData("""{"id":2,"result":true,"error":null}""")]
    [InlineData("""{"id":2,"result":null,"error":[20,"full",null]}""")]
    public void An_unusable_subscription_fails_the_connection(string reply)
    {
        Feed(reply);
        Assert.True(_session.Ready.IsFaulted);
    }

    [Fact]
    public void Nothing_a_pool_sends_breaks_the_session()
    {
        Start();
        string notify = StratumScript.Notify("x", 'c');
        string[] wrong =
        [
            "", "{", "null", "[]", "42", "\"text\"", "{\"id\":{},\"result\":[]}", "{\"method\":7,\"params\":[]}",
            "{\"method\":\"mining.notify\"}", "{\"method\":\"mining.notify\",\"params\":{}}",
            "{\"method\":\"mining.notify\",\"params\":[1,2,3,4,5,6,7,8,9]}",
            notify.Replace("\"20000000\"", "\"2000000g\"", StringComparison.Ordinal),
            notify.Replace("\"207fffff\"", "\"00000000\"", StringComparison.Ordinal),
            notify.Replace("\"207fffff\"", "\"ff7fffff\"", StringComparison.Ordinal),
            notify.Replace(new string('c', 64), new string('c', 62), StringComparison.Ordinal),
            "{\"method\":\"mining.set_difficulty\",\"params\":[0]}", "{\"method\":\"mining.set_difficulty\",\"params\":[-1]}",
            "{\"method\":\"mining.set_difficulty\",\"params\":[\"much\"]}", "{\"method\":\"mining.set_difficulty\",\"params\":[1e999]}",
            "{\"method\":\"mining.set_extranonce\",\"params\":[\"aa\",99]}", "{\"method\":\"mining.set_extranonce\",\"params\":[null,4]}",
            "{\"method\":\"mining.set_version_mask\",\"params\":[8]}", "{\"method\":\"mining.set_target\",\"params\":[\"00\"]}",
            "{\"method\":\"client.reconnect\",\"params\":[\"evil.example\",3333,0]}", "{\"method\":\"client.show_message\",\"params\":[{}]}",
            "{\"method\":\"no.such\",\"params\":[]}", "{\"id\":1e300,\"result\":true}", "{\"id\":-5,\"result\":true}",
            "{\"id\":\"\\ud800\",\"result\":true}", "{\"result\":{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}", "\0\u0001\u00ff",
        ];
        foreach (string line in wrong)
        {
            Feed(line);
        }
        Assert.Single(_sink.Jobs);
        Assert.Null(_session.Reconnect);
        Feed(notify);
        Assert.Equal(2, _sink.Jobs.Count);
    }

    [Fact]
    public void Mutated_lines_never_throw_anything_but_the_garbage_limit()
    {
        Start();
        Random random = new(20261122);
        byte[][] seeds = [.. new[] { Configured, Subscribed("aa", 4), StratumScript.Notify("x", 'c'), StratumScript.Block881423 }
            .Select(Encoding.UTF8.GetBytes)];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] line = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }
            _session.OnLine(line.AsSpan(0, random.Next(line.Length + 1)));
            if (i % 20 == 0)
            {
                Feed("{\"id\":6,\"result\":true}"); // keeps the garbage counter down
            }
        }
    }

    [Fact]
    public void A_hundred_lines_of_something_else_end_the_connection()
    {
        UpstreamException error = Assert.Throws<UpstreamException>(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Feed("HTTP/1.1 400 Bad Request");
            }
        });
        Assert.Contains("not Stratum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pools_questions_are_answered_with_its_own_ids()
    {
        Feed("""{"id":"q","method":"mining.ping","params":[]}""", """{"id":8,"method":"client.get_version","params":[]}""");
        Feed("""{"id":9,"method":"mining.dance","params":[]}""", """{"id":null,"method":"mining.dance","params":[]}""");
        string[] lines = Written(_session.Outgoing);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("{\"id\":\"q\",\"result\":\"pong\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("agent/1", lines[1], StringComparison.Ordinal);
        Assert.Contains("[20,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Unanswered_submits_are_sent_again_only_into_a_resumed_session()
    {
        Start();
        Submit(_sink.LastJob, [0xaa, 0, 0, 0, 7], 7, 0x20000000);
        SessionMemory memory = _session.Remember()!;
        Assert.Equal("sid1", memory.SessionId);

        using StratumSession resumed = Make(memory);
        resumed.Greet();
        Assert.Contains("[\"agent/1\",\"sid1\"]", Written(resumed.Outgoing)[1], StringComparison.Ordinal);
        resumed.OnLine(Encoding.UTF8.GetBytes(Subscribed("aa", 4)));
        WireBuffer output = new();
        resumed.Resend(output);
        Assert.Contains("\"00000007\"", Assert.Single(Written(output)), StringComparison.Ordinal);

        using StratumSession anew = Make(resumed.Remember());
        anew.OnLine(Encoding.UTF8.GetBytes(Subscribed("ab", 4)));
        anew.Resend(output);
        Assert.Equal(0, output.Length);
        Assert.Equal(ShareOutcome.Dropped, Assert.Single(_sink.Verdicts).Outcome);
    }

    [Fact]
    public void Sixty_four_submits_may_wait_and_then_time_out()
    {
        Start();
        for (uint i = 0; i < SubmitWindow.Capacity; i++)
        {
            Assert.NotEmpty(Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], i, 0x20000000));
        }
        Assert.False(_session.TryTakePlace());
        _time.Advance(61);
        Assert.Throws<UpstreamException>(() => _session.Expire(_time.GetTimestamp() - (60 * TimeSpan.TicksPerSecond)));
        Assert.Equal(SubmitWindow.Capacity, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Dropped));
        Assert.Equal(0, _session.Unanswered);
    }

    internal static string Subscribed(string extranonce1, int size) =>
        $$"""{"id":2,"result":[[["mining.set_difficulty","sid0"],["mining.notify","sid1"]],"{{extranonce1}}",{{size}}],"error":null}""";

    private void Start()
    {
        Feed(Configured, Subscribed("aa", 4), Authorized, StratumScript.Notify("one", 'a'));
        _session.Activate(_sink);
    }

    private void Feed(params string[] lines)
    {
        foreach (string line in lines)
        {
            _session.OnLine(Encoding.UTF8.GetBytes(line));
        }
    }

    private void Refuse(int count, string reason, int firstId = 100)
    {
        for (int i = 0; i < count; i++)
        {
            Submit(_sink.LastJob, [0xaa, 0, 0, 0, 1], (uint)i, 0x20000000);
            Feed($"{{\"id\":{firstId + i},\"result\":null,\"error\":[20,\"{reason}\",null]}}");
        }
    }

    private StratumSession Make(SessionMemory? memory, bool careful = false) => new(
        new StratumSessionOptions
        {
            Pool = "test",
            Url = PoolUrl.Parse("eu.pool.example:3333"),
            User = "wallet.rig",
            Password = "x",
            UserAgent = "agent/1",
            Algorithm = Algorithm.Sha256d,
            SuggestDifficulty = 0.25,
            Careful = careful,
            Sink = _sink,
        },
        memory,
        _numbers,
        _time,
        _logger);

    private string Submit(Job job, byte[] extranonce, uint nonce, uint version)
    {
        Assert.True(_session.TryTakePlace());
        WireBuffer output = new();
        _session.Submit(
            new Candidate
            {
                JobId = job.Id,
                Nonce = nonce,
                Time = ((BitcoinRecipe)job.Recipe).Time,
                Version = version,
                Extranonce = new Extranonce(extranonce),
            },
            output);
        return Encoding.UTF8.GetString(output.Written);
    }

    private static WorkRange Range(Job job, byte[] extranonce, uint version) => new()
    {
        Job = job,
        Extranonce = extranonce,
        NonceFirst = 0,
        NonceCount = 1,
        Versions = [version],
        Target = job.ShareTarget,
    };

    private static string[] Written(WireBuffer buffer)
    {
        string text = Encoding.UTF8.GetString(buffer.Written);
        buffer.Clear();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
