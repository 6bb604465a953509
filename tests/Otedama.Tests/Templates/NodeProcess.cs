using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>A coin's own node on regtest, in a folder of its own, started and stopped as a test wants.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly int _rpcPort = FreePort.Next();
    private Process? _process;

    /// <param name="peers">The nodes it connects to; it listens for others in any case.</param>
    public NodeProcess(string program, string folder, params NodeProcess[] peers)
    {
        _program = program;
        PeerPort = FreePort.Next();
        string data = Directory.CreateDirectory(folder).FullName;
        string[] connect = peers.Length == 0 ? ["-connect=0"] : [.. peers.Select(static peer => $"-connect=127.0.0.1:{peer.PeerPort}")];
        _arguments = [$"-datadir={data}", "-regtest", "-server", $"-rpcport={_rpcPort}", "-dnsseed=0", "-dbcache=8", "-printtoconsole=0",
            "-par=1", "-fallbackfee=0.001", $"-port={PeerPort}", "-bind=127.0.0.1", "-listen=1", .. connect];
        Endpoint = RpcEndpoint.Parse($"http://127.0.0.1:{_rpcPort}", cookiePath: Path.Combine(data, "regtest", ".cookie"));
        Rpc = new RpcClient(Endpoint, TimeProvider.System);
    }

    public RpcEndpoint Endpoint { get; }

    public RpcClient Rpc { get; }

    private int PeerPort { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Launch();
        using CancellationTokenSource patience = new(s_patience);
        while (true)
        {
            try
            {
                await CallAsync("getblockcount");
                return;
            }
            catch (RpcException e) when (e.IsTransient || e.Failure == RpcFailure.Credentials)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    /// <summary>Starts it and returns at once: it warms up meanwhile.</summary>
    public void Launch() => _process = Process.Start(
        new ProcessStartInfo(_program, _arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>As an operator stops it.</summary>
    public async Task StopAsync()
    {
        await CallAsync("stop");
        await _process!.WaitForExitAsync().WaitAsync(s_patience);
    }

    /// <summary>As a machine dies.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
    }

    public async Task<JsonElement> CallAsync(string method, string parameters = "")
    {
        using RpcAnswer answer = await Rpc.CallAsync(RpcRequest.Create(method, parameters), Patience.Limit, default);
        return JsonDocument.Parse(answer.Result.ToArray()).RootElement;
    }

    public async Task<string> BestAsync() => (await CallAsync("getbestblockhash")).GetString()!;

    public async Task UntilBestAsync(string hash)
    {
        for (int i = 0; i < 1_800 && await BestAsync() != hash; i++)
        {
            await Task.Delay(100);
        }
        Assert.Equal(hash, await BestAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Rpc.Dispose();
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }
        _process?.Dispose();
    }
}
