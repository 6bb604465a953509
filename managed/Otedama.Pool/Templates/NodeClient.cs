using System.Text.Json;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Keeps one node's templates coming: long poll where the node offers it, else polling; probes its health; waits longer
/// and longer while it fails. One loop owns all state; Health is replaced as a whole for readers.
/// </summary>
internal sealed class NodeClient : IAsyncDisposable
{
    /// <summary>Least time between two templates on the same tip, so that a long poll that never waits costs little.</summary>
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(250);

    private readonly NodeClientGroupOptions _options;
    private readonly TemplateReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackOff _backOff;
    private readonly CancellationTokenSource _stop = new();
    private volatile NodeHealth _health;
    private bool _longPollIdles = true;
    private Task _loop = Task.CompletedTask;

    public NodeClient(RpcEndpoint endpoint, NodeClientGroupOptions options, TemplateReader reader, TimeProvider time, ILogger logger)
    {
        _options = options;
        _reader = reader;
        _time = time;
        _logger = logger;
        _backOff = new BackOff(options.BackOffFirst, options.BackOffLast);
        _health = new NodeHealth { Name = endpoint.Name, State = NodeState.Connecting };
        Rpc = new RpcClient(endpoint, time);
    }

    public RpcClient Rpc { get; }

    public string Name => Rpc.Endpoint.Name;

    public NodeHealth Health => _health;

    /// <summary>A checked template arrived. Returns true when it is mined on.</summary>
    public required Func<Template, bool> Arrived { get; init; }

    /// <summary>The node serves again after it did not.</summary>
    public required Action<NodeClient> Returned { get; init; }

    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        Rpc.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await CheckChainAsync();
                await ServeAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                await RecoverAsync(e);
            }
        }
    }

    private async Task RecoverAsync(Exception e)
    {
        bool silent = e is RpcException { Failure: RpcFailure.Unreachable or RpcFailure.Timeout };
        TimeSpan wait = _backOff.Next();
        bool news = _health.LastError != e.Message || _health.State == NodeState.Ready;
        _health = _health with
        {
            State = silent ? NodeState.Down : NodeState.NotReady,
            LastError = e.Message,
            LastErrorAt = _time.GetUtcNow(),
        };
        if (news)
        {
            TemplateLog.NodeFailed(_logger, Name, e.Message, wait.TotalSeconds);
        }
        await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Blocks for another chain are worth nothing, so the mistake is named before any work is done.</summary>
    private async Task CheckChainAsync()
    {
        if (_options.Chain is not { } expected)
        {
            return;
        }
        using RpcAnswer reply = await Rpc.CallAsync(RpcRequest.Create("getblockchaininfo"), _options.CallTimeout, _stop.Token);
        string? chain = ReadText(reply.Result, "chain"u8);
        if (chain is not null && chain != expected)
        {
            throw new TemplateException(
                $"node {Name} runs chain \"{Hex.Shorten(chain)}\"; this pool mines \"{expected}\". Correct node.network or node.urls.");
        }
    }

    private async Task ServeAsync()
    {
        Template template = await FetchAsync("", _options.CallTimeout, _stop.Token);
        _longPollIdles = true;
        while (true)
        {
            long asked = _time.GetTimestamp();
            Template? next = template.LongPollId.Length > 0 && _longPollIdles
                ? await LongPollAsync(template)
                : await PollAsync(template);
            next ??= await FetchAsync("", _options.CallTimeout, _stop.Token);
            if (next.PreviousHash == template.PreviousHash && _time.GetElapsedTime(asked) < s_breath)
            {
                _longPollIdles = next.LongPollId != template.LongPollId;
                await Task.Delay(s_breath, _time, _stop.Token);
            }
            template = next;
        }
    }

    private async Task<Template> FetchAsync(string longPollId, TimeSpan timeout, CancellationToken stop)
    {
        using RpcAnswer reply = await Rpc.CallAsync(TemplateRequest.Create(_options.Rules, longPollId, _options.Payees?.Invoke()), timeout, stop);
        Template template = _reader.Read(reply.Result, Name);
        bool returned = _health.State != NodeState.Ready;
        _backOff.Reset();
        _health = _health with
        {
            State = NodeState.Ready,
            Height = template.Height,
            LongPolls = template.LongPollId.Length > 0,
            TemplatesServed = _health.TemplatesServed + 1,
        };
        if (returned)
        {
            TemplateLog.NodeReady(_logger, Name, template.Height, template.LongPollId.Length > 0);
        }
        if (Arrived(template))
        {
            _health = _health with { TemplatesUsed = _health.TemplatesUsed + 1 };
        }
        if (returned)
        {
            Returned(this);
        }
        return template;
    }

    /// <summary>Null when the node's tip moved but the poll did not say so.</summary>
    private async Task<Template?> LongPollAsync(Template template)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task<Template> poll = FetchAsync(template.LongPollId, _options.LongPollTimeout, end.Token);
        try
        {
            bool missed = false;
            while (true)
            {
                await Task.WhenAny(poll, Task.Delay(_options.ProbeEvery, _time, end.Token));
                if (poll.IsCompleted)
                {
                    return await poll;
                }
                bool moved = await ProbeAsync() is { } best && best != template.PreviousHash;
                if (moved && missed)
                {
                    TemplateLog.LongPollStuck(_logger, Name);
                    return null;
                }
                missed = moved;
            }
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)poll).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns null as soon as a new template is worth fetching.</summary>
    private async Task<Template?> PollAsync(Template template)
    {
        long started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < _options.PollTemplateEvery)
        {
            await Task.Delay(_options.PollEvery, _time, _stop.Token);
            if (await ProbeAsync() is { } best && best != template.PreviousHash)
            {
                break;
            }
        }
        return null;
    }

    /// <summary>Asks for the best block; null when the answer is not a hash.</summary>
    private async Task<Hash256?> ProbeAsync()
    {
        long asked = _time.GetTimestamp();
        using RpcAnswer reply = await Rpc.CallAsync(RpcRequest.Create("getbestblockhash"), _options.CallTimeout, _stop.Token);
        _health = _health with { LatencyMs = _time.GetElapsedTime(asked).TotalMilliseconds };
        return ReadHash(reply.Result);
    }

    private static Hash256? ReadHash(ReadOnlySpan<byte> json)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        bool isHash = json.Length == 66 && json[0] == '"' && Hex.TryDecode(json[1..65], bytes, out int written) && written == bytes.Length;
        bytes.Reverse();
        return isHash ? new Hash256(bytes) : null;
    }

    private static string? ReadText(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            reader.Skip();
        }
        return null;
    }
}
