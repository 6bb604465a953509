using System.Net;

namespace Otedama.Wire;

/// <summary>What is mapped; the numbers are IANA's protocol numbers, as PCP sends them.</summary>
public enum NatTransport : byte
{
    Tcp = 6,
    Udp = 17,
}

/// <summary>
/// A mapping a gateway made. Address is null where it does not tell; Lifetime zero = for ever; Epoch is the gateway's
/// seconds since it forgot everything, -1 where the protocol has none.
/// </summary>
public sealed record NatGrant(IPAddress? Address, ushort ExternalPort, TimeSpan Lifetime, long Epoch);

/// <summary>A gateway's answer: a mapping, or why there is none. IsOther: it does not speak this protocol.</summary>
public sealed record NatAnswer(NatGrant? Grant, string Refusal, bool IsOther)
{
    public static NatAnswer Yes(NatGrant grant) => new(grant, "", false);

    public static NatAnswer No(string refusal) => new(null, refusal, false);

    public static NatAnswer Other(string refusal) => new(null, refusal, true);
}
