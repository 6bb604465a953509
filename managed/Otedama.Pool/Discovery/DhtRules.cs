using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Whom a node deals with. On a test network every address is somebody's; on the internet only public ones are.
/// </summary>
internal sealed class DhtRules(bool isTestNetwork)
{
    private const int WellKnownPorts = 1_024;
    private const int HttpsPort = 443;

    public bool IsTestNetwork => isTestNetwork;

    /// <summary>A datagram may be sent there.</summary>
    public bool IsUsable(PeerEndpoint endpoint) => endpoint.Port > 0 && (isTestNetwork || endpoint.IsPublic);

    /// <summary>
    /// The id is one that the address may have; private addresses, which only a test network has, are exempt (BEP
    /// 42).
    /// </summary>
    public static bool IsValid(DhtId id, PeerEndpoint endpoint) =>
        !endpoint.IsPublic || SecureDhtId.Fits(id, endpoint);

    /// <summary>
    /// A connection may be tried there: no service of the system but HTTPS, whose port pool nodes may use.
    /// </summary>
    public bool IsDialable(PeerEndpoint endpoint) =>
        IsUsable(endpoint) && endpoint.Port is >= WellKnownPorts or HttpsPort;
}
