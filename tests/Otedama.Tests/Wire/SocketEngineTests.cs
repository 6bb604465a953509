using Otedama.Wire;

namespace Otedama.Tests.Wire;

/// <summary>The engine on .NET sockets does what every engine over TCP does.</summary>
public sealed class SocketEngineTests : StreamConformance
{
    protected override ITransportEngine Engine { get; } = new SocketEngine();
}
