using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>The same pool on io_uring, where the loop of its connections checks and commits shares.</summary>
public sealed class PoolServerOnRingTests : PoolServerTests
{
    private protected override PoolWorld World
    {
        get
        {
            Assert.SkipUnless(RingEngine.IsPossible(out string? whyNot), $"no io_uring here: {whyNot}");
            return TestWorld.Make() with { Transport = new RingEngine() };
        }
    }
}
