using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Templates;

/// <summary>Nodes with the loops that a pool gives them, and the height of the newest template they chose.</summary>
internal sealed class RunningNodes : ITemplateSink, IAsyncDisposable
{
    private readonly StepLoop[] _loops;
    private volatile int _newest;

    public RunningNodes(NodeClientGroupOptions options, PoolWorld world)
    {
        Group = new NodeClientGroup(options, this, world, NullLogger.Instance);
        _loops = [.. Group.Steps.Select(static step => new StepLoop(step, NullLogger.Instance))];
    }

    public NodeClientGroup Group { get; }

    public Template? Current => Group.Current;

    public IReadOnlyList<NodeHealth> Snapshot() => Group.Snapshot();

    public void Start()
    {
        foreach (StepLoop loop in _loops)
        {
            loop.Start();
        }
    }

    public Task WaitAsync(int height) => Patience.UntilAsync(() => _newest == height, $"a template of height {height}");

    public void Offer(Template template) => _newest = template.Height;

    public void OnNodeReturned()
    {
        // No blocks wait here.
    }

    public async ValueTask DisposeAsync()
    {
        foreach (StepLoop loop in _loops)
        {
            await loop.DisposeAsync();
        }
        Group.Dispose();
    }
}
