using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Otedama.Tests.Published;

/// <summary>A pool of the published program on this machine with the embedded chain, on which about 200 hashes are a share.</summary>
internal sealed class PublishedPool : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _program;
    private readonly Process _run;

    public PublishedPool(string program)
    {
        _program = program;
        Port = FreePort.Next();
        _run = Start(
            "pool", "--port", Text(Port), "--data-dir", _folder.Path, "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}",
            "--set", "metrics.enabled=false", "--set", "node.block_seconds=1", "--set", "pool.difficulty_fixed=0.00000005");
        _run.OutputDataReceived += static (_, _) => { };
        _run.ErrorDataReceived += static (_, _) => { };
        _run.BeginOutputReadLine();
        _run.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>What it said of itself last.</summary>
    public string Last { get; private set; } = "";

    /// <summary>Whether a share was accepted.</summary>
    public bool HasShare() => Look(static pool => pool.GetProperty("accepted").GetInt64() > 0);

    /// <summary>Whether one of the shares was a block, which the chain has.</summary>
    public bool HasBlock() =>
        Look(static pool => pool.GetProperty("blocks").GetInt64() > 0 && pool.GetProperty("node").GetProperty("height").GetInt64() > 0);

    public async ValueTask DisposeAsync()
    {
        _run.Kill();
        await _run.WaitForExitAsync().WaitAsync(Patience.Limit);
        _run.Dispose();
        _folder.Dispose();
    }

    private bool Look(Func<JsonElement, bool> good)
    {
        using Process verb = Start("stats", "--json", "--data-dir", _folder.Path);
        _ = verb.StandardError.ReadToEndAsync();
        Last = verb.StandardOutput.ReadToEnd();
        verb.WaitForExit();
        if (verb.ExitCode != 0)
        {
            return false; // it has not begun yet
        }
        using JsonDocument answer = JsonDocument.Parse(Last);
        JsonElement pools = answer.RootElement.GetProperty("pools");
        return pools.GetArrayLength() == 1 && good(pools[0]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Process Start(params string[] words) =>
        Process.Start(new ProcessStartInfo(_program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
