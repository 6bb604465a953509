using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Keeps one node's templates coming: long poll where the node offers it, else polling, and its published blocks beside;
/// probes its health; waits longer and longer while it fails. Health is replaced as a whole for readers.
/// </summary>
internal sealed partial class NodeClient : IStep, IDisposable
{
    /// <summary>A node that stays away is named again after this long, so that the log shows when it is asked next.</summary>
    private static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(60);

    private readonly NodeClientGroupOptions _options;
    private readonly TemplateReader _reader;
    private readonly INodeGroup _group;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackOff _backOff;
    private readonly Lock _healthGate = new(); // the steps of client and ear both write
    private volatile NodeHealth _health;
    private volatile bool _hurried; // set by the group
    private Pause _absence; // before the next attempt
    private long _saidAt;

    public NodeClient(
        NodeEndpoint endpoint, NodeClientGroupOptions options, TemplateReader reader, INodeGroup group, PoolWorld world, ILogger logger)
    {
        _options = options;
        _reader = reader;
        _group = group;
        _time = world.Time;
        _logger = logger;
        _backOff = new BackOff(options.BackOffFirst, options.BackOffLast, world.Random);
        _health = new NodeHealth { Name = endpoint.Rpc.Name, State = NodeState.Connecting };
        Wake = new Signal(_time);
        Rpc = world.Nodes.Open(endpoint.Rpc);
        Ear = endpoint.Blocks is { } address ? new BlockEar(address, this, world) : null;
    }

    public IRpcLink Rpc { get; }

    /// <summary>Listens to the blocks that the node publishes; null when it does not.</summary>
    public BlockEar? Ear { get; }

    public string Name => Rpc.Name;

    public NodeHealth Health => _health;

    public Signal Wake { get; }

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        try
        {
            if (_template is { } template)
            {
                return await FollowAsync(template, stop);
            }
            TimeSpan left = _hurried ? TimeSpan.Zero : _absence.Left(_time);
            if (left == TimeSpan.Zero)
            {
                await CheckNodeAsync(stop);
                _longPollWaits = true;
                Begin(await FetchAsync(stop));
            }
            return left;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            LeaveTemplate();
            return Recover(e);
        }
    }

    /// <summary>Ends a wait for the next attempt.</summary>
    public void Hurry()
    {
        _hurried = true;
        Wake.Set();
    }

    /// <summary>A block that the node published. On the ear's step.</summary>
    public void OnBlockHeard(Hash256 block)
    {
        Update(health => health with { BlockHeard = block, BlocksHeard = health.BlocksHeard + 1 });
        Wake.Set();
    }

    /// <summary>On the ear's step.</summary>
    public void OnEarChanged(Uri address, EarState state)
    {
        EarState? before = _health.Ear;
        Update(health => health with { Ear = state });
        if (state.IsConnected)
        {
            TemplateLog.EarOpen(_logger, Name, address);
        }
        else if (before?.Problem != state.Problem)
        {
            TemplateLog.EarDeaf(_logger, Name, address, state.Problem ?? "");
        }
    }

    public void Dispose()
    {
        LeaveTemplate();
        Ear?.Dispose();
        Rpc.Dispose();
    }

    /// <summary>
    /// A node that is away or starting is asked again every few seconds; one that answers "no" less and less often. Neither
    /// waits while nobody has work. Returns the pause.
    /// </summary>
    private TimeSpan Recover(Exception e)
    {
        bool silent = e is RpcException { Failure: RpcFailure.Unreachable or RpcFailure.Timeout };
        // Away, starting, or its cookie is not written yet: over in a moment, and to ask costs nothing.
        bool brief = e is RpcException { Failure: RpcFailure.Unreachable or RpcFailure.WarmingUp }
            or RpcException { Failure: RpcFailure.Credentials, InnerException: not null };
        NodeHealth before = _health;
        bool served = before.State == NodeState.Ready;
        _hurried = false;
        Update(health => health with
        {
            State = silent ? NodeState.Down : NodeState.NotReady,
            LastError = e.Message,
            LastErrorAt = _time.GetUtcNow(),
        });
        TimeSpan wait = _group.NoneServes ? _backOff.Next(_options.BackOffFirst)
            : _backOff.Next(brief ? _options.BackOffBrief : _options.BackOffLast);
        _absence = Pause.Begin(_time, wait);
        Update(health => health with { NextAttemptAt = _time.GetUtcNow() + wait });
        if (served || before.LastError != e.Message || _time.GetElapsedTime(_saidAt) >= s_reminder)
        {
            TemplateLog.NodeFailed(_logger, Name, e.Message, wait.TotalSeconds);
            _saidAt = _time.GetTimestamp();
        }
        if (served)
        {
            _group.OnLost();
        }
        return _hurried ? TimeSpan.Zero : wait;
    }

    /// <summary>Blocks for another chain are worth nothing, so the mistake is named before any work is done.</summary>
    private async ValueTask CheckNodeAsync(CancellationToken stop)
    {
        if (_options.Coin is not { } coin)
        {
            return;
        }
        NodeReport report = await NodeReport.AskAsync(Rpc, _options.CallTimeout, _time, stop);
        if ((report.ForeignTo(coin) ?? report.BehindFor(coin)) is { } problem)
        {
            throw new TemplateException($"node {Name} gives no work for this pool: {problem}");
        }
    }

    private void Update(Func<NodeHealth, NodeHealth> change)
    {
        lock (_healthGate)
        {
            _health = change(_health);
        }
    }
}
