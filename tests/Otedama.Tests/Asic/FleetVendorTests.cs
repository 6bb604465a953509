using System.Diagnostics;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The drivers of the vendors, each against its simulator.</summary>
public sealed class FleetVendorTests : IDisposable
{
    private readonly FleetTransport _transport = new(TimeProvider.System) { Waits = FleetVectors.Short };

    public void Dispose() => _transport.Dispose();

    [Fact]
    public async Task An_antminer_is_read_through_its_web_interface()
    {
        await using AntminerServer server = new();
        FleetReading reading = await new AntminerDriver(_transport).ReadAsync(Root(server), default);
        Assert.Equal(("02:11:22:33:44:55", "Antminer S19 Pro", FleetState.Mining), (reading.Id, reading.Identity.Model, reading.State));
        Assert.Equal((110123.4e9, 109876.5e9, 110000e9), (reading.Rates.FiveSeconds!.Value, reading.Rates.ThirtyMinutes!.Value, reading.Rates.Expected!.Value));
        Assert.Equal((4, 5, 72.0), (reading.Chains[0].ChipsFound, reading.Chains[0].ChipsExpected, reading.Temperatures.ChipMax));
        Assert.False(reading.Chains[0].Chips[3].Answers && reading.Chains[0].Chips[4].Answers);
        Assert.Equal((500UL, 5UL, 1UL), (reading.Shares.Accepted, reading.Shares.Rejected, reading.Shares.Stale));
        Assert.Equal("Alive", Assert.Single(reading.Pools).Status);
    }

    [Fact]
    public async Task An_antminer_wants_its_password()
    {
        await using AntminerServer server = new();
        FleetTarget wrong = FleetVectors.Target(server.Port, new FleetCredentials("root", new FleetSecret("wrong-password")));
        FleetException thrown = await Assert.ThrowsAsync<FleetException>(() => new AntminerDriver(_transport).ReadAsync(wrong, default));
        Assert.Equal(FleetFault.Denied, thrown.Fault);
        Assert.DoesNotContain("wrong-password", thrown.ToString(), StringComparison.Ordinal);
        Assert.Equal(FleetResult.Denied, (await new AntminerDriver(_transport).DoAsync(wrong with { Credentials = null }, new RebootOrder(), default)).Result);
        Assert.Equal(FleetResult.Denied, (await new AntminerDriver(_transport).DoAsync(wrong, new RebootOrder(), default)).Result);
        Assert.Equal(0, server.Reboots);
    }

    [Fact]
    public async Task Curl_agrees_with_the_digest_of_the_simulator()
    {
        await using AntminerServer server = new();
        ProcessStartInfo start = new("curl") { RedirectStandardOutput = true };
        foreach (string argument in (string[])["-s", "--max-time", "60", "--digest", "-u", $"{server.User}:{server.Password}", $"http://127.0.0.1:{server.Port}/cgi-bin/get_system_info.cgi"])
        {
            start.ArgumentList.Add(argument);
        }
        Process? curl;
        try
        {
            curl = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("curl is not installed here");
            return;
        }
        string reply = await curl!.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Antminer S19 Pro", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_antminers_configuration_is_changed_as_a_whole_and_compared()
    {
        await using AntminerServer server = new();
        AntminerDriver driver = new(_transport);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(Root(server), new PauseOrder(), default)).Result);
        Assert.Equal("1", server.Conf["miner-mode"]!.ToJsonString());
        Assert.Equal(FleetResult.Already, (await driver.DoAsync(Root(server), new SetModeOrder("sleep"), default)).Result);
        FleetOutcome pools = await driver.DoAsync(Root(server), new SetPoolsOrder([FleetVectors.Pool("new.bench.example")]), default);
        Assert.Equal(FleetResult.Done, pools.Result);
        Assert.Equal(("new-pool-secret", "675", 3), (server.Conf["pools"]![0]!["pass"]!.ToString(), server.Conf["bitmain-freq"]!.ToString(), server.Conf["pools"]!.AsArray().Count));
        Assert.DoesNotContain(server.Conf.Select(static one => one.Key), static key => key == "bitmain-fan-pwn");
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(Root(server), new LocateOrder(true), default)).Result);
        Assert.True(server.Blinks);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(Root(server), new RebootOrder(), default)).Result);
        Assert.Equal(1, server.Reboots);
    }

    [Fact]
    public async Task An_antminer_that_ignores_or_masks_is_found_out()
    {
        await using AntminerServer server = new() { IgnoresWrites = true };
        AntminerDriver driver = new(_transport);
        FleetOutcome ignored = await driver.DoAsync(Root(server), new SetModeOrder("low"), default);
        Assert.Equal(FleetResult.Failed, ignored.Result);
        Assert.Contains("miner-mode", ignored.Sentence, StringComparison.Ordinal);
        server.MasksPasswords = true;
        int writes = server.Writes;
        Assert.Equal(FleetResult.Refused, (await driver.DoAsync(Root(server), new SetModeOrder("low"), default)).Result);
        Assert.Equal(writes, server.Writes);
    }

    [Fact]
    public async Task A_whatsminer_of_version_2_is_read_and_told()
    {
        await using WhatsminerV2Server server = new(new WhatsminerState());
        WhatsminerV2Driver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port, new FleetCredentials("admin", new FleetSecret(server.State.Password)));
        FleetReading reading = await driver.ReadAsync(target, default);
        Assert.Equal(("c6:07:20:00:1e:c2", "M30S+VE40", "20220125.13.Rel"), (reading.Id, reading.Identity.Model, reading.Identity.Version));
        Assert.Equal((86500000.5e6, 86000e9, 3300.0, 88.8), (reading.Rates.FiveSeconds!.Value, reading.Rates.Expected!.Value, reading.Power.Watts, reading.Temperatures.ChipMax));
        Assert.Equal((3, 111, "error 531"), (reading.Chains.Count, reading.Chains[0].ChipsFound, reading.Errors[0]));
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.Equal(FleetState.Paused, (await driver.ReadAsync(target, default)).State);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new ResumeOrder(), default)).Result);
        Assert.Equal(1, server.Tokens);
        server.TokensLapse = true;
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetPowerOrder(null, 80), default)).Result);
        Assert.Equal(2, server.Tokens);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetModeOrder("low"), default)).Result);
        Assert.Equal(["power_off true", "power_on", "set_power_pct 80", "set_low_power"], server.State.Written);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetPoolsOrder([FleetVectors.Pool("new.bench.example")]), default)).Result);
        Assert.Equal("new-pool-secret", Assert.Single(server.State.Pools).Password);
        server.State.WritesEnabled = false;
        FleetOutcome denied = await driver.DoAsync(target, new RebootOrder(), default);
        Assert.Equal(FleetResult.Denied, denied.Result);
        Assert.Contains("Enable its API", denied.Sentence, StringComparison.Ordinal);
        FleetTarget wrong = target with { Credentials = new FleetCredentials("admin", new FleetSecret("another")) };
        Assert.Equal(FleetResult.Denied, (await driver.DoAsync(wrong, new RebootOrder(), default)).Result);
    }

    [Fact]
    public async Task A_whatsminer_of_version_3_is_read_and_told()
    {
        await using WhatsminerV3Server server = new(new WhatsminerState());
        WhatsminerV3Driver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port, new FleetCredentials("super", new FleetSecret(server.State.Password)));
        FleetReading reading = await driver.ReadAsync(target, default);
        Assert.Equal(("ca:01:14:00:04:eb", "M60S_VK40", FleetState.Mining), (reading.Id, reading.Identity.Model, reading.State));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1), reading.DeviceTime);
        Assert.Equal((101.9e12, 101.366e12, 3268.0, 12.09), (reading.Rates.FiveSeconds!.Value, reading.Rates.Expected!.Value, reading.Power.Watts!.Value, reading.Power.CoreVolts!.Value), Near);
        Assert.Equal((160, 72.3, "error 531: Slot1 not found."), (reading.Chains[0].ChipsFound, reading.Temperatures.Board, reading.Errors[0]));
        Assert.DoesNotContain("abcd1234", string.Concat(reading.Raw.Values), StringComparison.Ordinal);
        Assert.Equal(("normal", 3500.0), ((await driver.TuningAsync(target, default)).Mode, (await driver.TuningAsync(target, default)).MaxWatts));
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.Equal(FleetState.Paused, (await driver.ReadAsync(target, default)).State);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetPowerOrder(3000, null), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetPoolsOrder([FleetVectors.Pool("new.bench.example")]), default)).Result);
        Assert.Equal("new-pool-secret", Assert.Single(server.State.Pools).Password);
        Assert.Equal(["set.miner.service \"stop\"", "set.miner.power_limit 3000", "set.miner.pools"], server.State.Written);
        Assert.Equal(FleetResult.Denied, (await driver.DoAsync(target with { Credentials = new FleetCredentials("super", new FleetSecret("wrong")) }, new RebootOrder(), default)).Result);
        server.Announces = uint.MaxValue;
        Assert.Equal(FleetFault.TooBig, (await Assert.ThrowsAsync<FleetException>(() => driver.ReadAsync(target, default))).Fault);
        server.Announces = 60_000;
        Assert.Equal(FleetFault.Truncated, (await Assert.ThrowsAsync<FleetException>(() => driver.ReadAsync(target, default))).Fault);
    }

    [Fact]
    public async Task An_avalon_is_read_and_told()
    {
        List<string> set = [];
        await using CgminerServer server = AvalonBench.Start(set);
        AvalonDriver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port);
        FleetReading reading = await driver.ReadAsync(target, default);
        Assert.Equal(("b4:a2:eb:31:aa:bb", "AvalonMiner 1246-83", "Avalon"), (reading.Id, reading.Identity.Model, reading.Identity.Family));
        Assert.Equal((83.0, 31.0, 3213.0), (reading.Temperatures.ChipMax, reading.Temperatures.Inlet, reading.Power.Watts));
        Assert.Equal((3, 29300.1e9, 83.0), (reading.Chains.Count, reading.Chains[0].Rate!.Value, reading.Chains[0].TemperatureC));
        Assert.Equal([5431.0, 5445.0], reading.Fans.Select(static fan => fan.Rpm!.Value));
        Assert.Equal("ECHU[0 0 16]", Assert.Single(reading.Errors));
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new LocateOrder(false), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetModeOrder("1"), default)).Result);
        Assert.Equal(FleetResult.Refused, (await driver.DoAsync(target, new SetModeOrder("9"), default)).Result);
        Assert.StartsWith("0,softoff,1:", set[0], StringComparison.Ordinal);
        Assert.Equal(["0,led,1-0", "0,worklevel,set,1"], set[1..]);
    }

    [Fact]
    public async Task Pools_that_do_not_come_alive_are_taken_back()
    {
        FleetPool dead = FleetVectors.Pool("dead.bench.example");
        await using AntminerServer antminer = new() { DeadPools = { dead.Url } };
        string before = antminer.Conf.ToJsonString();
        FleetOutcome outcome = await new AntminerDriver(_transport).DoAsync(Root(antminer), new SetPoolsOrder([dead]), default);
        Assert.Equal((FleetResult.Failed, true, before), (outcome.Result, outcome.RolledBack, antminer.Conf.ToJsonString()));
        WhatsminerState state = new() { DeadPools = { dead.Url } };
        await using WhatsminerV2Server two = new(state);
        outcome = await new WhatsminerV2Driver(_transport).DoAsync(
            FleetVectors.Target(two.Port, new FleetCredentials("admin", new FleetSecret(state.Password))), new SetPoolsOrder([dead]), default);
        Assert.Equal((FleetResult.Failed, true), (outcome.Result, outcome.RolledBack));
        Assert.Equal(("stratum+tcp://old.bench.example:3333", "w.1", "x"), (state.Pools[0].Url, state.Pools[0].User, state.Pools[0].Password));
        Assert.Contains("each is now \"x\"", outcome.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scanner_of_brackets_takes_spaces_and_brackets_in_values()
    {
        IReadOnlyDictionary<string, string> items = AvalonStats.Scan("'STATS':x Ver[a b] SYSTEMSTATU[Work: In [Work], 3] E[] CRC[0 0");
        Assert.Equal(["Ver", "SYSTEMSTATU", "E"], items.Keys);
        Assert.Equal("Work: In [Work], 3", items["SYSTEMSTATU"]);
    }

    [Fact]
    public async Task Braiins_is_read_only_and_says_so()
    {
        CgminerDevice device = new();
        device.Fixed["version"] = """{"STATUS":[{"STATUS":"S","Code":22,"Msg":"BOSer versions","Description":"BOSer boser-openwrt 0.1.0"}],"VERSION":[{"API":"3.7","BOSer":"boser-openwrt 0.1.0-26ba61b9"}],"id":1}""";
        device.Fixed["temps"] = """{"STATUS":[{"STATUS":"S","Code":201,"Msg":"2 Temps"}],"TEMPS":[{"Board":61.5,"Chip":75.5,"ID":6,"TEMP":0},{"Board":60.0,"Chip":77.0,"ID":7,"TEMP":1}],"id":1}""";
        device.Fixed["fans"] = """{"STATUS":[{"STATUS":"S","Code":202,"Msg":"1 Fan"}],"FANS":[{"FAN":0,"ID":0,"RPM":4800,"Speed":70}],"id":1}""";
        device.Fixed["tunerstatus"] = """{"STATUS":[{"STATUS":"S","Code":204,"Msg":"Tuner"}],"TUNERSTATUS":[{"ApproximateMinerPowerConsumption":3150,"PowerLimit":3200}],"id":1}""";
        await using CgminerServer server = new(device);
        BraiinsDriver driver = new(_transport);
        FleetReading reading = await driver.ReadAsync(FleetVectors.Target(server.Port), default);
        Assert.Equal(("Braiins OS", 77.0, 61.5, 3150.0), (reading.Identity.Firmware, reading.Temperatures.ChipMax, reading.Temperatures.Board, reading.Power.Watts));
        Assert.Equal(new FanReading(0, 4800, 70), Assert.Single(reading.Fans));
        Assert.Equal(FleetResult.Unsupported, (await driver.DoAsync(FleetVectors.Target(server.Port), new RebootOrder(), default)).Result);
    }

    [Fact]
    public async Task Luxos_writes_inside_a_session_of_its_own()
    {
        List<string> asked = [];
        CgminerDevice device = new() { Program = "LUXminer 2024" };
        await using CgminerServer server = new(device, request =>
        {
            System.Text.Json.Nodes.JsonNode body = System.Text.Json.Nodes.JsonNode.Parse(request)!;
            string command = body["command"]!.ToString();
            if (command is not ("logon" or "logoff" or "curtail" or "profiles" or "profileset"))
            {
                return null;
            }
            asked.Add($"{command} {body["parameter"]}".Trim());
            return command switch
            {
                "logon" => """{"STATUS":[{"STATUS":"S","Code":316,"Msg":"Session created"}],"SESSION":[{"SessionID":"lxSession77"}],"id":1}""",
                "profiles" => """{"STATUS":[{"STATUS":"S","Code":330,"Msg":"2 profiles"}],"PROFILES":[{"Profile Name":"default"},{"Profile Name":"310MHz"}],"id":1}""",
                _ => """{"STATUS":[{"STATUS":"S","Code":1,"Msg":"ok lxSession77"}],"id":1}""",
            };
        });
        LuxosDriver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port);
        FleetOutcome outcome = await driver.DoAsync(target, new PauseOrder(), default);
        Assert.Equal(FleetResult.Done, outcome.Result);
        Assert.Equal(["logon", "curtail lxSession77,sleep", "logoff lxSession77"], asked);
        Assert.Equal(FleetResult.Refused, (await driver.DoAsync(target, new SetModeOrder("none"), default)).Result);
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new SetModeOrder("310MHz"), default)).Result);
    }

    [Fact]
    public async Task Vnish_is_unlocked_with_the_password_and_told_with_a_token()
    {
        List<string> asked = [];
        await using BenchHttpServer server = new(async exchange =>
        {
            string body = System.Text.Encoding.UTF8.GetString(await exchange.AllBodyAsync());
            asked.Add($"{exchange.Path} {exchange.Headers.GetValueOrDefault("Authorization")}".Trim());
            bool open = exchange.Path == "/api/v1/unlock" && body.Contains("bench-vnish-pass", StringComparison.Ordinal);
            await exchange.ReplyAsync(open || exchange.Headers.ContainsKey("Authorization") ? 200 : 403, open ? """{"token":"vnishToken"}""" : "");
        });
        VnishDriver driver = new(_transport);
        FleetTarget target = FleetVectors.Target(server.Port, new FleetCredentials("admin", new FleetSecret("bench-vnish-pass")));
        Assert.Equal(FleetResult.Done, (await driver.DoAsync(target, new PauseOrder(), default)).Result);
        Assert.Equal(["/api/v1/unlock", "/api/v1/mining/pause Bearer vnishToken"], asked);
        Assert.Equal(FleetResult.Denied, (await driver.DoAsync(target with { Credentials = new FleetCredentials("", new FleetSecret("no")) }, new PauseOrder(), default)).Result);
    }

    private static bool Near((double, double, double, double) a, (double, double, double, double) b) =>
        Math.Abs(a.Item1 - b.Item1) < 1e6 && Math.Abs(a.Item2 - b.Item2) < 1e6 && Math.Abs(a.Item3 - b.Item3) < 1e-6 && Math.Abs(a.Item4 - b.Item4) < 1e-6;

    private static FleetTarget Root(AntminerServer server) =>
        FleetVectors.Target(server.Port, new FleetCredentials(server.User, new FleetSecret(server.Password)));
}
