using System.Diagnostics;

namespace Otedama.Tests.App;

/// <summary>A browser without a screen, one process per call.</summary>
internal static class Chromium
{
    public static readonly string[] Quiet =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
    ];

    public static string? Path { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    /// <summary>The page's document after `patience` of loading and scripts.</summary>
    public static Task<string> DumpAsync(string url, TimeSpan patience) =>
        RunAsync(["--dump-dom", $"--virtual-time-budget={(int)patience.TotalMilliseconds}", url]);

    public static async Task<string> RunAsync(string[] arguments)
    {
        using TempFolder profile = new();
        ProcessStartInfo start = new(Path!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[.. Quiet, $"--user-data-dir={profile.Path}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(Patience.Limit);
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"chromium did not answer within 60 s: {(await errors)[..400]}");
        }
    }
}
