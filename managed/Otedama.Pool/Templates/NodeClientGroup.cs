using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// All nodes of the pool at once: the fastest new template wins, a failing node is passed over. Each node and each ear is a
/// step of its own; what they share is safe from any thread.
/// </summary>
public sealed class NodeClientGroup : INodeGroup, IDisposable
{
    private readonly NodeClientGroupOptions _options;
    private readonly ITemplateSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NodeClient[] _nodes;
    private readonly TemplateChooser _chooser = new();

    /// <summary>Orders choices and their announcements.</summary>
    private readonly Lock _gate = new();
    private long _lostAt; // when the last node that served stopped; at first, the beginning

    public NodeClientGroup(NodeClientGroupOptions options, ITemplateSink sink, PoolWorld world, ILogger logger)
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
        _sink = sink;
        _logger = logger;
        _time = world.Time;
        _lostAt = _time.GetTimestamp();
        TemplateReader reader = new(options.Algorithm, options.Rules, world.Time, options.Family);
        _nodes = [.. options.Nodes.Select(endpoint => new NodeClient(endpoint, options, reader, this, world, logger))];
    }

    /// <summary>What keeps the templates coming; each to be called by a loop of its own.</summary>
    public IEnumerable<IStep> Steps => [.. _nodes, .. _nodes.Select(static node => node.Ear).OfType<IStep>()];

    /// <summary>Calls to all nodes, in the order of the options.</summary>
    public IReadOnlyList<IRpcLink> Links => [.. _nodes.Select(static node => node.Rpc)];

    /// <summary>The template mined on; null before the first.</summary>
    public Template? Current
    {
        get
        {
            lock (_gate)
            {
                return _chooser.Current;
            }
        }
    }

    /// <summary>The nodes that serve work now.</summary>
    internal IReadOnlyList<NodeClient> Ready => [.. _nodes.Where(static node => node.Health.State == NodeState.Ready)];

    /// <summary>For how long no node has given work; null while one does.</summary>
    public TimeSpan? WithoutWork => Ready.Count > 0 ? null : _time.GetElapsedTime(Interlocked.Read(ref _lostAt));

    public IReadOnlyList<NodeHealth> Snapshot() => [.. _nodes.Select(static node => node.Health)];

    /// <summary>After the loops of its steps have ended.</summary>
    public void Dispose()
    {
        foreach (NodeClient node in _nodes)
        {
            node.Dispose();
        }
    }

    bool INodeGroup.NoneServes => Ready.Count == 0;

    void INodeGroup.OnReturned(NodeClient node) => _sink.OnNodeReturned();

    /// <summary>Nobody gives work now: whoever is back is asked at once.</summary>
    void INodeGroup.OnLost()
    {
        if (Ready.Count == 0)
        {
            Interlocked.Exchange(ref _lostAt, _time.GetTimestamp());
            foreach (NodeClient node in _nodes)
            {
                node.Hurry();
            }
        }
    }

    /// <summary>A node that reads its chain anew or was away for long offers templates on blocks the others left long ago.</summary>
    string? INodeGroup.ProblemOf(NodeClient node, Template template)
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

    bool INodeGroup.OnTemplate(Template template)
    {
        lock (_gate)
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
            _sink.Offer(template);
            return true;
        }
    }
}
