using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>The engine on io_uring does what every engine over TCP does; skipped where the system has no ring to give.</summary>
public sealed class RingEngineTests : StreamConformance
{
    protected override ITransportEngine Engine { get; } = Make();

    private static RingEngine Make()
    {
        Assert.SkipUnless(RingEngine.IsPossible(out string? whyNot), $"no io_uring here: {whyNot}");
        return new RingEngine();
    }
}
