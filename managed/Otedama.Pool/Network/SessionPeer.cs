using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A session as the share chain sees it.</summary>
internal sealed class SessionPeer(PeerSession session, long number, PeerHost host) : IChainPeer
{
    public PeerSession Session { get; } = session;

    public long Number { get; } = number;

    /// <summary>The first hex digits of its id, and where it is.</summary>
    public string Name { get; } = $"{session.Peer.ToString()[..12]}@{session.Remote}";

    public bool IsOutbound => Session.IsInitiator;

    public PeerHello Hello => Session.Hello!;

    public bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0) =>
        Session.Send(message, body, correlation);

    public uint Ask(PeerMessage message, ReadOnlySpan<byte> body) => Session.Ask(message, body);

    public void Answered(uint number) => Session.Answered(number);

    public void Blame(PeerOffence offence, string detail) => host.Blame(this, offence, detail);
}
