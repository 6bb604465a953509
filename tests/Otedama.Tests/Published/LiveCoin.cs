using System.Diagnostics;
using System.Text.Json;
using Otedama.Wire;

namespace Otedama.Tests.Published;

/// <summary>A real Litecoin node on regtest, and a second one that keeps it company.</summary>
internal sealed class LiveCoin : IAsyncDisposable
{
    public const string Program = "/usr/bin/litecoind";

    private readonly string _folder;
    private readonly Process _node, _company;
    private readonly RpcClient _rpc;

    public LiveCoin(string folder)
    {
        _folder = folder;
        (int rpc, int peer) = (FreePort.Next(), FreePort.Next());
        Cookie = Path.Combine(folder, "coin", "regtest", ".cookie");
        // Without a peer the node refuses templates even on regtest. A long poll keeps one of its threads for RPC, of
        // which it has four: with five pools at it nobody else is answered.
        _node = Start(Path.Combine(folder, "coin"), $"-rpcport={rpc}", $"-port={peer}", "-bind=127.0.0.1", "-listen=1",
            "-connect=0", "-rpcthreads=16", "-rpcworkqueue=64");
        _company = Start(Path.Combine(folder, "company"),
            $"-rpcport={FreePort.Next()}", "-listen=0", $"-connect=127.0.0.1:{peer}", "-disablewallet");
        Url = $"http://127.0.0.1:{rpc}";
        _rpc = new RpcClient(RpcEndpoint.Parse(Url, cookiePath: Cookie), TimeProvider.System);
    }

    public string Url { get; }

    /// <summary>File with the password.</summary>
    public string Cookie { get; }

    /// <summary>
    /// Waits for the node and its company, and makes one block, without which the node thinks that it is far behind.
    /// </summary>
    /// <exception cref="TimeoutException">One of the two did not come up; with the end of what both have written.</exception>
    public async Task BeginAsync(string address)
    {
        long began = Stopwatch.GetTimestamp();
        bool made = false;
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            try
            {
                if (!made)
                {
                    await CallAsync("generatetoaddress", $"1,\"{address}\"");
                    made = true;
                }
                if ((await CallAsync("getconnectioncount")).GetInt32() > 0)
                {
                    return;
                }
                await Task.Delay(50);
            }
            catch (RpcException e) when (e.IsTransient || e.Failure == RpcFailure.Credentials)
            {
                await Task.Delay(50);
            }
        }
        throw new TimeoutException($"no coin node with company within {Patience.Limit.TotalSeconds:F0} s: "
            + $"{Story("coin", _node)}\n{Story("company", _company)}");
    }

    private string Story(string name, Process process)
    {
        string log = Path.Combine(_folder, name, "regtest", "debug.log");
        string[] lines = File.Exists(log) ? File.ReadAllLines(log) : [];
        return $"{name} {(process.HasExited ? $"ended with {process.ExitCode}" : "runs")}\n{string.Join('\n', lines.TakeLast(30))}";
    }

    public async Task<JsonElement> CallAsync(string method, string parameters = "")
    {
        using RpcAnswer answer = await _rpc.CallAsync(RpcRequest.Create(method, parameters), Patience.Limit, default);
        return JsonDocument.Parse(answer.Result.ToArray()).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        _node.Kill();
        _company.Kill();
        await _node.WaitForExitAsync();
        await _company.WaitForExitAsync();
        _node.Dispose();
        _company.Dispose();
    }

    private static Process Start(string folder, params string[] arguments) => Process.Start(new ProcessStartInfo(
        Program,
        [
            $"-datadir={Directory.CreateDirectory(folder).FullName}", "-regtest", "-server", "-dnsseed=0", "-dbcache=8",
            "-printtoconsole=0", "-par=1", .. arguments,
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
