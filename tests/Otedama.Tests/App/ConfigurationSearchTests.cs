using Xunit;

namespace Otedama.Tests.App;

public sealed class ConfigurationSearchTests
{
    [Fact]
    public void A_file_is_looked_for_in_the_working_folder_and_then_in_the_data_directory()
    {
        using TempFolder here = new();
        using TempFolder data = new();
        FlagValue[] flags = [new FlagValue("data_dir", data.Path, "--data-dir")];
        Configuration none = ConfigurationSearch.Load(null, flags, new Dictionary<string, string>(), here.Path);
        Assert.Null(none.File);
        Assert.Contains(here.Path, ConfigurationSearch.Sentence(none));
        Assert.Contains(data.Path, ConfigurationSearch.Sentence(none));
        data.File("otedama.yaml", "pool: {port: 4001}\n");
        Configuration second = ConfigurationSearch.Load(null, flags, new Dictionary<string, string>(), here.Path);
        Assert.Equal(4001, second.Get(Settings.PoolPort));
        string first = here.File("otedama.yaml", "pool: {port: 4000}\n");
        Configuration found = ConfigurationSearch.Load(null, flags, new Dictionary<string, string>(), here.Path);
        Assert.Equal(4000, found.Get(Settings.PoolPort));
        Assert.Equal($"configuration: {first}", ConfigurationSearch.Sentence(found));
    }

    [Fact]
    public void A_path_in_a_file_begins_at_the_folder_of_the_file()
    {
        using TempFolder folder = new();
        string digest = new('a', 64);
        string file = folder.File("otedama.yaml", $"data_dir: data\nnode: {{cookie: /abs/cookie}}\nplugins:\n  - path: sub/x.wasm\n    sha256: {digest}\n");
        Configuration configuration = ConfigurationLoader.Load(file, [], new Dictionary<string, string>());
        Assert.Equal(Path.Combine(folder.Path, "data"), configuration.Get(Settings.DataDir));
        Assert.Equal("/abs/cookie", configuration.Get(Settings.NodeCookie));
        Assert.Equal(Path.Combine(folder.Path, "sub/x.wasm"), configuration.Get(Settings.Plugins)[0].Path);
        Configuration flag = ConfigurationLoader.Load(file, [new FlagValue("plugins", $"sub/x.wasm@{digest}", "--set")], new Dictionary<string, string>());
        Assert.Equal("sub/x.wasm", flag.Get(Settings.Plugins)[0].Path);
    }

    [Theory]
    [InlineData("a: [1, 2\n", 1)]
    [InlineData("a: 1\nb: {\n\n\n", 2)]
    [InlineData("pool:\n\tport: 1\n", 2)]
    [InlineData("pool:\n  port: 1\n bad: 2\n", 3)]
    [InlineData("pool:\n  port: 1\n  fee: \"x\n\n\n", 3)]
    [InlineData("x:\n  y: [1,\n  z: 2\n", 2)]
    [InlineData("a: 1\nb\nc: 2\n", 2)]
    [InlineData("a: 1\n@foo\n", 2)]
    public void Broken_yaml_names_the_line_that_has_to_be_mended(string text, int line)
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(text, "c.yaml"));
        Assert.Matches($@"^c\.yaml line {line}\b", problem.Message);
    }

    [Theory]
    [InlineData("node.mode=external;node.urls=http://127.0.0.1:1;pool.address=ADDRESS;node.network=regtest;mining.enabled=false;mining.algorithms=kawpow", "does not fit the coin")]
    [InlineData("pool.port=4000;api.port=4000", "pool.port (--set) and api.port (--set): all are 4000")]
    [InlineData("node.port=4000;metrics.port=4000", "only one can listen")]
    [InlineData("mining.workers.cpu_threads=2000", "out of range")]
    [InlineData("pool.ports=[4001=16];api.port=4001", "api.port (--set) and pool.ports (--set): all are 4001")]
    [InlineData("pool.port=0", "out of range")]
    [InlineData("node.mode=external;node.urls=[http://127.0.0.1:1,http://127.0.0.1:1];pool.address=ADDRESS;node.network=regtest;mining.enabled=false", "listed 2 times")]
    public async Task The_check_refuses_what_a_start_would_and_counts_what_is_set_on_the_command_line(string settings, string problem)
    {
        string[] args = [.. settings.Replace("ADDRESS", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080").Split(';').SelectMany(static s => (string[])["--set", s])];
        CliResult check = await Cli.RunAsync(["config", "check", .. args]);
        Assert.Equal(3, check.Code);
        Assert.Contains(problem, check.Error);
        using TempFolder folder = new();
        CliResult start = await Cli.RunAsync(["--data-dir", folder.Path, .. args]);
        Assert.Equal(3, start.Code);
        Assert.Equal(check.Error, start.Error);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Port_80_is_refused_with_the_way_to_allow_it()
    {
        string reason = Ports.IsFree(System.Net.IPAddress.Loopback, 80, out string why) ? "" : why;
        Assert.SkipWhen(reason.Length == 0 || reason.Contains("another program"), "this user may listen on port 80, or somebody does");
        Assert.Contains("setcap cap_net_bind_service", reason);
        using TempFolder folder = new();
        CliResult start = await Cli.RunAsync(["pool", "--data-dir", folder.Path, "--set", "pool.port=80", "--set", $"node.port={FreePort.Next()}"]);
        Assert.DoesNotContain("Stop the program", start.Error);
    }
}
