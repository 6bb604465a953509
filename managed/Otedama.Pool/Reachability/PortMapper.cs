using System.Net;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Has the gateway lead connections from outside to our port: PCP, else NAT-PMP, else UPnP; renews, begins anew when
/// the gateway or our address changes, and deletes at the end. A step.
/// </summary>
public sealed class PortMapper : IStep
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(2);

    /// <summary>
    /// A gateway that was started again has forgotten us; asking so often is how it is noticed. RFC 6887 allows it.
    /// </summary>
    private static readonly TimeSpan s_renewLatest = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_renewFirst = TimeSpan.FromSeconds(30), s_look = TimeSpan.FromMinutes(1);

    private readonly INatWorld _world;
    private readonly INatMethod[] _methods;
    private readonly TimeProvider _time;
    private readonly ushort _port;
    private readonly BackOff _backOff;
    private NatRoute? _route;
    private INatMethod? _method;
    private NatGrant? _grant;
    private Pause _pause;
    private volatile PortMapping _mapping;

    public PortMapper(INatWorld world, NatChoice choice, int port, TimeProvider time, IRandomness random)
    {
        (_world, _port, _time) = (world, (ushort)port, time);
        INatMethod[] all = [new PcpMethod(world, random), new NatPmpMethod(world), new UpnpMethod(world)];
        _methods = choice switch
        {
            NatChoice.Auto => all,
            NatChoice.Off => [],
            _ => [all[choice - NatChoice.Pcp]],
        };
        _backOff = new BackOff(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30), random);
        _mapping = new PortMapping(null, null, choice == NatChoice.Off ? "port mapping is off (p2p.nat)"
            : "not asked yet");
        Wake = new Signal(time);
    }

    public Signal Wake { get; }

    public PortMapping Mapping => _mapping;

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        if (_methods.Length == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }
        NatRoute? route = _world.Route();
        if (route != _route)
        {
            (_route, _method, _grant, _pause) = (route, null, null, default);
            _backOff.Reset();
        }
        if (_pause.Left(_time) == TimeSpan.Zero)
        {
            _pause = Pause.Begin(_time, await AskAsync(route, stop));
        }
        return Pause.Earlier(_pause.Left(_time), s_look);
    }

    /// <summary>On a clean stop. A gateway that does not answer forgets by itself when the lifetime is over.</summary>
    public async Task DeleteAsync(CancellationToken stop)
    {
        if (_method is { } method && _route is { } route && _grant is { } grant)
        {
            ushort outside = method is UpnpMethod ? grant.ExternalPort : (ushort)0;
            await method.MapAsync(route, NatTransport.Tcp, _port, outside, TimeSpan.Zero, stop);
            await method.MapAsync(route, NatTransport.Udp, _port, outside, TimeSpan.Zero, stop);
            (_method, _grant, _mapping) = (null, null, new PortMapping(null, null, "mapping deleted"));
        }
    }

    /// <summary>Returns when to ask again.</summary>
    private async Task<TimeSpan> AskAsync(NatRoute? route, CancellationToken stop)
    {
        if (route is null)
        {
            _mapping = new PortMapping(null, null, "this machine has no IPv4 gateway");
            return _backOff.Next();
        }
        string refusal = "";
        foreach (INatMethod method in _method is { } known ? _methods.OrderBy(one => one != known)
            : _methods.AsEnumerable())
        {
            NatAnswer answer =
                await method.MapAsync(route, NatTransport.Tcp, _port, _grant?.ExternalPort ?? _port, s_lifetime, stop);
            if (answer.Grant is { } grant)
            {
                await method.MapAsync(route, NatTransport.Udp, _port, grant.ExternalPort, s_lifetime, stop);
                return Granted(method, grant);
            }
            // What a gateway says beats that another protocol is not spoken.
            refusal = refusal.Length == 0 || !answer.IsOther ? answer.Refusal : refusal;
        }
        (_method, _grant, _mapping) = (null, null, new PortMapping(null, null, refusal));
        return _backOff.Next();
    }

    private TimeSpan Granted(INatMethod method, NatGrant grant)
    {
        (_method, _grant) = (method, grant);
        _backOff.Reset();
        bool isPublic = grant.Address is { } address && PeerEndpoint.Of(address, _port).IsPublic;
        _mapping = isPublic ? new PortMapping(method.Name, PeerEndpoint.Of(grant.Address!, grant.ExternalPort), "")
            : new PortMapping(method.Name, null, grant.Address is null
                ? "gateway mapped the port and does not tell its address"
                : $"gateway mapped the port, and its own address {grant.Address} is not on the internet: "
                    + "there is a second NAT");
        TimeSpan half = grant.Lifetime == TimeSpan.Zero ? s_renewLatest : grant.Lifetime / 2;
        return half > s_renewLatest ? s_renewLatest : half < s_renewFirst ? s_renewFirst : half;
    }
}

/// <summary>What the mapper has: the protocol and the place outside, or why not.</summary>
public sealed record PortMapping(string? Method, PeerEndpoint? Outside, string Reason);
