using Otedama.Asic;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What can be wrong with asic.fleet, each in a sentence that names it.</summary>
public sealed class FleetSettingsTests
{
    [Theory]
    [InlineData("ranges: [10.0.0.0/8]", "16,777,216")]
    [InlineData("ranges: [8.8.8.0/24]", "public")]
    [InlineData("devices: [8.8.8.8]", "no private address")]
    [InlineData("devices: [010.0.0.1]", "octal")]
    [InlineData("devices: [miner.example]", "names are not looked up")]
    [InlineData("devices: [{address: 192.168.1.7, driver: axeoss}]", "Did you mean")]
    [InlineData("devices: [miner.example]", "such as 192.168.1.7 or 192.168.1.7:4028")]
    [InlineData("devices: [{address: 192.168.1.7, api_port: 4028}, {address: 192.168.1.7, api_port: 4029}]", "is there twice with web_port 80")]
    [InlineData("devices: [{address: 192.168.1.7, drivers: axeos}]", "unknown key \"drivers\"")]
    [InlineData("devices: [{driver: axeos}]", "\"address\" is missing")]
    [InlineData("devices: [{address: 192.168.1.7, web_port: 99999}]", "web_port \"99999\" is no whole number from 1 to 65535")]
    [InlineData("devices: [{address: 192.168.1.7, password_env: NO_SUCH}]", "NO_SUCH is not set")]
    [InlineData("devices: [{address: 192.168.1.7, password_file: nothing-here}]", "password file cannot be read")]
    [InlineData("devices: [192.168.1.7], credentials: [{driver: antmina, password: hunter2}]", "no driver \"antmina\"")]
    [InlineData("devices: [192.168.1.7], alarms: [{alarm: hot_chips, limit: 80}]", "no alarm \"hot_chips\"")]
    [InlineData("devices: [192.168.1.7], alarms: [{alarm: hot_chip, limit: warm}]", "limit \"warm\" is no number")]
    [InlineData("devices: [192.168.1.7], actions: [{alarm: frozen, action: explode}]", "none of restart, reboot")]
    [InlineData("devices: [192.168.1.7], maintenance: [someday]", "no window")]
    [InlineData("devices: [192.168.1.7], pools: [stratum+tcp://pool.example:3333]", "whom shall the devices mine for")]
    [InlineData("interval_seconds: 1", "out of range 5 to 3600")]
    public void A_mistake_is_a_sentence(string fleet, string sentence)
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => Plan(fleet));
        Assert.Contains(sentence, string.Join('\n', wrong.Problems), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter2", string.Join('\n', wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_right_reaches_the_parts()
    {
        using TempFolder folder = new();
        folder.File("secret", "s3cret\n");
        FleetPlan plan = Plan($$"""
            ranges: [192.168.1.0/24, 10.1.2.3],
            devices: [192.168.1.7, {address: "192.168.1.8:8080", driver: axeos, group: shelf, unlocked: true},
              {address: 192.168.1.9, driver: whatsminer-v3, api_port: 4500}, {address: "192.168.1.10:4501", driver: whatsminer-v3}],
            firmware_versions: [v2.9.1],
            credentials: [{driver: antminer, user: root, password_file: {{folder.Path}}/secret}],
            interval_seconds: 30, payout_users: [bc1qowner], dry_run: false, actions_per_day: 5,
            alarms: [{alarm: hot_chip, limit: 85, raise_looks: 9, model: Antminer}, {alarm: wifi, enabled: false}],
            actions: [{alarm: hashing_stopped, action: restart, after_seconds: 120}], maintenance: [sat 02:00-04:00]
            """)!;
        Assert.Equal(255, plan.Ranges!.Count);
        Assert.Equal(("192.168.1.0/24", "shelf"), (plan.Devices[0].Group, plan.Devices[1].Group));
        Assert.Equal((8080, "axeos", true), (plan.Devices[1].Target.Ports.Web, plan.Devices[1].Driver, plan.Devices[1].Target.Unlocked));
        Assert.Equal((4500, 4501, 4433), (plan.Devices[2].Target.Ports.WhatsminerV3, plan.Devices[3].Target.Ports.WhatsminerV3, plan.Devices[0].Target.Ports.WhatsminerV3));
        Assert.Equal(["v2.9.1"], plan.Watch.KnownFirmware);
        Assert.Equal("s3cret", plan.Credentials["antminer"].Password.Reveal());
        Assert.Equal((85, 9, "Antminer"), (plan.Watch.Alarms[0].Limit, plan.Watch.Alarms[0].RaiseLooks, plan.Watch.Alarms[0].Model));
        Assert.False(plan.Watch.Alarms[1].IsEnabled);
        Assert.Equal(new ActionRule("hashing_stopped", "restart", TimeSpan.FromMinutes(2)), plan.Actions.Single());
        Assert.Equal((5, false, "sat 02:00-04:00"), (plan.Limits.PerDeviceDay, plan.Limits.DryRun, plan.Limits.Maintenance.Single().ToString()));
        Assert.Equal(TimeSpan.FromSeconds(30), plan.Poll.Interval);
    }

    [Fact]
    public async Task Passwords_are_shown_as_stars()
    {
        using TempFolder folder = new();
        string file = folder.File("otedama.yaml", """
            asic: {fleet: {devices: [{address: 192.168.1.7, user: root, password: hunter2}], credentials: [{driver: antminer, password: hunter2}],
              pools: [{url: "stratum+tcp://pool.example:3333", user: me, password: hunter2}]}}
            """);
        CliResult shown = await Cli.RunAsync(["config", "show", "--config", file]);
        Assert.Equal(0, shown.Code);
        Assert.DoesNotContain("hunter2", shown.Out, StringComparison.Ordinal);
        Assert.Contains("********", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_devices_there_is_no_fleet() => Assert.Null(Plan("interval_seconds: 30"));

    private static FleetPlan? Plan(string fleet)
    {
        using TempFolder folder = new();
        string file = folder.File("otedama.yaml", $"mining: {{enabled: true}}\nasic: {{fleet: {{{fleet.ReplaceLineEndings(" ")}}}}}\n");
        Configuration configuration = ConfigurationSearch.Load(file, [], new Dictionary<string, string>(), null);
        return InstancePlan.Make(configuration, null, new Dictionary<string, string> { ["XDG_DATA_HOME"] = folder.Path }).Fleet;
    }
}
