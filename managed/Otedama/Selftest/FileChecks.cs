using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>The data directory, the dashboard's files, logs and metrics.</summary>
internal static class FileChecks
{
    public static IEnumerable<(string Name, Func<string?> Check)> All() =>
    [
        ("data directory holds one process", OneHolder),
        ("dashboard is embedded", Dashboard),
        ("logs as json", Logs),
        ("metrics as text", Metrics),
    ];

    private static string? OneHolder()
    {
        string root = Directory.CreateTempSubdirectory("otedama-selftest-").FullName;
        try
        {
            using DataDirectory first = DataDirectory.Open(root);
            first.Announce(new InstanceFile(1, 7, null, 0));
            if (!InstanceRecord.TryRead(root, out InstanceFile? read) || read.Pid != 7)
            {
                return "the instance file came back changed";
            }
            try
            {
                DataDirectory.Open(root).Dispose();
                return "a second process was let in";
            }
            catch (ConfigurationException)
            {
                return null;
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string? Dashboard() =>
        DashboardFiles.TryGet("index.html", out ReadOnlyMemory<byte> page, out _) && page.Length > 1000 ? null : "index.html is missing";

    private static string? Logs()
    {
        using MemoryStream output = new();
        using (ConsoleLogs console = new(output, LogLevels.Parse("info", null), json: true, colour: false, TimeProvider.System))
        {
            InstanceLog.Stopped(console.CreateLogger(LogCategory.Selftest), 1.5);
        }
        string line = Encoding.UTF8.GetString(output.ToArray());
        return line.Contains("\"seconds\":1.5", StringComparison.Ordinal) && line.Contains("\"event\":\"instance_stopped\"", StringComparison.Ordinal)
            ? null
            : $"wrote: {line}";
    }

    private static string? Metrics()
    {
        StatusView status = new() { Version = "0", Pid = 1, StartedAt = 0, UptimeS = 12.5, DataDir = "" };
        string text = Encoding.UTF8.GetString(InstanceMetrics.Collect(new MetricsInput { Status = status }));
        string[] names = ["otedama_hashrate_total", "otedama_shares_accepted", "otedama_peers_connected", "otedama_mining_efficiency", "otedama_uptime_seconds"];
        return Array.Find(names, name => !text.Contains($"\n{name} ", StringComparison.Ordinal)) is { } missing ? $"{missing} is missing" : null;
    }
}
