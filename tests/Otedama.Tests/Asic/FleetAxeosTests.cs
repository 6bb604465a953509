using System.Net;
using System.Text;
using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The drivers of AxeOS and NerdQAxe against the vector and the simulator.</summary>
public sealed class FleetAxeosTests : IAsyncDisposable
{
    private readonly FleetTransport _transport = new(TimeProvider.System) { Waits = FleetVectors.Short };
    private readonly AxeosServer _server = new(new AxeosDevice(TimeProvider.System) { StartsIn = TimeSpan.FromMilliseconds(50) });
    private readonly AxeosDriver _driver;

    public FleetAxeosTests() => _driver = new AxeosDriver(_transport);

    private AxeosDevice Device => _server.Device;

    private FleetTarget Target => FleetVectors.Target(_server.Port);

    public ValueTask DisposeAsync()
    {
        _transport.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public void The_vector_is_read_in_the_normal_form()
    {
        JsonElement info = FleetVectors.Of("axeos_info_minimal").GetProperty("json");
        FleetReading reading = AxeosReader.Read(info, null, new ReadingFrame("axeos", "192.0.2.1:80", DateTimeOffset.UnixEpoch), 0);
        Assert.Equal(("aa:bb:cc:dd:ee:ff", FleetState.Mining), (reading.Id, reading.State));
        Assert.Equal(("BM1370", "601", "v2.14.2", "ota_0"), (reading.Identity.Chip, reading.Identity.Board, reading.Identity.Version, reading.Identity.Slot));
        Assert.Equal((1071.2e9, 1069.1e9, 1068.4e9), (reading.Rates.FiveSeconds!.Value, reading.Rates.TenMinutes!.Value, reading.Rates.OneHour!.Value));
        Assert.Equal((61.5, 64.0), (reading.Temperatures.ChipMax, reading.Temperatures.Regulator));
        Assert.Equal((17.9, 5.063, 1.146), (reading.Power.Watts, reading.Power.InputVolts, reading.Power.CoreVolts));
        Assert.Equal(new FanReading(0, 4800, 55), Assert.Single(reading.Fans));
        Assert.Equal(1UL, reading.Shares.RejectedBy["Job not found"]);
        PoolReading pool = Assert.Single(reading.Pools);
        Assert.Equal(("stratum+tcp://127.0.0.1:3333", "w.1", true), (pool.Url, pool.User, pool.Active));
        Assert.Equal((-48, "Reset due to power-on event"), (reading.WifiSignal, reading.ResetReason));
        Assert.Equal(5UL, Assert.Single(reading.Chains).HardwareErrors);
        Assert.Null(reading.Temperatures.Board);
    }

    [Theory]
    [InlineData("4.29G", 4.29e9)]
    [InlineData("45678", 45678)]
    [InlineData("1.2 k", 1200)]
    public void Best_differences_have_suffixes(string text, double value) => Assert.Equal(value, AxeosReader.Suffixed(text)!.Value, value * 1e-9);

    [Fact]
    public async Task A_device_is_read_and_its_older_releases_too()
    {
        FleetReading reading = await _driver.ReadAsync(Target, default);
        Assert.Equal(("Gamma", 1, FleetState.Mining), (reading.Identity.Model, reading.Identity.ChipCount, reading.State));
        Assert.Equal(2, reading.Pools.Count);
        Device.Faults.MissingPaths.Add("/api/system/asic");
        Device.Faults.MissingFields.UnionWith(["pools", "hashRate_1m", "hashRate_1h", "hashRate_10m", "miningPaused", "expectedHashrate", "hashrateMonitor"]);
        FleetReading old = await _driver.ReadAsync(Target, default);
        Assert.Equal((null, null, FleetState.Mining), (old.Identity.Model, old.Rates.OneHour, old.State));
        Assert.Equal(old.Rates.FiveSeconds, old.Rates.TenMinutes);
        Assert.Equal(2, old.Pools.Count);
    }

    [Fact]
    public async Task Orders_are_carried_out()
    {
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new PauseOrder(), default)).Result);
        Assert.Equal(FleetState.Paused, (await _driver.ReadAsync(Target, default)).State);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new ResumeOrder(), default)).Result);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new LocateOrder(true), default)).Result);
        Assert.True(Device.Blinks);
        Assert.Equal(FleetResult.Unsupported, (await _driver.DoAsync(Target, new SetModeOrder("sleep"), default)).Result);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new RebootOrder(), default)).Result);
        Assert.Equal(1, Device.Restarts);
    }

    [Fact]
    public async Task Clock_and_voltage_stay_inside_the_options_unless_unlocked()
    {
        FleetOutcome refused = await _driver.DoAsync(Target, new SetClockOrder(700), default);
        Assert.Equal(FleetResult.Refused, refused.Result);
        Assert.Contains("400, 490, 525", refused.Sentence, StringComparison.Ordinal);
        Assert.Equal(FleetResult.Refused, (await _driver.DoAsync(Target, new SetVoltageOrder(1.3), default)).Result);
        Assert.Equal(525, Device.Nvs["frequency"].GetValue<int>());
        Assert.Equal(FleetResult.Already, (await _driver.DoAsync(Target, new SetClockOrder(525), default)).Result);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new SetClockOrder(550), default)).Result);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target, new SetVoltageOrder(1.2), default)).Result);
        Assert.Equal(FleetResult.Done, (await _driver.DoAsync(Target with { Unlocked = true }, new SetClockOrder(700), default)).Result);
        Assert.Equal(("700", "1200"), (Device.Nvs["frequency"].ToJsonString(), Device.Nvs["coreVoltage"].ToJsonString()));
        Device.Faults.MissingPaths.Add("/api/system/asic");
        Assert.Equal(FleetResult.Refused, (await _driver.DoAsync(Target, new SetClockOrder(550), default)).Result);
    }

    [Fact]
    public async Task New_pools_take_other_places_and_the_old_go_when_the_new_works()
    {
        FleetOutcome outcome = await _driver.DoAsync(Target, new SetPoolsOrder([FleetVectors.Pool("new.bench.example"), FleetVectors.Pool("two.bench.example")]), default);
        Assert.Equal(FleetResult.Done, outcome.Result);
        FleetReading reading = await _driver.ReadAsync(Target, default);
        Assert.Equal(["stratum+tcp://new.bench.example:4444", "stratum+tcp://two.bench.example:4444"], reading.Pools.OrderBy(static pool => pool.Priority).Select(static pool => pool.Url));
        Assert.DoesNotContain("*****", Device.Nvs["pools"].ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("new-pool-secret", Device.Nvs["pools"].ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pool_that_does_not_work_is_taken_back(bool numbered)
    {
        if (!numbered)
        {
            Device.Faults.MissingFields.UnionWith(["pools", "primaryPoolIndex", "secondaryPoolIndex"]);
        }
        Device.Faults.DeadPools.Add("dead.bench.example");
        FleetOutcome outcome = await _driver.DoAsync(Target, new SetPoolsOrder([FleetVectors.Pool("dead.bench.example")]), default);
        Assert.Equal((FleetResult.Failed, true), (outcome.Result, outcome.RolledBack));
        await Patience.UntilAsync(() => Device.IsUp);
        FleetReading reading = await _driver.ReadAsync(Target, default);
        Assert.Equal(["stratum+tcp://pool.bench.example:3333", "stratum+tcp://spare.bench.example:3334"], reading.Pools.Select(static pool => pool.Url));
        Assert.True(reading.Pools[0].Active);
        Assert.Equal(!numbered, outcome.Sentence.Contains("cannot be read", StringComparison.Ordinal));
        Assert.DoesNotContain("*****", string.Concat(Device.Nvs.Values.Select(static value => value.ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_order_of_pools_is_refused()
    {
        Assert.Equal(FleetResult.Refused, (await _driver.DoAsync(Target, new SetPoolsOrder([]), default)).Result);
        Assert.Equal(FleetResult.Refused, (await _driver.DoAsync(Target, new SetPoolsOrder([FleetVectors.Pool("h", password: "*****")]), default)).Result);
        Assert.Equal(FleetResult.Refused, (await _driver.DoAsync(Target, new SetPoolsOrder([new FleetPool("nowhere", "u", new FleetSecret("x"))]), default)).Result);
        Assert.Equal(0, Device.Restarts);
    }

    [Fact]
    public async Task Faults_are_named_with_the_next_step()
    {
        Device.Faults.RefusesAddress = true;
        FleetException denied = await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(Target, default));
        Assert.Equal(FleetFault.Denied, denied.Fault);
        Assert.Contains("private IPv4", denied.Message, StringComparison.Ordinal);
        FleetException six = await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(Target with { Address = IPAddress.IPv6Loopback }, default));
        Assert.Equal(FleetFault.Unsupported, six.Fault);
        FleetException nobody = await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(FleetVectors.Target(FreePort.Next()), default));
        Assert.Equal(FleetFault.Unreachable, nobody.Fault);
        Device.Faults.RefusesAddress = false;
        Device.Faults.MissingPaths.Add("/api/system/pause");
        FleetOutcome old = await _driver.DoAsync(Target, new PauseOrder(), default);
        Assert.Equal(FleetResult.Unsupported, old.Result);
    }

    [Fact]
    public async Task The_second_factor_goes_with_every_write_of_the_fork()
    {
        List<string?> codes = [];
        await using BenchHttpServer server = new(async exchange =>
        {
            codes.Add(exchange.Headers.GetValueOrDefault("X-TOTP"));
            await exchange.AllBodyAsync();
            await exchange.ReplyAsync(exchange.Method == "GET" || codes[^1] is { Length: 6 } ? 200 : 401,
                exchange.Path.EndsWith("info", StringComparison.Ordinal)
                    ? """{"ASICModel":"BM1370","deviceModel":"NerdQAxe++","asicCount":4,"hashRate":4900.5,"temp":55,"fans":[{"rpm":3000,"speedPerc":40}],"macAddr":"02:00:00:00:00:01"}""" : "{}");
        });
        NerdQaxeDriver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port, new FleetCredentials("", new FleetSecret("")) { Totp = new FleetSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") });
        FleetReading reading = await driver.ReadAsync(target, default);
        Assert.Equal(("NerdQAxe", 4, "nerdqaxe"), (reading.Identity.Family, reading.Identity.ChipCount, reading.Driver));
        Assert.Equal(new FanReading(0, 3000, 40), Assert.Single(reading.Fans));
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new RestartOrder(), default)).Result);
        Assert.Matches("^[0-9]{6}$", codes[^1]);
        Assert.Equal(FleetResult.Denied, (await driver.DoAsync(target with { Credentials = null }, new RestartOrder(), default)).Result);
    }

    [Fact]
    public async Task Replies_that_are_no_info_are_malformed_and_bounded()
    {
        string body = "[]";
        await using BenchHttpServer server = new(exchange => exchange.ReplyAsync(200, body));
        FleetTarget target = FleetVectors.Target(server.Port);
        Assert.Equal(FleetFault.Malformed, (await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(target, default))).Fault);
        body = new string(' ', FleetHttp.BodyLimit + 1);
        Assert.Equal(FleetFault.TooBig, (await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(target, default))).Fault);
        body = """{"ASICModel":"BM1370","hashRate":""";
        Assert.Equal(FleetFault.Truncated, (await Assert.ThrowsAsync<FleetException>(() => _driver.ReadAsync(target, default))).Fault);
    }
}
