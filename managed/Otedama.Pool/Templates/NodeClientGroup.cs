using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// All nodes of the pool at once: the fastest new template wins, a failing node is passed over, every node gets every
/// block. Safe from any thread.
/// </summary>
public sealed class NodeClientGroup : IAsyncDisposable
{
    private readonly NodeClientGroupOptions _options;
    private readonly ILogger _logger;
    private readonly NodeClient[] _nodes;
    private readonly TemplateChooser _chooser = new();

    /// <summary>Orders choices and their announcements.</summary>
    private readonly Lock _lock = new();

    public NodeClientGroup(NodeClientGroupOptions options, PoolWorld world, ILogger logger)
    {
        if (options.Nodes.Count is 0 or > NodeClientGroupOptions.NodesMax)
        {
            throw new ArgumentException($"{options.Nodes.Count} nodes; 1 to {NodeClientGroupOptions.NodesMax} are allowed");
        }
        if (options.Nodes.GroupBy(static node => node.Rpc.Name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"node {twice.Key} is listed twice");
        }
        _options = options;
        _logger = logger;
        var reader = new TemplateReader(options.Algorithm, options.Rules, world.Time);
        _nodes = [.. options.Nodes.Select(endpoint => new NodeClient(endpoint, options, reader, world, logger)
        {
            Arrived = OnTemplate,
            Problem = ProblemOf,
            Returned = node => NodeReturned?.Invoke(node.Name),
            Lost = OnLost,
            NoneServes = () => Ready.Count == 0,
        })];
    }

    /// <summary>A template better than the one before. Called in order on a node's own loop.</summary>
    public event Action<Template>? TemplateChosen;

    /// <summary>A node serves for the first time or again; its name.</summary>
    public event Action<string>? NodeReturned;

    /// <summary>The template mined on; null before the first.</summary>
    public Template? Current
    {
        get
        {
            lock (_lock)
            {
                return _chooser.Current;
            }
        }
    }

    /// <summary>The nodes that serve work now.</summary>
    internal IReadOnlyList<NodeClient> Ready => [.. _nodes.Where(static node => node.Health.State == NodeState.Ready)];

    public void Start()
    {
        foreach (NodeClient node in _nodes)
        {
            node.Start();
        }
    }

    public IReadOnlyList<NodeHealth> Snapshot() => [.. _nodes.Select(static node => node.Health)];

    /// <summary>
    /// Sends the block to all nodes in parallel, each with its own retries; what each says, in the order of the options. The
    /// tasks fail only when stop is cancelled.
    /// </summary>
    public IReadOnlyList<Task<NodeVerdict>> SubmitBlock(AssembledBlock block, CancellationToken stop)
    {
        RpcRequest request = TemplateRequest.Submit(block, merged: _options.Algorithm == Algorithm.VerusHash);
        return [.. _nodes.Select(node => node.SubmitAsync(block, request, stop))];
    }

    /// <summary>
    /// Asks the node that offered the template whether this block would be valid but for its proof of work. Null when
    /// it would, else the reason. Throws RpcException when the node cannot say.
    /// </summary>
    public async Task<string?> ProposeAsync(AssembledBlock block, string source, CancellationToken stop)
    {
        NodeClient node = _nodes.FirstOrDefault(node => node.Name == source) ?? _nodes[0];
        using RpcAnswer reply = await node.Rpc.CallAsync(TemplateRequest.Propose(_options.Rules, block), _options.CallTimeout, stop);
        return SubmitAnswer.ReadReason(reply.Result);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_nodes.Select(static node => node.DisposeAsync().AsTask()));

    /// <summary>Nobody gives work now: whoever is back is asked at once.</summary>
    private void OnLost(NodeClient lost)
    {
        if (Ready.Count == 0)
        {
            foreach (NodeClient node in _nodes)
            {
                node.Hurry();
            }
        }
    }

    /// <summary>A node that reads its chain anew or was away for long offers templates on blocks the others left long ago.</summary>
    private string? ProblemOf(NodeClient node, Template template)
    {
        int height = template.Height - 1;
        (int Height, string Whose)[] known =
        [
            (_options.KnownHeight?.Invoke() ?? 0, "a block of this pool"),
            ((Current?.Height ?? 0) - 1, "what this pool mined on"),
            .. Ready.Where(other => other != node).Select(static other => (other.Health.Height ?? 0, $"node {other.Name}")),
        ];
        (int Height, string Whose) best = known.MaxBy(static each => each.Height);
        return best.Height - height <= NodeReport.BehindMax ? null
            : $"is at height {height}, {best.Height - height} blocks behind {best.Whose}; it is not mined on before it has caught up. "
                + "If the chain was begun anew, use another data_dir.";
    }

    private bool OnTemplate(Template template)
    {
        lock (_lock)
        {
            Template? old = _chooser.Current;
            bool lives = old is not null
                && _nodes.Any(node => node.Name == old.Source && node.Health.State == NodeState.Ready);
            if (!_chooser.Offer(template, lives))
            {
                return false;
            }
            if (old?.PreviousHash != template.PreviousHash)
            {
                TemplateLog.NewTip(_logger, template.Height, template.PreviousHash, template.Source);
            }
            TemplateChosen?.Invoke(template);
            return true;
        }
    }
}
