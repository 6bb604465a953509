using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Otedama.Mining;

namespace Otedama;

/// <summary>What this machine makes of parts other than mining, which has a benchmark of its own.</summary>
internal static class BenchCommand
{
    /// <summary>Each of them has two sockets here, and a system gives a process some thousand files at least.</summary>
    private const int ConnectionsMax = 64, PeersMax = 5_000, RepeatsMax = 1_000;

    private static readonly Option<int> s_connections = new("--connections")
    {
        Description = $"Links that carry the throughput side by side, 1 to {ConnectionsMax}; default 1.",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };

    private static readonly Option<int> s_peers = new("--peers")
    {
        Description = $"Peers that one node routes shares between, 2 to {PeersMax}; default 1000.",
        HelpName = "N",
        DefaultValueFactory = static _ => 1_000,
    };

    private static readonly Option<int> s_repeats = new("--repeats")
    {
        Description = "Repeats per row; the median counts.",
        DefaultValueFactory = static _ => 5,
    };

    private static readonly Option<double> s_seconds = new("--seconds")
    {
        Description = "Length of one repeat of what is measured by time.",
        DefaultValueFactory = static _ => 1,
    };

    public static Command Build(CommandContext context)
    {
        Command bench = new("bench",
            "Measure this machine as a node of a share chain; otedama mining benchmark measures it as a miner.");
        Command p2p = new("p2p",
            "Nodes in this process, over TCP and TLS of this machine: handshakes, throughput, shares routed, "
                + "hostile bytes.");
        foreach (Option option in (Option[])[s_connections, s_peers, s_repeats, s_seconds])
        {
            p2p.Options.Add(option);
        }
        p2p.SetAction((result, stop) => Task.Run(() => RunAsync(context, result, stop), stop));
        bench.Subcommands.Add(p2p);
        return bench;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult result, CancellationToken stop)
    {
        PeerBenchOptions options = Read(result);
        DateTimeOffset started = context.Outside.Clock.GetUtcNow();
        MachineDescription machine = Benchmark.Machine();
        // As text the answer grows row by row; as JSON it is one object, so that the rows go beside it.
        TextWriter lines = result.GetValue(context.Json) ? context.Outside.Error : context.Outside.Out;
        lines.WriteLine(PeerBenchTable.Head);
        List<PeerBenchRow> rows = [];
        using Progress progress = new(context.Outside);
        try
        {
            await foreach (PeerBenchRow row in PeerBench.RunAsync(options, progress.Begin))
            {
                stop.ThrowIfCancellationRequested();
                rows.Add(row);
                progress.Clear();
                lines.WriteLine(PeerBenchTable.Line(row));
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new CommandException(ExitCode.BadAnswer,
                $"Nodes of this process could not talk to each other over this machine: {e.Message.TrimEnd('.')}. "
                + "If it has too few files for so many sockets, try a smaller --peers.");
        }
        progress.Clear();
        PeerBenchReport report = new(1, started, machine, rows);
        context.Answer(result, report, AnswerJson.Default.PeerBenchReport, PeerBenchTable.End);
        return ExitCode.Done;
    }

    private static PeerBenchOptions Read(ParseResult result) => new(
        Number(result.GetValue(s_connections), "--connections", 1, ConnectionsMax),
        Number(result.GetValue(s_peers), "--peers", 2, PeersMax),
        Number(result.GetValue(s_repeats), "--repeats", 1, RepeatsMax),
        Seconds(result.GetValue(s_seconds)));

    private static TimeSpan Seconds(double seconds) => seconds is >= 0.01 and <= 60
        ? TimeSpan.FromSeconds(seconds)
        : throw new CommandException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture,
            $"--seconds: {seconds} s; allowed are 0.01 to 60."));

    private static int Number(int value, string option, int least, int most) => value >= least && value <= most
        ? value
        : throw new CommandException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture,
            $"{option}: {value}; allowed are {least} to {most}."));
}
