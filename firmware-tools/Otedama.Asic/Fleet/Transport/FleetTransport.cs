namespace Otedama.Asic;

/// <summary>The ways of one program to its devices, shared by all drivers so that each port of a device sees one request at a time.</summary>
public sealed class FleetTransport : IDisposable
{
    public FleetTransport(TimeProvider clock)
    {
        Clock = clock;
        Sockets = new SocketExchange(clock, Gates);
        Frames = new FrameExchange(clock, Sockets);
        Cgminer = new CgminerClient(Sockets);
        Http = new FleetHttp(clock, Gates);
    }

    public TimeProvider Clock { get; }

    public FleetWaits Waits { get; init; } = new();

    public DeviceGates Gates { get; } = new();

    public SocketExchange Sockets { get; }

    public FrameExchange Frames { get; }

    public CgminerClient Cgminer { get; }

    public FleetHttp Http { get; }

    public void Dispose() => Http.Dispose();
}
