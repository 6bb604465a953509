using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Keeps one node's templates coming: long poll where the node offers it, else polling, and its published blocks beside;
/// probes its health; waits longer and longer while it fails. One loop asks; Health is replaced as a whole for readers.
/// </summary>
internal sealed partial class NodeClient : IAsyncDisposable
{
    /// <summary>Blocks on their way to one node at once: 8 MB of hex each at most.</summary>
    private const int DeliveriesMax = 16;

    /// <summary>A node that stays away is named again after this long, so that the log shows when it is asked next.</summary>
    private static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(60);

    private readonly NodeClientGroupOptions _options;
    private readonly TemplateReader _reader;
    private readonly PoolWorld _world;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackOff _backOff;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _healthLock = new(); // the loop and the ear both write
    private readonly Signal _hurry; // set by the group
    private readonly Signal _news; // set by the ear
    private volatile NodeHealth _health;
    private long _saidAt;
    private int _deliveries;
    private Task _loop = Task.CompletedTask;
    private Task _ear = Task.CompletedTask;

    public NodeClient(NodeEndpoint endpoint, NodeClientGroupOptions options, TemplateReader reader, PoolWorld world, ILogger logger)
    {
        _options = options;
        _reader = reader;
        _world = world;
        _time = world.Time;
        _logger = logger;
        _backOff = new BackOff(options.BackOffFirst, options.BackOffLast, world.Random);
        _hurry = new Signal(_time);
        _news = new Signal(_time);
        _health = new NodeHealth { Name = endpoint.Rpc.Name, State = NodeState.Connecting };
        Rpc = world.Nodes.Open(endpoint.Rpc);
        Blocks = endpoint.Blocks;
    }

    public IRpcLink Rpc { get; }

    public string Name => Rpc.Name;

    public NodeHealth Health => _health;

    /// <summary>Where the node publishes its blocks; null when it does not.</summary>
    private Uri? Blocks { get; }

    /// <summary>A checked template arrived. Returns true when it is mined on.</summary>
    public required Func<Template, bool> Arrived { get; init; }

    /// <summary>Why a template of this node must not be mined on, in words that follow its name; null when it may.</summary>
    public required Func<NodeClient, Template, string?> Problem { get; init; }

    /// <summary>The node serves again after it did not.</summary>
    public required Action<NodeClient> Returned { get; init; }

    /// <summary>The node served and does no more.</summary>
    public required Action<NodeClient> Lost { get; init; }

    /// <summary>True while no node gives work.</summary>
    public required Func<bool> NoneServes { get; init; }

    public void Start()
    {
        _loop = Task.Run(RunAsync);
        if (Blocks is { } address)
        {
            _ear = Task.Run(() => new BlockEar(address, _world, OnBlockHeard, OnEarChanged).ListenAsync(_stop.Token));
        }
    }

    /// <summary>Ends a wait for the next attempt.</summary>
    public void Hurry() => _hurry.Set();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _ear;
        Rpc.Dispose();
        _stop.Dispose();
    }

    /// <summary>Sends one block, with retries. A node that hangs is spared further ones, and memory the wait for it.</summary>
    public async Task<NodeVerdict> SubmitAsync(AssembledBlock block, RpcRequest request, CancellationToken stop)
    {
        try
        {
            if (Interlocked.Increment(ref _deliveries) > DeliveriesMax)
            {
                return new NodeVerdict(Name, SubmitOutcome.Unreachable, $"{DeliveriesMax} blocks wait for its answer", 0, TimeSpan.Zero);
            }
            return await new BlockDelivery(Rpc, block, request, _time, _logger).RunAsync(stop);
        }
        finally
        {
            Interlocked.Decrement(ref _deliveries);
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await CheckNodeAsync();
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

    /// <summary>
    /// A node that is away or starting is asked again every few seconds; one that answers "no" less and less often. Neither
    /// waits while nobody has work.
    /// </summary>
    private async Task RecoverAsync(Exception e)
    {
        bool silent = e is RpcException { Failure: RpcFailure.Unreachable or RpcFailure.Timeout };
        // Away, starting, or its cookie is not written yet: over in a moment, and to ask costs nothing.
        bool brief = e is RpcException { Failure: RpcFailure.Unreachable or RpcFailure.WarmingUp }
            or RpcException { Failure: RpcFailure.Credentials, InnerException: not null };
        NodeHealth before = _health;
        bool served = before.State == NodeState.Ready;
        Update(health => health with
        {
            State = silent ? NodeState.Down : NodeState.NotReady,
            LastError = e.Message,
            LastErrorAt = _time.GetUtcNow(),
        });
        TimeSpan wait = NoneServes() ? _backOff.Next(_options.BackOffFirst)
            : _backOff.Next(brief ? _options.BackOffBrief : _options.BackOffLast);
        Update(health => health with { NextAttemptAt = _time.GetUtcNow() + wait });
        if (served || before.LastError != e.Message || _time.GetElapsedTime(_saidAt) >= s_reminder)
        {
            TemplateLog.NodeFailed(_logger, Name, e.Message, wait.TotalSeconds);
            _saidAt = _time.GetTimestamp();
        }
        if (served)
        {
            Lost(this);
        }
        try
        {
            await _hurry.WaitAsync(wait, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the loop sees it.
        }
    }

    /// <summary>Blocks for another chain are worth nothing, so the mistake is named before any work is done.</summary>
    private async Task CheckNodeAsync()
    {
        if (_options.Coin is not { } coin)
        {
            return;
        }
        NodeReport report = await NodeReport.AskAsync(Rpc, _options.CallTimeout, _time, _stop.Token);
        if ((report.ForeignTo(coin) ?? report.BehindFor(coin)) is { } problem)
        {
            throw new TemplateException($"node {Name} gives no work for this pool: {problem}");
        }
    }

    private void OnBlockHeard(Hash256 block)
    {
        Update(health => health with { BlockHeard = block, BlocksHeard = health.BlocksHeard + 1 });
        _news.Set();
    }

    private void OnEarChanged(EarState state)
    {
        EarState? before = _health.Ear;
        Update(health => health with { Ear = state });
        if (state.IsConnected)
        {
            TemplateLog.EarOpen(_logger, Name, Blocks!);
        }
        else if (before?.Problem != state.Problem)
        {
            TemplateLog.EarDeaf(_logger, Name, Blocks!, state.Problem ?? "");
        }
    }

    private void Update(Func<NodeHealth, NodeHealth> change)
    {
        lock (_healthLock)
        {
            _health = change(_health);
        }
    }
}
