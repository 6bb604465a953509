using System.Text;
using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The client of the cgminer API against the vectors and against a simulator with every quirk.</summary>
public sealed class FleetCgminerTests : IDisposable
{
    private readonly FleetTransport _transport = new(TimeProvider.System) { Waits = FleetVectors.Short };

    public void Dispose() => _transport.Dispose();

    [Fact]
    public void The_captured_exchanges_are_understood()
    {
        foreach (JsonElement exchange in FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray().Where(static one => one.TryGetProperty("recv", out _)))
        {
            string text = exchange.GetProperty("recv").GetString()!;
            TolerantReply reply = CgminerClient.Parse(Encoding.UTF8.GetBytes(text));
            Assert.Equal((0, false), (reply.Repairs, reply.Truncated));
            if (!exchange.GetProperty("send").GetString()!.Contains('+', StringComparison.Ordinal))
            {
                Assert.NotNull(CgminerStatus.Of(reply.Root));
            }
        }
    }

    [Fact]
    public void Escapes_of_the_text_form_are_undone()
    {
        TolerantReply reply = CgminerText.Read("STATUS=S,Code=7,Msg=1 Pool(s)|POOL=0,URL=stratum+tcp://h:1,User=w\\,1\\|a\\=b,Note=back\\\\slash|\0"u8);
        JsonElement pool = reply.Root!.Value.GetProperty("POOLS")[0];
        Assert.Equal("w,1|a=b", pool.GetProperty("User").GetString());
        Assert.Equal("back\\slash", pool.GetProperty("Note").GetString());
        Assert.Equal(7, CgminerStatus.Of(reply.Root)!.Code);
    }

    [Fact]
    public void A_joined_reply_of_the_vectors_comes_apart()
    {
        string text = FleetVectors.Of("cgminer_api").GetProperty("exchanges").EnumerateArray()
            .Single(static one => one.GetProperty("send").GetString()!.Contains('+', StringComparison.Ordinal)).GetProperty("recv").GetString()!;
        CgminerReply joined = new("", CgminerClient.Parse(Encoding.UTF8.GetBytes(text)), text);
        Dictionary<string, CgminerReply> parts = CgminerClient.Split(joined, ["version", "bogus", "asc", "switchpool"]);
        Assert.Equal([22, 14, 45, 45], parts.Values.Select(static part => part.Status!.Code!.Value));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("split")]
    [InlineData("no nul")]
    [InlineData("no close")]
    [InlineData("no nul, no close")]
    [InlineData("text")]
    [InlineData("no join")]
    [InlineData("64 KiB")]
    public async Task A_device_is_read_through_every_quirk(string quirk)
    {
        CgminerDevice device = new();
        device.Quirks.Pieces = quirk == "split" ? 7 : null;
        device.Quirks.BetweenPieces = TimeSpan.FromTicks(1);
        device.Quirks.NoNul = quirk.Contains("no nul", StringComparison.Ordinal);
        device.Quirks.NoClose = quirk.Contains("no close", StringComparison.Ordinal);
        device.Quirks.TextOnly = quirk == "text";
        device.Quirks.NoJoin = quirk == "no join";
        device.Quirks.PadTo = quirk == "64 KiB" ? 65_536 : null;
        await using CgminerServer server = new(device);
        FleetReading reading = await new CgminerDriver(_transport).ReadAsync(FleetVectors.Target(server.Port), default);
        Assert.Equal(FleetState.Mining, reading.State);
        Assert.Equal(485.35e6, reading.Rates.FiveSeconds);
        Assert.Equal((101UL, 2UL, 3UL), (reading.Shares.Accepted, reading.Shares.Rejected, reading.Shares.Stale));
        Assert.Equal("w,1|a=b", Assert.Single(reading.Pools).User);
        Assert.Equal(41.5, Assert.Single(reading.Chains).TemperatureC);
        Assert.Equal("4.13.6", reading.Identity.Version);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795360093), reading.DeviceTime);
        Assert.Equal(0, reading.Repairs);
        Assert.Equal($"address:127.0.0.1:{server.Port}", reading.Id);
    }

    [Fact]
    public async Task A_device_that_does_not_join_is_remembered()
    {
        CgminerDevice device = new() { Quirks = { NoJoin = true } };
        await using CgminerServer server = new(device);
        await _transport.Cgminer.AskAllAsync(FleetVectors.Target(server.Port), ["summary", "pools"], default);
        Assert.Equal(3, server.Connections);
        await _transport.Cgminer.AskAllAsync(FleetVectors.Target(server.Port), ["summary", "pools"], default);
        Assert.Equal(5, server.Connections);
    }

    [Fact]
    public async Task Repairs_are_counted_and_shown()
    {
        CgminerDevice device = new();
        device.Quirks.Rewrite = static (_, text) => text.Replace("\"MHS 5s\":485.35", "\"MHS 5s\":inf", StringComparison.Ordinal).Replace("}]", ",}]", StringComparison.Ordinal);
        await using CgminerServer server = new(device);
        FleetReading reading = await new CgminerDriver(_transport).ReadAsync(FleetVectors.Target(server.Port), default);
        Assert.Null(reading.Rates.FiveSeconds);
        Assert.True(reading.Repairs > 5);
        Assert.Equal(724.96e6, reading.Rates.OneMinute);
    }

    [Theory]
    [InlineData("truncated", FleetFault.Malformed)]
    [InlineData("silent", FleetFault.Timeout)]
    [InlineData("closes", FleetFault.Unreachable)]
    [InlineData("html", FleetFault.Malformed)]
    [InlineData("too big", FleetFault.TooBig)]
    public async Task What_cannot_be_read_is_named(string what, FleetFault fault)
    {
        CgminerDevice device = new();
        device.Quirks.TruncateAt = what == "truncated" ? 0 : null;
        device.Quirks.Silent = what == "silent";
        device.Quirks.ClosesAtOnce = what == "closes";
        device.Quirks.PadTo = what == "too big" ? 70_000 : null;
        device.Quirks.Rewrite = what == "html" ? static (_, _) => "<html>no</html>" : null;
        await using CgminerServer server = new(device);
        FleetException thrown = await Assert.ThrowsAsync<FleetException>(() => _transport.Cgminer.AskAsync(FleetVectors.Target(server.Port), "summary"));
        Assert.Equal(fault, thrown.Fault);
        Assert.Contains($"127.0.0.1:{server.Port}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_breaks_off_keeps_its_closed_sections()
    {
        CgminerDevice device = new() { Quirks = { TruncateAt = 200 } };
        await using CgminerServer server = new(device);
        CgminerReply reply = await _transport.Cgminer.AskAsync(FleetVectors.Target(server.Port), "summary");
        Assert.True(reply.Body.Truncated);
        Assert.Equal(11, reply.Status!.Code);
        Assert.Null(reply.First("SUMMARY"));
    }

    [Fact]
    public async Task One_device_sees_one_connection_at_a_time()
    {
        CgminerDevice device = new() { Quirks = { Pieces = 50 } };
        await using CgminerServer server = new(device);
        FleetTarget target = FleetVectors.Target(server.Port);
        // The simulator serves one after the other; without turns the later ones would wait inside their 5 s.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _transport.Cgminer.AskAsync(target, "version")));
        Assert.Equal(6, server.Connections);
        Assert.Equal(0, _transport.Gates.Count);
    }

    [Fact]
    public async Task Pools_are_changed_without_losing_the_one_mined_on()
    {
        await using CgminerServer server = new(new CgminerDevice { Quirks = { StaysActive = 2 } });
        FleetOutcome outcome = await SetAsync(server, FleetVectors.Pool("one.bench.example", "u,1"), FleetVectors.Pool("two.bench.example"));
        Assert.Equal(FleetResult.Done, outcome.Result);
        Assert.Equal(["stratum+tcp://one.bench.example:4444", "stratum+tcp://two.bench.example:4444"], server.Device.Pools.OrderBy(static pool => pool.Priority).Select(static pool => pool.Url));
        Assert.Equal(("u,1", "new-pool-secret"), (server.Device.Pools[server.Device.Active].User, server.Device.Pools[server.Device.Active].Password));
        Assert.True(server.Device.Saved);
        Assert.True(server.Device.Journal.IndexOf("removepool") > server.Device.Journal.IndexOf("switchpool"));
    }

    [Fact]
    public async Task A_pool_that_does_not_come_alive_is_taken_back()
    {
        CgminerDevice device = new() { Quirks = { DeadPools = { "stratum+tcp://dead.bench.example:4444" } } };
        await using CgminerServer server = new(device);
        FleetOutcome outcome = await SetAsync(server, FleetVectors.Pool("dead.bench.example"));
        Assert.Equal((FleetResult.Failed, true), (outcome.Result, outcome.RolledBack));
        Assert.Equal("stratum+tcp://old.bench.example:3333", Assert.Single(device.Pools).Url);
        Assert.DoesNotContain("switchpool", device.Journal);
    }

    [Theory]
    [InlineData("pool.example", "is not of the form")]
    [InlineData("stratum+tcp://pool.example:0", "is not of the form")]
    [InlineData("http://pool.example:80", "allowed are stratum+tcp")]
    [InlineData("stratum+tcp://po ol:3333", "is not of the form")]
    [InlineData("stratum+tcp://-:3333", "names no host")]
    public void An_address_of_a_pool_is_judged_without_asking_the_device(string url, string sentence)
    {
        FleetTarget nobody = FleetVectors.Target(1);
        FleetOutcome? refused = new CgminerDriver(_transport).RefusalOf(nobody, new SetPoolsOrder([new FleetPool(url, "me", new FleetSecret("x"))]));
        Assert.Equal(FleetResult.Refused, refused!.Result);
        Assert.Contains(sentence, refused.Sentence, StringComparison.Ordinal);
        Assert.Null(new CgminerDriver(_transport).RefusalOf(nobody, new SetPoolsOrder([new FleetPool("stratum+tcp://pool.example:3333", "me", new FleetSecret("x"))])));
        Assert.Equal(FleetResult.Denied, new AntminerDriver(_transport).RefusalOf(nobody, new RebootOrder())!.Result);
        Assert.Equal(FleetResult.Unsupported, new CgminerDriver(_transport).RefusalOf(nobody, new RebootOrder())!.Result);
    }

    [Theory]
    [InlineData("a\"b", "quote")]
    [InlineData("*****", "asterisks")]
    [InlineData("a\nb", "control")]
    public async Task Passwords_that_break_a_device_are_refused_before_anything_is_sent(string password, string why)
    {
        await using CgminerServer server = new(new CgminerDevice());
        FleetOutcome outcome = await SetAsync(server, FleetVectors.Pool("one.bench.example", password: password));
        Assert.Equal(FleetResult.Refused, outcome.Result);
        Assert.Contains(why, outcome.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Orders_go_through_and_denials_name_the_next_step()
    {
        await using CgminerServer server = new(new CgminerDevice());
        CgminerDriver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.False(server.Device.Enabled);
        Assert.Equal(FleetState.Paused, (await driver.ReadAsync(target, default)).State);
        Assert.Equal(FleetResult.Already, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new ResumeOrder(), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new LocateOrder(true), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new RestartOrder(), default)).Result);
        Assert.Equal(FleetResult.Unsupported, (await driver.DoAsync(target, new SetClockOrder(500), default)).Result);
        server.Device.Quirks.ReadOnly = true;
        FleetOutcome denied = await driver.DoAsync(target, new SetPoolsOrder([FleetVectors.Pool("one.bench.example")]), default);
        Assert.Equal(FleetResult.Denied, denied.Result);
        Assert.Contains("api-allow", denied.Sentence, StringComparison.Ordinal);
    }

    private Task<FleetOutcome> SetAsync(CgminerServer server, params FleetPool[] pools) =>
        new CgminerDriver(_transport).DoAsync(FleetVectors.Target(server.Port), new SetPoolsOrder(pools), default);
}
