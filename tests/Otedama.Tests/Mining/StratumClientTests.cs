using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The client against pools that behave, misbehave, vanish and return.</summary>
public sealed class StratumClientTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>Quick where a wait has to pass, patient where the pool has to answer.</summary>
    private static readonly StratumTimings s_fast = new()
    {
        Connect = Patience.Limit,
        Handshake = Patience.Limit,
        FirstJob = Patience.Limit,
        PingAfter = s_long,
        SilentAfter = s_long,
        ReconnectAfter = s_long,
        SubmitReply = Patience.Limit,
        Write = Patience.Limit,
        BackoffFirst = TimeSpan.FromMilliseconds(10),
        BackoffMax = TimeSpan.FromMilliseconds(50),
        ReturnAfter = TimeSpan.FromMilliseconds(150),
        Tick = TimeSpan.FromMilliseconds(20),
    };

    private readonly RecordingSink _sink = new();
    private readonly HeldClock _time = new();

    [Fact]
    public async Task Mines_at_a_pool_that_answers_everything_in_one_segment()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Assert.Equal("aabbccdd", Hex.Encode(_sink.Jobs.Last().Space.Extranonce1.Span));
        Assert.Equal(PoolState.Active, client.Pools[0].State);
        Submit(client, _sink.LastJob, 1);
        await Patience.UntilAsync(() => !_sink.Verdicts.IsEmpty, "a verdict");
        Assert.Equal(ShareOutcome.Accepted, _sink.Verdicts.First().Outcome);
        Assert.NotNull(client.Pools[0].LatencyMs);
    }

    [Fact]
    public async Task One_byte_at_a_time_and_garbage_between_is_all_the_same()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Send("hello, not json", "{\"id\":77,\"result\":\"what\"}", "");
            await peer.Greet();
            foreach (char c in StratumScript.Notify("slow", 'a') + "\r\n")
            {
                await peer.Raw(c.ToString());
            }
            await peer.AnswerForever();
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Assert.Equal(1, pool.Connections);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_work_stops_meanwhile()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet();
            await peer.Send(StratumScript.Notify("j" + peer.Number, 'a'));
            if (peer.Number > 1)
            {
                await peer.AnswerForever();
            }
            await Jobs(1); // closing with unread bytes would reset the connection and take the job back
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(2);
        Assert.Equal(1, _sink.Lost);
        Assert.True(_sink.Jobs.Last().Job.Generation > _sink.Jobs.First().Job.Generation);
        Assert.Contains("closed the connection", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_failures_lead_to_the_next_pool_and_the_first_is_taken_back_when_it_works()
    {
        bool primaryWorks = false;
        await using ScriptedPool primary = new(async peer =>
        {
            if (Volatile.Read(ref primaryWorks))
            {
                await ScriptedPool.Ordinary(peer);
            }
        });
        await using ScriptedPool backup = new(async peer =>
        {
            await peer.Greet("eeeeeeee");
            await peer.Send(StratumScript.Notify("b", 'b'));
            await peer.AnswerForever();
        });
        StratumTimings timings = new() { Connect = s_long, Handshake = s_long, SilentAfter = s_long, ReturnAfter = TimeSpan.FromSeconds(10) };
        await using StratumClient client = Start(_time, timings, primary.Endpoint, backup.Endpoint);
        await ClockUntil(() => !_sink.Jobs.IsEmpty, "the backup's job");
        Assert.Equal("eeeeeeee", Hex.Encode(_sink.Jobs.Last().Space.Extranonce1.Span));
        Assert.Equal(3, primary.Connections);
        Assert.Equal(3, client.Pools[0].Failures);
        int lost = _sink.Lost;

        await ClockUntil(() => primary.Connections > 3, "a probe of the primary");
        Volatile.Write(ref primaryWorks, true);
        await ClockUntil(() => client.Pools[0].State == PoolState.Active, "the return");
        Assert.Equal("aabbccdd", Hex.Encode(_sink.Jobs.Last().Space.Extranonce1.Span));
        Assert.Equal(lost, _sink.Lost);
        Assert.Equal(1, backup.Connections);
        await Patience.UntilAsync(() => client.Pools[1].State == PoolState.Standby, "the backup to be left");
    }

    [Fact]
    public async Task A_pool_that_accepts_the_login_and_sends_no_job_is_left_at_once()
    {
        await using ScriptedPool silent = new(async peer =>
        {
            await peer.Greet();
            await peer.AnswerForever();
        });
        await using ScriptedPool backup = new(ScriptedPool.Ordinary);
        await using StratumClient client = Start(_time, silent.Endpoint, backup.Endpoint);
        await Patience.UntilAsync(() => client.Pools[0].State == PoolState.Active, "the login");
        _time.Advance(31);
        await Jobs(1);
        Assert.Equal(PoolState.Active, client.Pools[1].State);
        Assert.Equal(1, silent.Connections);
        Assert.Equal(1, client.Pools[0].Failures);
        Assert.Contains("accepts us but sends no job", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_job_that_cannot_be_used_is_told_and_left()
    {
        await using ScriptedPool odd = new(async peer =>
        {
            await peer.Greet();
            await peer.Send("""{"id":null,"method":"mining.notify","params":["j","00"]}""");
            await peer.AnswerForever();
        });
        await using ScriptedPool backup = new(ScriptedPool.Ordinary);
        LineLog log = new();
        await using StratumClient client = Start(_time, log, odd.Endpoint, backup.Endpoint);
        await Patience.UntilAsync(() => log.Lines.Any(static l => l.Contains("cannot be used", StringComparison.Ordinal)), "the warning");
        await Patience.UntilAsync(() => client.Pools[0].State == PoolState.Active, "the login");
        _time.Advance(31);
        await Jobs(1);
        Assert.Contains("previous hash is not 64 hex digits", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_after_a_long_life_is_not_forgiven()
    {
        await using ScriptedPool hung = new(async peer =>
        {
            await peer.Greet();
            await peer.Send(StratumScript.Notify("j", 'a'));
            await peer.Hang();
        });
        await using ScriptedPool backup = new(ScriptedPool.Ordinary);
        await using StratumClient client = Start(_time, hung.Endpoint, backup.Endpoint);
        await Jobs(1);
        _time.Advance(91); // longer than what else forgives earlier failures
        await Patience.UntilAsync(() => client.Pools[1].State == PoolState.Active, "the second pool");
        Assert.Equal(1, hung.Connections);
        Assert.Contains("not a word", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_refuses_every_share_is_left_and_not_taken_back()
    {
        await using ScriptedPool wrong = new(async peer =>
        {
            await peer.Greet();
            await peer.Send(StratumScript.Notify("w", 'a'));
            while (true)
            {
                string line = await peer.Read();
                await peer.Send($"{{\"id\":{ScriptedPeer.Id(line)},\"result\":null,\"error\":[23,\"Low difficulty share\",null]}}");
            }
        });
        await using ScriptedPool backup = new(ScriptedPool.Ordinary);
        await using StratumClient client = Start(wrong.Endpoint, backup.Endpoint);
        await Jobs(1);
        for (uint i = 0; i < 10; i++)
        {
            Submit(client, _sink.LastJob, i);
        }
        await Patience.UntilAsync(() => client.Pools[1].State == PoolState.Active, "the second pool");
        Assert.Contains("another algorithm than sha256d", client.Pools[0].LastError, StringComparison.Ordinal);
        Assert.Contains("Low difficulty share", client.Pools[0].LastError, StringComparison.Ordinal);
        await Task.Delay(500); // three times the pause after which a better pool is tried again
        Assert.Equal(1, wrong.Connections);
    }

    [Fact]
    public async Task A_pool_that_reads_one_message_of_a_packet_is_asked_one_by_one()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            while (true)
            {
                string packet = await peer.ReadPacket();
                if (packet.Count(static c => c == '\n') > 1)
                {
                    await peer.Send("{\"id\":1,\"result\":null,\"error\":[20,\"one message at a time\",null]}");
                    return;
                }
                string id = ScriptedPeer.Id(packet);
                await peer.Send(id == "2" ? StratumSessionTests.Subscribed("aabbccdd", 4) : $"{{\"id\":{id},\"result\":true,\"error\":null}}");
                if (id == "3")
                {
                    await peer.Send(StratumScript.Notify("j", 'a'));
                }
            }
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Assert.Equal(2, pool.Connections);
        for (uint i = 0; i < 20; i++)
        {
            Submit(client, _sink.LastJob, i);
        }
        await Patience.UntilAsync(() => _sink.Verdicts.Count == 20, "all verdicts");
        Assert.All(_sink.Verdicts, verdict => Assert.Equal(ShareOutcome.Accepted, verdict.Outcome));
        Assert.Equal(2, pool.Connections);
    }

    [Fact]
    public async Task A_pool_that_sends_us_in_circles_is_a_failure()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet();
            await peer.Send("""{"id":null,"method":"client.reconnect","params":[]}""");
            await peer.Hang();
        });
        await using ScriptedPool backup = new(ScriptedPool.Ordinary);
        await using StratumClient client = Start(s_fast with { ReturnAfter = TimeSpan.FromMinutes(5) }, pool.Endpoint, backup.Endpoint);
        await Jobs(1);
        Assert.Equal(6, pool.Connections);
        Assert.Contains("without a job", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_up_on_new_methods_is_greeted_plainly()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            if ((await peer.Read()).Contains("configure", StringComparison.Ordinal))
            {
                return;
            }
            await peer.Send(StratumSessionTests.Subscribed("aabbccdd", 4));
            Assert.Contains("mining.authorize", await peer.Read(), StringComparison.Ordinal);
            await peer.Send(StratumSessionTests.Authorized, StratumScript.Notify("old", 'a'));
            await peer.AnswerForever();
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Assert.Equal(2, pool.Connections);
        Assert.Equal(1, pool.Received.Count(line => line.Contains("configure", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Silence_is_questioned_and_then_left()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        StratumTimings timings = new() { Connect = s_long, Handshake = s_long, PingAfter = TimeSpan.FromSeconds(5), ReconnectAfter = TimeSpan.FromSeconds(15) };
        await using StratumClient client = Start(_time, timings, pool.Endpoint);
        await Jobs(1);
        await ClockUntil(() => pool.Received.Any(static line => line.Contains("mining.ping", StringComparison.Ordinal)), "the question");
        Assert.Equal(1, pool.Connections);
        await ClockUntil(() => _sink.Jobs.Count == 2, "the second connection");
        Assert.Equal(2, pool.Connections);
        Assert.Contains("no new job", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_to_the_handshake_is_a_failure_with_advice()
    {
        await using ScriptedPool pool = new(peer => peer.Hang());
        await using StratumClient client = Start(s_fast with { Handshake = TimeSpan.FromMilliseconds(100) }, pool.Endpoint);
        await Patience.UntilAsync(() => client.Pools[0].Failures >= 1, "the failure");
        Assert.Contains("is this a Stratum port", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_said_in_words()
    {
        TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using StratumClient client = Start(new PoolEndpoint(PoolUrl.Parse($"127.0.0.1:{port}"), "w"));
        await Patience.UntilAsync(() => client.Pools[0].Failures >= 2, "two failures");
        Assert.Contains($"cannot connect to stratum+tcp://127.0.0.1:{port}", client.Pools[0].LastError, StringComparison.Ordinal);
        Assert.False(client.TrySubmit(default));
    }

    [Fact]
    public async Task An_endless_line_ends_the_connection_not_the_memory()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            string chunk = new('x', 65536);
            while (true)
            {
                await peer.Raw(chunk);
            }
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Patience.UntilAsync(() => client.Pools[0].Failures >= 1, "the failure");
        Assert.Contains("262144 bytes", client.Pools[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconnect_is_followed_within_the_own_host_and_ignored_elsewhere()
    {
        await using ScriptedPool target = new(ScriptedPool.Ordinary);
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet();
            await peer.Send(
                StratumScript.Notify("j", 'b'),
                """{"id":null,"method":"client.reconnect","params":["evil.example",3333,0]}""");
            await peer.Send($$"""{"id":null,"method":"client.reconnect","params":["127.0.0.1","{{target.Port}}",0]}""");
            await peer.Hang();
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Patience.UntilAsync(() => target.Connections == 1, "the move");
        await Jobs(2);
        Assert.Equal(0, client.Pools[0].Failures);
        Assert.Equal(1, pool.Connections);
    }

    [Fact]
    public async Task Submits_wait_for_a_place_and_all_get_their_verdict()
    {
        const int Total = 200;
        int inFlight = 0, most = 0;
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet();
            await peer.Send(StratumScript.Notify("j", 'a'));
            Queue<string> ids = [];
            int answered = 0;
            while (answered < Total)
            {
                string line = await peer.Read();
                if (line.Contains("mining.submit", StringComparison.Ordinal))
                {
                    ids.Enqueue(ScriptedPeer.Id(line));
                    most = Math.Max(most, ++inFlight);
                }
                while (ids.Count == SubmitWindow.Capacity || (ids.Count > 0 && answered + ids.Count == Total))
                {
                    // Answer the whole batch at once, as a validator does.
                    string[] replies = [.. ids.Select(id => $"{{\"id\":{id},\"result\":true,\"error\":null}}")];
                    answered += ids.Count;
                    inFlight = 0;
                    ids.Clear();
                    await peer.Send(replies);
                }
            }
            await peer.Hang();
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        for (uint i = 0; i < Total; i++)
        {
            Submit(client, _sink.LastJob, i);
        }
        await client.DrainAsync(Patience.Limit);
        Assert.Equal(Total, _sink.Verdicts.Count(v => v.Outcome == ShareOutcome.Accepted));
        Assert.Equal(SubmitWindow.Capacity, most);
    }

    [Fact]
    public async Task What_a_lost_connection_left_unanswered_gets_exactly_one_verdict()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet(peer.Number == 1 ? "aaaaaaaa" : "bbbbbbbb");
            await peer.Send(StratumScript.Notify("j", 'a'));
            while (!(await peer.Read()).Contains("mining.submit", StringComparison.Ordinal) || peer.Number > 1)
            {
            }
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Submit(client, _sink.LastJob, 1);
        await Patience.UntilAsync(() => !_sink.Verdicts.IsEmpty, "the verdict");
        await Jobs(2); // the second connection is up, and asked for nothing again
        Assert.Equal(ShareOutcome.Dropped, Assert.Single(_sink.Verdicts).Outcome);
    }

    [Fact]
    public async Task A_resumed_session_sends_the_unanswered_share_again()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet("aaaaaaaa");
            await peer.Send(StratumScript.Notify("j" + peer.Number, 'a'));
            while (!(await peer.Read()).Contains("mining.submit", StringComparison.Ordinal))
            {
            }
            if (peer.Number > 1)
            {
                await peer.Send("{\"id\":100,\"result\":true,\"error\":null}");
                await peer.AnswerForever();
            }
        });
        await using StratumClient client = Start(pool.Endpoint);
        await Jobs(1);
        Submit(client, _sink.LastJob, 0x1234);
        await Patience.UntilAsync(() => !_sink.Verdicts.IsEmpty, "the verdict");
        Assert.Equal(ShareOutcome.Accepted, Assert.Single(_sink.Verdicts).Outcome);
        Assert.Equal(2, pool.Received.Count(line => line.Contains("\"j1\"", StringComparison.Ordinal) && line.Contains("00001234", StringComparison.Ordinal)));
        Assert.Contains(pool.Received, line => line.Contains("[\"otedama/0.1\",\"sid1\"]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tls_is_verified_by_pin_and_never_given_up()
    {
        using X509Certificate2 certificate = MakeCertificate();
        string pin = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        await using ScriptedPool pool = new(ScriptedPool.Ordinary, certificate);

        await using (StratumClient pinned = Start(Tls(pool, "#sha256=" + pin)))
        {
            await Jobs(1);
        }
        await using (StratumClient wrong = Start(Tls(pool, "#sha256=" + new string('0', 64))))
        {
            await Patience.UntilAsync(() => wrong.Pools[0].Failures >= 2, "refusals");
            Assert.Contains("pinned is 0000", wrong.Pools[0].LastError, StringComparison.Ordinal);
        }
        await using (StratumClient unknown = Start(Tls(pool, "")))
        {
            await Patience.UntilAsync(() => unknown.Pools[0].Failures >= 1, "a refusal");
            Assert.Contains("#sha256=" + pin, unknown.Pools[0].LastError, StringComparison.Ordinal);
        }
        Assert.Single(_sink.Jobs);

        await using ScriptedPool plain = new(ScriptedPool.Ordinary);
        await using StratumClient downgraded = Start(s_fast with { Connect = TimeSpan.FromMilliseconds(200) }, Tls(plain, ""));
        await Patience.UntilAsync(() => downgraded.Pools[0].Failures >= 2, "no TLS, no mining");
        Assert.DoesNotContain(plain.Received, line => line.Contains("mining.", StringComparison.Ordinal));
    }

    [Fact]
    public void Pools_and_algorithm_are_checked_before_anything_is_opened()
    {
        Assert.Throws<ArgumentException>(() => Make(s_fast, []));
        Assert.Throws<ArgumentException>(() => Make(s_fast, [.. Enumerable.Repeat(new PoolEndpoint(PoolUrl.Parse("a:1"), "w"), 17)]));
    }

    private static PoolEndpoint Tls(ScriptedPool pool, string fragment) =>
        new(PoolUrl.Parse($"stratum+ssl://127.0.0.1:{pool.Port}{fragment}"), "wallet.rig");

    private static X509Certificate2 MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=pool.test", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static void Submit(StratumClient client, Job job, uint nonce) => Assert.True(client.TrySubmit(new Candidate
    {
        JobId = job.Id,
        Nonce = nonce,
        Time = ((BitcoinRecipe)job.Recipe).Time,
        Version = 0x20000000,
        Extranonce = new Extranonce(new byte[8]),
    }));

    private Task Jobs(int count) => Patience.UntilAsync(() => _sink.Jobs.Count >= count, $"{count} jobs");

    private StratumClient Start(params PoolEndpoint[] pools) => Start(s_fast, pools);

    private StratumClient Start(StratumTimings timings, params PoolEndpoint[] pools)
    {
        StratumClient client = Make(timings, pools);
        client.Start(_sink);
        return client;
    }

    /// <summary>With the waits of real life, on a clock in the test's hand.</summary>
    private StratumClient Start(HeldClock clock, params PoolEndpoint[] pools) => Start(clock, new LineLog(), pools);

    private StratumClient Start(HeldClock clock, LineLog log, params PoolEndpoint[] pools) => Start(clock, new StratumTimings(), log, pools);

    private StratumClient Start(HeldClock clock, StratumTimings timings, params PoolEndpoint[] pools) => Start(clock, timings, new LineLog(), pools);

    private StratumClient Start(HeldClock clock, StratumTimings timings, LineLog log, PoolEndpoint[] pools)
    {
        StratumClient client = new(
            new StratumClientOptions { Pools = pools, Algorithm = Algorithm.Sha256d, Timings = timings, JitterSeed = 1 }, log, clock);
        client.Start(_sink);
        return client;
    }

    /// <summary>Moves the clock in small steps, with real time between them for the sockets.</summary>
    private Task ClockUntil(Func<bool> condition, string what) => Patience.UntilAsync(
        () =>
        {
            if (condition())
            {
                return true;
            }
            _time.Advance(0.1);
            return false;
        },
        what);

    private static StratumClient Make(StratumTimings timings, PoolEndpoint[] pools) => new(
        new StratumClientOptions { Pools = pools, Algorithm = Algorithm.Sha256d, Timings = timings, JitterSeed = 1 },
        NullLogger.Instance,
        TimeProvider.System);
}
