using System.Text;
using Xunit;

namespace Otedama.Tests.App;

public sealed class LogFileTests
{
    [Fact]
    public void A_full_file_is_put_aside_and_only_so_many_are_kept()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "logs", "otedama.log");
        using (LogFile file = new(path, bytesMax: 10, keep: 2))
        {
            foreach (string line in new[] { "first\n", "second\n", "third\n", "four\n", "five\n" })
            {
                file.Write(Encoding.UTF8.GetBytes(line));
            }
        }
        Assert.Equal("four\nfive\n", File.ReadAllText(path));
        Assert.Equal("third\n", File.ReadAllText(path + ".1"));
        Assert.Equal("second\n", File.ReadAllText(path + ".2"));
        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
    }

    [Fact]
    public void It_goes_on_where_it_was_and_none_is_kept_when_none_is_asked_for()
    {
        using TempFolder folder = new();
        string path = folder.File("otedama.log", "before\n");
        using (LogFile file = new(path, bytesMax: 12, keep: 0))
        {
            file.Write("now\n"u8);
            Assert.Equal("before\nnow\n", File.ReadAllText(path));
            file.Write("later\n"u8);
        }
        Assert.Equal("later\n", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void After_it_was_moved_away_reopening_begins_a_new_one()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "otedama.log");
        using LogFile file = new(path, 1_000, 2);
        file.Write("one\n"u8);
        File.Move(path, path + ".moved");
        file.Write("two\n"u8);
        Assert.False(File.Exists(path));
        file.Reopen();
        file.Write("three\n"u8);
        Assert.Equal("one\ntwo\n", File.ReadAllText(path + ".moved"));
        Assert.Equal("three\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_path_that_cannot_work_is_found_at_the_start()
    {
        using TempFolder folder = new();
        Assert.Contains(folder.Path, Assert.Throws<ConfigurationException>(() => new LogFile(folder.Path, 1_000, 1)).Message);
        string file = folder.File("file", "");
        Assert.Throws<ConfigurationException>(() => new LogFile(Path.Combine(file, "below"), 1_000, 1));
    }

    [Fact]
    public void A_hang_up_reopens_when_somebody_asked_and_stops_when_nobody_did()
    {
        using (Shutdown signals = new(default))
        {
            int reopened = 0;
            signals.OnHangUp(() => reopened++);
            signals.HangUp();
            signals.HangUp();
            Assert.Equal(2, reopened);
            Assert.False(signals.Token.IsCancellationRequested);
        }
        using Shutdown without = new(default);
        without.HangUp();
        Assert.True(without.Token.IsCancellationRequested);
    }

    /// <summary>What a closed window means: the end of what stood in its foreground, and nothing to what does not.</summary>
    [Theory]
    [InlineData("10 10", "0 -1", false, 0, true)]   // started by hand; the window is closed
    [InlineData("10 10", "34816 10", false, 1, false)] // by hand; another window sends the signal
    [InlineData("10 20", "0 -1", false, 1, false)]  // in the background of a shell
    [InlineData("0 -1", "0 -1", false, 1, false)]   // a service
    [InlineData("10 10", "0 -1", true, 1, false)]   // under nohup: the first is the window, the second somebody's
    public void A_closed_terminal_reloads_nothing(string began, string later, bool deaf, int reloads, bool stops)
    {
        ControllingTerminal started = began == "0 -1" ? Terminal("0 -1", deaf) : Terminal($"34816 {began.Split(' ')[1]}", deaf);
        Queue<ControllingTerminal> looks = new([started, Terminal(later, deaf), Terminal(later, deaf)]);
        using Shutdown signals = new(default, looks.Dequeue);
        int reloaded = 0;
        signals.OnHangUp(() => reloaded++);
        signals.HangUp();
        if (deaf)
        {
            Assert.Equal(0, reloaded);
            signals.HangUp();
        }
        Assert.Equal((reloads, stops), (reloaded, signals.Token.IsCancellationRequested));
    }

    [Fact]
    public void The_terminal_of_this_process_can_be_read()
    {
        string stat = OperatingSystem.IsLinux() ? File.ReadAllText("/proc/self/stat") : "1 (x) S 1 1 1 0 -1";
        ControllingTerminal now = ControllingTerminal.Now();
        Assert.Equal(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[4] != "0", now.Attached);
        Assert.True(now.Attached || !now.Foreground);
        Assert.Equal(default, ControllingTerminal.Read("", ""));
    }

    /// <summary>A process of group 10 named "a) S 1".</summary>
    private static ControllingTerminal Terminal(string terminalAndForeground, bool deaf) =>
        ControllingTerminal.Read($"10 (a) S 1) S 1 10 10 {terminalAndForeground} 0", $"Name:\ta\nSigIgn:\t{(deaf ? "0000000000001001" : "0000000000001000")}\n");

    [Fact]
    public async Task The_setting_gives_a_run_its_file()
    {
        using TempFolder folder = new();
        string config = folder.File("otedama.yaml", "log:\n  file: data/run.log\n  file_mb: 1\napi:\n  enabled: false\nmetrics:\n  enabled: false\nmining:\n  enabled: false\n");
        string data = Path.Combine(folder.Path, "data"); // made by the log, which comes first
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(
            ["--config", config, "--data-dir", data, "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}"],
            stop: stop.Token);
        string path = Path.Combine(data, "run.log");
        string text = "";
        Assert.True(SpinWait.SpinUntil(
            () => run.IsCompleted || (File.Exists(path) && (text = File.ReadAllText(path)).Contains("Stratum listens", StringComparison.Ordinal)),
            Patience.Limit));
        await stop.CancelAsync();
        CliResult result = await run;
        Assert.Equal(0, result.Code);
        Assert.Contains("pool.stratum: Stratum listens", text);
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d info ", text);
        Assert.Contains("Stratum listens", result.Logs);
    }
}
