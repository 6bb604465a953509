using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>The built program as a process of its own on one configuration file, and its verbs. Ended by Dispose.</summary>
internal sealed class BuiltProgram : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _said = [];
    private readonly string _file;
    private readonly Process _run;

    public BuiltProgram(string file)
    {
        _file = file;
        _run = Process.Start(Start(["--config", file]))!;
        _run.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _run.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _run.BeginOutputReadLine();
        _run.BeginErrorReadLine();
    }

    public async Task<StatusView> UntilAsync(Func<StatusView, bool> wanted)
    {
        long began = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            Assert.False(_run.HasExited, "it ended: " + string.Join('\n', _said));
            last = await RunAsync("stats", "--json");
            if (last.Contains("\"uptime_s\"", StringComparison.Ordinal) && JsonSerializer.Deserialize(last, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return status;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"{last}\n{string.Join('\n', _said)}");
    }

    /// <summary>What a verb says, errors included.</summary>
    public async Task<string> RunAsync(params string[] words)
    {
        using Process verb = Process.Start(Start([.. words, "--config", _file]))!;
        Task<string> output = verb.StandardOutput.ReadToEndAsync(), error = verb.StandardError.ReadToEndAsync();
        await verb.WaitForExitAsync().WaitAsync(Patience.Limit);
        return await output + await error;
    }

    public async ValueTask DisposeAsync()
    {
        _run.Kill();
        await _run.WaitForExitAsync().WaitAsync(Patience.Limit);
        _run.Dispose();
    }

    private static ProcessStartInfo Start(IEnumerable<string> words) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "otedama.dll"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
}
