using System.CommandLine;
using System.Diagnostics;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>What the program prints about itself: manual, completion, unit file.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task The_manual_has_every_verb_option_setting_and_exit_code()
    {
        CliResult man = await Cli.RunAsync(["man"]);
        Assert.Equal(0, man.Code);
        string text = man.Out.Replace("\\-", "-");
        foreach (string word in new[] { ".SS \"otedama pool payouts\"", "--equihash", "OTEDAMA_POOL_PORT", ".B pool.min_payout", ".B 130", "otedama mine --wallet ADDRESS" })
        {
            Assert.Contains(word, text);
        }
        Assert.All(Settings.All, setting => Assert.Contains($".B {setting.Key}\n", text));
        string[] macros = [".TH", ".SH", ".SS", ".TP", ".PP", ".B"];
        Assert.All(man.Out.Split('\n').Where(static l => l.StartsWith('.') || l.StartsWith('\'')), line => Assert.Contains(line.Split(' ')[0], macros));
    }

    [Theory]
    [InlineData("otedama po", "pool")]
    [InlineData("otedama pool pay", "payouts")]
    [InlineData("otedama mine --wal", "--wallet")]
    [InlineData("otedama mine --algo verth", "verthash")]
    [InlineData("otedama --set pool.min", "pool.min_payout=")]
    [InlineData("otedama pool stats --js", "--json")]
    [InlineData("otedama config check --config otedama-no-such", "")]
    public async Task Bash_completes_the_word(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "this system has no bash");
        using TempFolder folder = new();
        string script = folder.File("otedama.bash", (await Cli.RunAsync(["completion", "bash"])).Out);
        const string Ask = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _otedama; printf '%s' \"${COMPREPLY[*]}\"";
        ProcessStartInfo start = new("/bin/bash", ["-c", Ask, "bash", script, .. line.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process bash = Process.Start(start)!;
        string found = await bash.StandardOutput.ReadToEndAsync();
        Assert.Equal("", (await bash.StandardError.ReadToEndAsync()).Replace("compopt", ""));
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("zsh", "#compdef otedama")]
    [InlineData("fish", "complete -c otedama -n '__otedama_at \"pool\"' -f -a payouts")]
    public async Task The_other_shells_have_theirs(string shell, string part)
    {
        CliResult script = await Cli.RunAsync(["completion", shell]);
        Assert.Equal(0, script.Code);
        Assert.Contains(part, script.Out);
    }

    [Fact]
    public async Task A_shell_we_do_not_know_is_refused()
    {
        CliResult result = await Cli.RunAsync(["completion", "tcsh"]);
        Assert.Equal(2, result.Code);
        Assert.Contains("fish", result.Error);
    }

    [Fact]
    public async Task The_unit_file_is_hardened_and_says_what_to_do_with_it()
    {
        CliResult unit = await Cli.RunAsync(["service", "print"]);
        Assert.Equal(0, unit.Code);
        foreach (string line in new[] { "[Unit]", "[Service]", "[Install]", "NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes", "CapabilityBoundingSet=", "WantedBy=multi-user.target" })
        {
            Assert.Contains($"\n{line}\n", unit.Out);
        }
        Assert.Matches(@"\nExecStart=\S+ --config /etc/otedama/otedama.yaml\n", unit.Out);
        Assert.Contains("systemctl enable --now otedama", unit.Out);
        // A plugin is compiled to machine code in the process.
        Assert.DoesNotContain("MemoryDenyWriteExecute=yes", unit.Out);
        CliResult user = await Cli.RunAsync(["service", "print", "--user", "--config", "/srv/my rig/o.yaml"]);
        Assert.Contains("--config \"/srv/my rig/o.yaml\"\n", user.Out);
        Assert.DoesNotContain("DynamicUser", user.Out);
    }
}
