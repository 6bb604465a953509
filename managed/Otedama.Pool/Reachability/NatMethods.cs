using System.Globalization;
using System.Net;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One way to have a gateway map a port. A lifetime of zero deletes.</summary>
internal interface INatMethod
{
    /// <summary>As `otedama p2p status` names it.</summary>
    string Name { get; }

    Task<NatAnswer> MapAsync(NatRoute route, NatTransport transport, ushort port, ushort externalPort,
        TimeSpan lifetime, CancellationToken stop);
}

/// <summary>
/// Port Control Protocol. The nonce is one mapping's for its life: whoever does not know it cannot delete it.
/// </summary>
internal sealed class PcpMethod(INatWorld world, IRandomness random) : INatMethod
{
    private static readonly TimeSpan[] s_patience =
        [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(750), TimeSpan.FromSeconds(2)];
    private readonly byte[] _nonce = Nonce(random);

    public string Name => "pcp";

    public async Task<NatAnswer> MapAsync(
        NatRoute route, NatTransport transport, ushort port, ushort externalPort, TimeSpan lifetime,
            CancellationToken stop)
    {
        byte[] request = Pcp.Map(transport, _nonce, route.Local, port, externalPort, lifetime);
        return await Asking.AsideAsync(world, route, request, s_patience, reply =>
            Pcp.ReadMap(reply, transport, _nonce, port), stop);
    }

    private static byte[] Nonce(IRandomness random)
    {
        byte[] nonce = new byte[Pcp.NonceSize];
        random.Fill(nonce);
        return nonce;
    }
}

/// <summary>NAT-PMP, which does not tell the external address unless it is asked.</summary>
internal sealed class NatPmpMethod(INatWorld world) : INatMethod
{
    private static readonly TimeSpan[] s_patience =
        [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1)];

    public string Name => "natpmp";

    public async Task<NatAnswer> MapAsync(
        NatRoute route, NatTransport transport, ushort port, ushort externalPort, TimeSpan lifetime,
            CancellationToken stop)
    {
        byte[] request = NatPmp.Map(transport, port, externalPort, lifetime);
        NatAnswer answer =
            await Asking.AsideAsync(world, route, request, s_patience, reply =>
                NatPmp.ReadMap(reply, transport, port), stop);
        if (answer.Grant is not { } grant || lifetime == TimeSpan.Zero)
        {
            return answer;
        }
        byte[]? reply =
            await world.AskAsync(new IPEndPoint(route.Gateway, Pcp.Port), NatPmp.AddressRequest.ToArray(),
                s_patience[1], stop);
        return NatAnswer.Yes(grant with { Address = reply is null ? null : NatPmp.ReadAddress(reply) });
    }
}

/// <summary>UPnP: looks for the gateway's service once, and again when it no longer answers.</summary>
internal sealed class UpnpMethod(INatWorld world) : INatMethod
{
    private const int PortsTried = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private UpnpService? _service;

    public string Name => "upnp";

    public async Task<NatAnswer> MapAsync(
        NatRoute route, NatTransport transport, ushort port, ushort externalPort, TimeSpan lifetime,
            CancellationToken stop)
    {
        _service ??= await FindAsync(route, stop);
        if (_service is not { } service)
        {
            return NatAnswer.Other("no UPnP gateway answers");
        }
        if (lifetime == TimeSpan.Zero)
        {
            await CallAsync(service, "DeletePortMapping",
                Upnp.DeleteMapping(service, transport, externalPort == 0 ? port : externalPort), stop);
            return NatAnswer.Other("deleted");
        }
        ushort outside = externalPort == 0 ? port : externalPort;
        for (int tries = 0; tries < PortsTried; tries++)
        {
            (int error, string refusal) = await AddAsync(service, route, transport, port, outside, lifetime, stop);
            if (error == Upnp.OnlyPermanent)
            {
                lifetime = TimeSpan.Zero;
                (error, refusal) = await AddAsync(service, route, transport, port, outside, lifetime, stop);
            }
            if (error == 0)
            {
                return NatAnswer.Yes(new NatGrant(await AddressAsync(service, stop), outside, lifetime, -1));
            }
            if (error != Upnp.PortTaken)
            {
                _service = null;
                return NatAnswer.No(refusal);
            }
            outside = outside == ushort.MaxValue ? (ushort)1024 : (ushort)(outside + 1);
        }
        return NatAnswer.No($"external ports {port} to {outside - 1} are taken on the gateway");
    }

    /// <summary>Error zero = done, -1 = no answer.</summary>
    private async Task<(int Error, string Refusal)> AddAsync(
        UpnpService service, NatRoute route, NatTransport transport, ushort port, ushort outside, TimeSpan lease,
            CancellationToken stop)
    {
        string body = Upnp.AddMapping(service, transport, route.Local, port, outside, lease);
        (int status, string text)? reply = await CallAsync(service, "AddPortMapping", body, stop);
        if (reply is not { } answer)
        {
            return (-1, "gateway does not answer the request for a mapping");
        }
        if (answer.status == 200)
        {
            return (0, "");
        }
        bool isKnown =
            int.TryParse(Upnp.Element(answer.text, "errorCode"), NumberStyles.None, CultureInfo.InvariantCulture,
                out int error);
        return isKnown && error > 0
            ? (error, error is 606 or 501 or 402 ? "gateway refuses" : $"gateway refuses with UPnP error {error}")
            : (-1, $"gateway answers HTTP {answer.status} without a reason");
    }

    private async Task<UpnpService?> FindAsync(NatRoute route, CancellationToken stop)
    {
        byte[][] searches = [.. Upnp.Targets.Select(Upnp.Search)];
        foreach ((IPAddress from, byte[] bytes) in await world.SearchAsync(Upnp.SearchEndpoint, searches, s_patience,
            stop))
        {
            // On-link, and nothing but the gateway has ports to map for us.
            if (from.Equals(route.Gateway) && Upnp.ReadLocation(bytes, from) is { } location
                && await world.HttpAsync(location, null, null, stop) is { Status: 200 } page
                && Upnp.ReadDescription(page.Text, location) is { } service)
            {
                return service;
            }
        }
        return null;
    }

    private async Task<IPAddress?> AddressAsync(UpnpService service, CancellationToken stop)
    {
        (int Status, string Text)? reply =
            await CallAsync(service, "GetExternalIPAddress", Upnp.GetAddress(service), stop);
        return reply is { Status: 200 } answer
            && IPAddress.TryParse(Upnp.Element(answer.Text, "NewExternalIPAddress"), out IPAddress? address)
            ? address : null;
    }

    private Task<(int Status, string Text)?> CallAsync(UpnpService service, string action, string body,
        CancellationToken stop) =>
        world.HttpAsync(service.Control, Upnp.ActionOf(service, action), body, stop);
}

/// <summary>Asks the gateway until it answers what was asked, ever more patiently.</summary>
file static class Asking
{
    public static async Task<NatAnswer> AsideAsync(
        INatWorld world, NatRoute route, byte[] request, TimeSpan[] patience, Func<byte[], NatAnswer?> read,
            CancellationToken stop)
    {
        foreach (TimeSpan wait in patience)
        {
            if (await world.AskAsync(new IPEndPoint(route.Gateway, Pcp.Port), request, wait, stop) is { } reply
                && read(reply) is { } answer)
            {
                return answer;
            }
        }
        return NatAnswer.Other("gateway does not answer");
    }
}
