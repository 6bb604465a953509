using System.Text.Json;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.Pool;

public sealed class StratumServerTests
{
    private static readonly string s_user = StratumHarness.Address(7) + ".rig1";

    [Fact]
    public async Task Login_gives_extranonce_then_difficulty_before_the_job()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        JsonElement subscribed = await miner.CallAsync("""{"id":1,"method":"mining.subscribe","params":["test/1"]}""");
        JsonElement result = subscribed.GetProperty("result");
        Assert.Equal(8, result[1].GetString()!.Length);
        Assert.Equal(8, result[2].GetInt32());
        await miner.SendAsync($$"""{"id":"b","method":"mining.authorize","params":["{{s_user}}","x"]}""");
        JsonElement authorized = await miner.ReadMessageAsync();
        Assert.Equal(("b", JsonValueKind.True), (authorized.GetProperty("id").GetString(), authorized.GetProperty("result").ValueKind));
        JsonElement difficulty = await miner.ReadMessageAsync();
        Assert.Equal("mining.set_difficulty", difficulty.GetProperty("method").GetString());
        Assert.Equal(0.5, difficulty.GetProperty("params")[0].GetDouble());
        JsonElement notify = await miner.ReadMessageAsync();
        Assert.Equal("mining.notify", notify.GetProperty("method").GetString());
        Assert.Equal(9, notify.GetProperty("params").GetArrayLength());
        Assert.True(notify.GetProperty("params")[8].GetBoolean());
        Assert.Empty(harness.Accounts); // a login is no account
        await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 1));
        Assert.True(harness.Accounts.ContainsKey((StratumHarness.Address(7), "rig1")));
    }

    [Fact]
    public async Task A_login_without_a_share_leaves_nothing_behind()
    {
        using StratumHarness harness = new();
        string address = StratumHarness.Address(7);
        using (TestMiner miner = await harness.ConnectAsync())
        {
            await miner.LoginAsync(s_user);
            for (int i = 0; i < 50; i++)
            {
                await miner.CallAsync($$"""{"id":3,"method":"mining.authorize","params":["{{address}}.w{{i}}"]}""");
            }
            Assert.Equal(51, harness.Server.Meters.LoginCount);
            await miner.CallAsync(StratumHarness.Submit("4", $"{address}.w7", "000003e8", 1));
        }
        await Patience.UntilAsync(() => harness.Server.ConnectionCount == 0, "the end of the connection");
        Assert.Equal(("w7", 1), (Assert.Single(harness.Accounts).Key.Item2, harness.Server.Meters.LoginCount));
    }

    [Fact]
    public async Task A_miner_that_logs_in_before_the_first_template_gets_the_job_when_it_comes()
    {
        using StratumHarness harness = new(withTemplate: false);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        harness.Offer(100);
        JsonElement notify = await miner.ReadNotificationAsync("mining.notify");
        Assert.Equal("000003e8", notify.GetProperty("params")[0].GetString());
    }

    /// <summary>It is read as far as a name may go; what is said of it is its own length.</summary>
    [Fact]
    public async Task A_name_that_is_far_too_long_is_told_how_long_it_is()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        string login = new('q', 30_000);
        JsonElement answer = await miner.CallAsync($$"""{"id":3,"method":"mining.authorize","params":["{{login}}"]}""");
        Assert.Contains("the user name has 30000 characters, of which 320 are read", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_of_the_dialect_is_answered()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        (string Method, string Params, string Expected)[] calls =
        [
            ("mining.configure", """[["version-rolling","minimum-difficulty","subscribe-extranonce","info","x"],{"version-rolling.mask":"1fff0000","version-rolling.min-bit-count":2,"minimum-difficulty.value":0.25}]""",
                """{"version-rolling":true,"version-rolling.mask":"1fff0000","minimum-difficulty":true,"subscribe-extranonce":true,"info":true,"x":false}"""),
            ("mining.extranonce.subscribe", "[]", "true"),
            ("mining.suggest_difficulty", "[\"0.75\"]", "true"),
            ("mining.suggest_target", $"[\"{new string('0', 8)}{new string('f', 56)}\"]", "true"),
            ("mining.multi_version", "[4]", "true"),
            ("mining.get_transactions", "null", "[]"),
            ("mining.get_version", "[]", $"\"{StratumSession.VersionText}\""),
            ("client.get_version", "{}", $"\"{StratumSession.VersionText}\""),
            ("mining.ping", "[]", "\"pong\""),
            ("MINING.PING", "[]", "\"pong\""),
        ];
        foreach ((string method, string parameters, string expected) in calls)
        {
            JsonElement reply = await miner.CallAsync($$"""{"id":5,"method":"{{method}}","params":{{parameters}}}""");
            Assert.Equal(expected, reply.GetProperty("result").GetRawText());
            Assert.Equal(JsonValueKind.Null, reply.GetProperty("error").ValueKind);
        }
    }

    [Theory]
    [InlineData("{\"id\":7,\"method\":\"mining.hello\",\"params\":[]}", 20)]
    [InlineData("{\"id\":7,\"params\":[]}", 20)]
    [InlineData("not json", 20)]
    [InlineData("{\"id\":7,\"method\":\"mining.submit\"}", 25)]
    [InlineData("{\"id\":7,\"method\":\"mining.authorize\",\"params\":[\"nonsense\"]}", 24)]
    [InlineData("{\"id\":7,\"method\":\"mining.authorize\",\"params\":[5]}", 24)]
    [InlineData("{\"id\":7,\"method\":\"mining.configure\",\"params\":[\"x\"]}", 20)]
    [InlineData("{\"id\":7,\"method\":\"mining.suggest_difficulty\",\"params\":[{}]}", 20)]
    [InlineData("{\"id\":7,\"method\":\"mining.suggest_target\",\"params\":[\"00\"]}", 20)]
    public async Task A_wrong_line_gets_its_error_code_and_the_connection_stays(string line, int code)
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        JsonElement reply = await miner.CallAsync(line);
        Assert.Equal(code, reply.GetProperty("error")[0].GetInt32());
        Assert.NotEqual("", reply.GetProperty("error")[1].GetString());
        Assert.Equal(JsonValueKind.Null, reply.GetProperty("result").ValueKind);
        Assert.Equal("pong", (await miner.CallAsync("{\"id\":1,\"method\":\"mining.ping\"}")).GetProperty("result").GetString());
    }

    [Fact]
    public async Task Submits_before_login_and_malformed_ones_have_their_codes()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.CallAsync("""{"id":1,"method":"mining.subscribe","params":[]}""");
        Assert.Equal(24, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 1))));
        await miner.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{s_user}}","x"]}""");
        Assert.Equal(24, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", "somebody.else", "000003e8", 1))));
        Assert.Equal(21, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "00000001", 1))));
        Assert.Equal(21, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "not hex", 1))));
        foreach (string parameters in new[] { "\"j\"", "\"000003e8\",\"00\",\"66000000\",\"00000001\"", "\"000003e8\",\"0000000000000001\",5,\"00000001\"",
            "\"000003e8\",\"0000000000000001\",\"66000000\",\"zz\"", "\"000003e8\",\"00000000000000010\",\"66000000\",\"00000001\"" })
        {
            Assert.Equal(20, ErrorOf(await miner.CallAsync($$"""{"id":4,"method":"mining.submit","params":["{{s_user}}",{{parameters}}]}""")));
        }
        Assert.Empty(harness.Candidates);
        Assert.Equal(JsonValueKind.True, (await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 1))).GetProperty("result").ValueKind);
    }

    [Theory]
    [InlineData(Rejection.UnknownJob, 21)]
    [InlineData(Rejection.Stale, 21)]
    [InlineData(Rejection.Duplicate, 22)]
    [InlineData(Rejection.AboveTarget, 23)]
    [InlineData(Rejection.TimeOutOfRange, 20)]
    [InlineData(Rejection.Overloaded, 20)]
    public async Task Each_verdict_has_its_code(Rejection rejection, int code)
    {
        using StratumHarness harness = new(rule: _ => rejection);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        JsonElement reply = await miner.CallAsync(StratumHarness.Submit("\"long id beyond seven bytes\"", s_user, "000003e8", 1));
        Assert.Equal(code, ErrorOf(reply));
        Assert.Equal("long id beyond seven bytes", reply.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Pipelined_submits_are_answered_in_order_refusals_included()
    {
        using StratumHarness harness = new(rule: candidate => candidate.Nonce % 3 == 0 ? Rejection.Overloaded : Rejection.None);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        for (int round = 0; round < 10; round++)
        {
            await miner.SendRawAsync(string.Concat(Enumerable.Range(0, 64).Select(i =>
                StratumHarness.Submit($"{i}", s_user, i % 7 == 6 ? "00000bad" : "000003e8", (uint)i) + "\n")));
            for (int i = 0; i < 64; i++)
            {
                JsonElement reply = await miner.ReadReplyAsync();
                Assert.Equal(i, reply.GetProperty("id").GetInt32());
                int expected = i % 7 == 6 ? 21 : i % 3 == 0 ? 20 : 0;
                Assert.Equal(expected, reply.GetProperty("error").ValueKind == JsonValueKind.Null ? 0 : ErrorOf(reply));
            }
        }
    }

    [Fact]
    public async Task Rolled_versions_stay_inside_the_mask()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.CallAsync("""{"id":1,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"ffffffff"}]}""");
        await miner.LoginAsync(s_user);
        Assert.Equal(JsonValueKind.True, (await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 1))).GetProperty("result").ValueKind);
        Assert.Equal(JsonValueKind.True, (await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 2, "0e596000"))).GetProperty("result").ValueKind);
        Assert.Equal(20, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 3, "20000000"))));
        Assert.Equal(20, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", 4))));
        Candidate[] seen = [.. harness.Candidates];
        Assert.Equal([0x20000000u, 0x2e596000u], seen.Select(candidate => candidate.Version));
        Assert.All(seen, candidate => Assert.Equal(0x1fffe000u, candidate.VersionMask));
    }

    [Fact]
    public async Task A_job_that_forbids_rolled_bits_announces_the_smaller_mask()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.CallAsync("""{"id":1,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"ffffffff"}]}""");
        await miner.LoginAsync(s_user);
        harness.Offer(101, versionRequired: 0x10000000);
        JsonElement mask = await miner.ReadNotificationAsync("mining.set_version_mask");
        Assert.Equal("0fffe000", mask.GetProperty("params")[0].GetString());
    }

    [Fact]
    public async Task Each_job_is_graded_by_the_difficulty_it_was_sent_with_and_no_other()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        string first = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        await miner.CallAsync("""{"id":3,"method":"mining.suggest_difficulty","params":[1]}""");
        JsonElement difficulty = await miner.ReadMessageAsync();
        Assert.Equal(1, difficulty.GetProperty("params")[0].GetDouble());
        JsonElement notify = await miner.ReadMessageAsync();
        string second = notify.GetProperty("params")[0].GetString()!;
        Assert.NotEqual(first, second);
        await miner.CallAsync(StratumHarness.Submit("4", s_user, first, 1));
        await miner.CallAsync(StratumHarness.Submit("4", s_user, second, 1));
        Candidate[] seen = [.. harness.Candidates];
        Target easy = Target.FromDifficulty(0.5, harness.Options.Coin.DifficultyOne), hard = Target.FromDifficulty(1, harness.Options.Coin.DifficultyOne);
        Assert.Equal([easy, hard], seen.Select(candidate => candidate.Target));
    }

    [Fact]
    public async Task Two_notifies_never_carry_the_same_coinbase()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        HashSet<string> coinbases = [];
        for (int i = 0; i < 4; i++)
        {
            JsonElement parameters = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
            Assert.True(coinbases.Add(parameters[2].GetString()!));
            harness.Offer(200 + i);
        }
    }

    [Fact]
    public async Task A_session_resumes_with_its_extranonce_and_a_fresh_coinbase()
    {
        using StratumHarness harness = new();
        string session, extranonce1, job;
        using (TestMiner miner = await harness.ConnectAsync())
        {
            JsonElement result = (await miner.CallAsync("""{"id":1,"method":"mining.subscribe","params":["a"]}""")).GetProperty("result");
            (session, extranonce1) = (result[0][1][1].GetString()!, result[1].GetString()!);
            await miner.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{s_user}}","x"]}""");
            job = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        }
        using TestMiner again = await harness.ConnectAsync();
        JsonElement resumed = (await again.CallAsync($$"""{"id":1,"method":"mining.subscribe","params":["a","{{session}}"]}""")).GetProperty("result");
        Assert.Equal((session, extranonce1), (resumed[0][1][1].GetString()!, resumed[1].GetString()!));
        await again.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{s_user}}","x"]}""");
        Assert.NotEqual(job, (await again.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString());
        using TestMiner stranger = await harness.ConnectAsync();
        JsonElement other = (await stranger.CallAsync("""{"id":1,"method":"mining.subscribe","params":["a","00112233445566ff"]}""")).GetProperty("result");
        Assert.NotEqual(extranonce1, other[1].GetString());
    }

    [Fact]
    public async Task An_invalid_address_may_be_credited_to_the_operator()
    {
        using StratumHarness harness = new(options => options with { AcceptInvalidAddresses = true });
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync("donald");
        await miner.CallAsync(StratumHarness.Submit("4", "donald", "000003e8", 1));
        Assert.True(harness.Accounts.ContainsKey((harness.Options.OperatorAddress, "donald")));
    }

    [Fact]
    public async Task Workers_of_one_connection_are_limited()
    {
        using StratumHarness harness = new(options => options with { Limits = options.Limits with { WorkersPerConnectionMax = 2 } });
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        string address = StratumHarness.Address(7);
        Assert.Equal(JsonValueKind.True, (await miner.CallAsync($$"""{"id":3,"method":"mining.authorize","params":["{{address}}.two"]}""")).GetProperty("result").ValueKind);
        Assert.Equal(24, ErrorOf(await miner.CallAsync($$"""{"id":3,"method":"mining.authorize","params":["{{address}}.three"]}""")));
        Assert.Equal(JsonValueKind.True, (await miner.CallAsync($$"""{"id":3,"method":"mining.authorize","params":["{{address}}.two"]}""")).GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task Vardiff_raises_a_flooding_miner_within_a_second()
    {
        using StratumHarness harness = new(options => options with { Vardiff = new VardiffOptions { Start = 0.001 } });
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        string job = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        await miner.SendRawAsync(string.Concat(Enumerable.Range(0, 60).Select(i => StratumHarness.Submit("4", s_user, job, (uint)i) + "\n")));
        JsonElement raised = await miner.ReadNotificationAsync("mining.set_difficulty");
        Assert.True(raised.GetProperty("params")[0].GetDouble() >= 0.01, raised.ToString());
        Assert.True((await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[8].GetBoolean());
    }

    [Fact]
    public async Task Refused_work_is_warned_of_and_ends_the_connection_with_a_reason_and_a_cure()
    {
        using StratumHarness harness = new(rule: _ => Rejection.AboveTarget);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        List<string> messages = [];
        int refused = 0;
        for (uint i = 0; await miner.ReadAsync() is { } line;)
        {
            JsonElement message = JsonDocument.Parse(line).RootElement;
            if (!message.TryGetProperty("method", out JsonElement method))
            {
                refused += ErrorOf(message) == 23 ? 1 : 0;
                await miner.SendAsync(StratumHarness.Submit("4", s_user, "000003e8", i++));
            }
            else if (method.GetString() == "mining.notify")
            {
                await miner.SendAsync(StratumHarness.Submit("4", s_user, "000003e8", i++));
            }
            else if (method.GetString() == "client.show_message")
            {
                messages.Add(message.GetProperty("params")[0].GetString()!);
            }
        }
        Assert.Equal(26, refused);
        Assert.Equal(2, messages.Count);
        Assert.StartsWith("13 of your last 13 shares were refused (low difficulty share)", messages[0]);
        Assert.StartsWith("26 of your last 26 shares were refused (low difficulty share), so this connection ends", messages[1]);
        Assert.Contains("Sha256d", messages[1]);
    }

    [Theory]
    [InlineData(Rejection.Stale)]
    [InlineData(Rejection.Duplicate)]
    [InlineData(Rejection.Overloaded)]
    public async Task Late_repeated_and_unchecked_work_does_not_end_the_connection(Rejection rejection)
    {
        using StratumHarness harness = new(rule: _ => rejection);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        for (uint i = 0; i < 49; i++)
        {
            Assert.NotEqual(0, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, "000003e8", i))));
        }
    }

    [Fact]
    public async Task Repeated_work_gets_another_coinbase_and_a_minute_full_of_it_ends_the_connection()
    {
        using StratumHarness harness = new(rule: _ => Rejection.Duplicate);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        string first = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        for (uint i = 0; i < 6; i++)
        {
            Assert.Equal(22, ErrorOf(await miner.CallAsync(StratumHarness.Submit("4", s_user, first, 1))));
        }
        Assert.NotEqual(first, (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString());
        await miner.SendRawAsync(string.Concat(Enumerable.Repeat(StratumHarness.Submit("4", s_user, first, 1) + "\n", 60)));
        string? last = null;
        while (await miner.ReadAsync() is { } line)
        {
            last = line.Contains("show_message", StringComparison.Ordinal) ? line : last;
        }
        Assert.Contains("repeated shares", last);
    }

    [Fact]
    public async Task Shares_beyond_the_budget_are_worth_a_look_for_a_block_only()
    {
        using StratumHarness harness = new(
            options => options with { Vardiff = new VardiffOptions { Start = 0.001, Max = 0.001 } }, time: new HeldClock());
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        string job = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        await miner.SendRawAsync(string.Concat(Enumerable.Range(0, 200).Select(i => StratumHarness.Submit("4", s_user, job, (uint)i) + "\n")));
        int good = 0, beyond = 0;
        while (good + beyond < 200)
        {
            JsonElement reply = await miner.ReadReplyAsync();
            good += reply.GetProperty("error").ValueKind == JsonValueKind.Null ? 1 : 0;
            beyond += reply.GetRawText().Contains("too many shares", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.Equal(50, good);
        Assert.Equal(good, harness.Candidates.Count(static candidate => !candidate.IsOverBudget));
        Assert.Equal(beyond, harness.Candidates.Count(static candidate => candidate.IsOverBudget));
    }

    private static int ErrorOf(JsonElement reply) => reply.GetProperty("error")[0].GetInt32();
}
