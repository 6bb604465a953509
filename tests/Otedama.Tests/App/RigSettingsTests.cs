using Otedama.Interop;
using Otedama.Mining;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>From the configuration or the command line to what the rig does.</summary>
public sealed class RigSettingsTests : IDisposable
{
    private const string Address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ADDR", null, "ADDR.rig1")]
    [InlineData("ADDR", "attic", "ADDR.attic")]
    [InlineData("ADDR", "", "ADDR")]
    [InlineData("ADDR.rigX", null, "ADDR.rigX")]
    [InlineData("ADDR.rigX", "attic", "ADDR.attic")]
    [InlineData("ADDR.", null, "ADDR.rig1")]
    [InlineData("ADDR/rigX", null, "ADDR/rigX")]
    [InlineData("ADDR+1000", null, "ADDR+1000")]
    [InlineData(Address + "_rigX", null, Address + "_rigX")]
    [InlineData("my_account", null, "my_account.rig1")]
    public void A_wallet_may_bring_its_worker(string wallet, string? worker, string user) =>
        Assert.Equal(user, RigLogin.Of(wallet, worker, "rig1"));

    [Theory]
    [InlineData("ADDR.rig_1")]
    [InlineData("ADDR_rig")]
    [InlineData("ADDR/1000")]
    [InlineData("ADDR+1000")]
    [InlineData("ADDR")]
    public void The_address_of_a_login_is_what_stands_before_the_worker(string wallet) => Assert.Equal("ADDR", RigLogin.AddressOf(wallet));

    [Fact]
    public async Task Wallet_worker_and_password_of_the_command_line_reach_the_pool()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        string line = await Authorize(pool, "mine", "--wallet", "acct", "--worker", "attic", "--password", "d=8", "--pool", Url(pool));
        Assert.Contains("[\"acct.attic\",\"d=8\"]", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_of_the_file_has_a_login_of_its_own()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        string file = _folder.File("otedama.yaml", $"""
            mining:
              pools:
                - url: {Url(pool)}
                  user: acct_7+1000
                  password: secret
                  algo: sha256d
                - stratum+tcp://127.0.0.1:1
            """);
        string line = await Authorize(pool, "mine", "--wallet", "other", "--config", file);
        Assert.Contains("[\"acct_7+1000\",\"secret\"]", line, StringComparison.Ordinal);
        CliResult shown = await Cli.RunAsync(["config", "show", "--config", file]);
        Assert.DoesNotContain("secret", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_wallet_is_needed_where_every_pool_has_a_user()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        string file = _folder.File("otedama.yaml", $"mining:\n  pools: [{{url: \"{Url(pool)}\", user: A.rigX}}]\n");
        Assert.Contains("[\"A.rigX\",\"x\"]", await Authorize(pool, "mine", "--config", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_host_may_take_the_rig_over()
    {
        await using ScriptedPool target = new(ScriptedPool.Ordinary);
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet();
            await peer.Send($$"""{"id":null,"method":"client.reconnect","params":["localhost",{{target.Port}},0]}""");
            await peer.Hang();
        });
        await Authorize(target, "mine", "--wallet", "acct", "--pool", Url(pool), "--set", "mining.redirect_hosts=localhost");
        Assert.Equal(1, pool.Connections);
    }

    [Fact]
    public async Task Once_a_minute_the_log_says_how_the_rig_does_and_at_the_end_how_it_did()
    {
        await using ScriptedPool pool = new(async peer =>
        {
            await peer.Greet(difficulty: 1e6);
            await peer.Send(StratumScript.Notify("j", 'a'));
            await peer.AnswerForever();
        });
        HeldClock clock = new();
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Run(["mine", "--wallet", "acct", "--pool", Url(pool)], stop.Token, clock);
        await Patience.UntilAsync(() => run.IsCompleted || pool.Received.Any(static l => l.Contains("mining.authorize", StringComparison.Ordinal)), "the login");
        for (int i = 0; i < 6; i++)
        {
            clock.Advance(10);
        }
        await stop.CancelAsync();
        string[] lines = (await run).Logs.Split('\n');
        string minute = Assert.Single(lines, static line => line.Contains(" rig: speed ", StringComparison.Ordinal) && !line.Contains("max", StringComparison.Ordinal));
        Assert.Matches(@"^\S+ info  rig: speed [\d.]+/[\d.]+/[\d.]+/[\d.]+ [kM]?H/s, shares 0/0 \(\+0\)", minute);
        Assert.True(minute.Length <= 100, minute);
        Assert.Single(lines, static line => line.Contains("rig: mined for", StringComparison.Ordinal));
        Assert.Single(lines, static line => line.Contains("rig: shares: 0 accepted, 0 refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 2, "--pool")]
    [InlineData(" ", 2, "--pool")]
    [InlineData("http://pool.example:80", 3, "\"http\" is not known")]
    [InlineData("pool.example", 3, "port is missing")]
    public async Task A_pool_that_is_none_is_refused_before_anything_starts(string url, int code, string words)
    {
        CliResult result = await Cli.RunAsync(["mine", "--wallet", "acct", "--pool", url, "--data-dir", _folder.Path]);
        Assert.Equal(code, result.Code);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pools: [{url: \"p.example:1\", algo: scrypt}, {url: \"q.example:1\", algo: kawpow}]", "is for kawpow, and this rig mines scrypt")]
    [InlineData("pools: [{url: \"p.example:1\", algo: nope}]", "\"nope\"")]
    [InlineData("pools: [{url: \"p.example:1\", pasword: x}]", "pasword")]
    [InlineData("workers: {cpu_affinity: [5-2]}", "5-2")]
    [InlineData("workers: {cpu_affinity: [9999]}", "9999")]
    public async Task A_wrong_entry_is_named(string yaml, string words)
    {
        string file = _folder.File("otedama.yaml", $"mining:\n  wallet: acct\n  {yaml}\npool:\n  enabled: false\n");
        CliResult result = await Cli.RunAsync(["config", "check", file]);
        Assert.Equal(3, result.Code);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[::1]:3333", "[::1]:3333")]
    [InlineData("stratum+tcp://[::1]:3333, b:1", "stratum+tcp://[::1]:3333|b:1")]
    [InlineData("[a:1, b:1]", "a:1|b:1")]
    [InlineData("[[::1]:3333, b:1]", "[::1]:3333|b:1")]
    [InlineData("[::1]:1, [::2]", "[::1]:1|[::2]")]
    [InlineData("[]", "")]
    public void A_list_in_one_line_keeps_the_brackets_of_ipv6(string text, string items)
    {
        Configuration configuration = ConfigurationLoader.Load(null, [new FlagValue("mining.pools", text, "--pool")], new Dictionary<string, string>());
        Assert.Equal(items, string.Join('|', configuration.Get(Settings.MiningPools).Select(static pool => pool.Url)));
    }

    [Fact]
    public void The_algorithm_of_the_first_pool_is_mined_where_none_is_configured()
    {
        InstancePlan plan = Plan("pools: [{url: \"p.example:1\", algo: scrypt}]");
        Assert.Equal(Otedama.Core.Algorithm.Scrypt, plan.Rigs[0].Work.Algorithm);
        Assert.Equal("scrypt", plan.Rigs[0].Work.Name);
    }

    [Fact]
    public void Processors_priority_and_pauses_reach_the_rig()
    {
        RigOptions options = Options(Plan(
            "pools: [\"p.example:1\"]\n  pause_on_battery: true\n  workers: {cpu_affinity: [0, 2-3], cpu_priority: idle}"));
        Assert.Equal([0, 2, 3], options.CpuAffinity);
        Assert.Equal(CpuPriority.Idle, options.CpuPriority);
        Assert.True(options.Watch!.LooksAtAnything);
        Assert.True(Options(Plan("pools: [\"p.example:1\"]\n  pause_when_active: 600")).Watch!.LooksAtAnything);
        Assert.False(Options(Plan("pools: [\"p.example:1\"]")).Watch!.LooksAtAnything);
    }

    [Fact]
    public async Task Tuning_is_measured_once_shown_by_diag_and_used()
    {
        CliResult tuned = await Cli.RunAsync(["mining", "tune", "--algo", "sha256d", "--seconds", "0.05", "--data-dir", _folder.Path]);
        Assert.Equal(0, tuned.Code);
        TuningEntry entry = Assert.Single(Tuning.Load(_folder.Path)!.Entries);
        Assert.Equal("sha256d", entry.Algorithm);
        CliResult diag = await Cli.RunAsync(["diag", "--data-dir", _folder.Path]);
        Assert.Contains($"sha256d with {entry.Flavour} on {entry.Threads} threads", diag.Out, StringComparison.Ordinal);

        RigOptions options = Options(Plan("pools: [\"p.example:1\"]"));
        Assert.Equal((entry.Flavour, entry.Threads), (options.Flavour, options.CpuThreads));
        Assert.Equal(3, Options(Plan("pools: [\"p.example:1\"]\n  workers: {cpu_threads: 3}")).CpuThreads);

        Tuning.Save(_folder.Path, entry with { Threads = 1, Flavour = "no such" });
        Assert.Equal(("", 0), (Options(Plan("pools: [\"p.example:1\"]")).Flavour, Options(Plan("pools: [\"p.example:1\"]")).CpuThreads));
        File.WriteAllText(Tuning.PathIn(_folder.Path), "{ broken");
        Assert.Null(Tuning.Load(_folder.Path));
    }

    [Fact]
    public async Task Huge_pages_are_shown_and_reserved_through_the_kernels_files()
    {
        CliResult shown = await Cli.RunAsync(["mining", "hugepages"]);
        Assert.Equal(0, shown.Code);
        Assert.Contains("KiB reserved", shown.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Cli.RunAsync(["mining", "hugepages", "--pages", "-1"])).Code);
        Assert.Equal(2, (await Cli.RunAsync(["mining", "hugepages", "--persist"])).Code);

        Directory.CreateDirectory(Path.Combine(_folder.Path, "proc/sys/vm"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "etc/sysctl.d"));
        _folder.File("proc/meminfo", "MemTotal: 1 kB\nHugePages_Total:     640\nHugePages_Free:      12\nHugepagesize:       2048 kB\n");
        HugePages pages = new(_folder.Path);
        pages.Reserve(640);
        pages.Persist(640);
        Assert.Equal(new HugePagesAnswer(1, 640, 640, 12, 2048), pages.Read(640));
        Assert.Equal("640\n", File.ReadAllText(Path.Combine(_folder.Path, "proc/sys/vm/nr_hugepages")));
        Assert.Contains("vm.nr_hugepages = 640\n", File.ReadAllText(Path.Combine(_folder.Path, HugePages.SysctlFile[1..])), StringComparison.Ordinal);
    }

    private InstancePlan Plan(string mining)
    {
        string file = _folder.File("plan.yaml", $"data_dir: {_folder.Path}\nmining:\n  wallet: acct\n  {mining}\n");
        return InstancePlan.Make(ConfigurationLoader.Load(file, [], new Dictionary<string, string>()), Roles.Rig, new Dictionary<string, string>());
    }

    private static RigOptions Options(InstancePlan plan)
    {
        using DatasetStore datasets = new();
        return PartOptions.Rig(plan.Rigs[0], null, null, datasets, TimeProvider.System, static _ => { });
    }

    private static string Url(ScriptedPool pool) => $"stratum+tcp://127.0.0.1:{pool.Port}";

    private Task<CliResult> Run(string[] args, CancellationToken stop, TimeProvider clock) => Cli.RunAsync(
        [.. args, "--data-dir", Path.Combine(_folder.Path, "data"), "--set", "api.enabled=false", "--set", "metrics.enabled=false", "--threads", "1"],
        stop: stop,
        clock: clock);

    /// <summary>Runs the program until the pool has read the login, and returns that line.</summary>
    private async Task<string> Authorize(ScriptedPool pool, params string[] args)
    {
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Run(args, stop.Token, TimeProvider.System);
        await Patience.UntilAsync(() => run.IsCompleted || pool.Received.Any(static l => l.Contains("mining.authorize", StringComparison.Ordinal)), "the login");
        await stop.CancelAsync();
        CliResult result = await run;
        Assert.True(result.Code == 0, result.Error);
        return pool.Received.First(static l => l.Contains("mining.authorize", StringComparison.Ordinal));
    }
}
