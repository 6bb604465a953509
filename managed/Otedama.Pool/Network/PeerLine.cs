using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A session over its link, and what is to be done when it ends.</summary>
internal sealed class PeerLine(PeerSession session, Action ended) : IPeerLinkUser
{
    public void Start() => session.Start();

    public void OnReceived(ReadOnlySpan<byte> bytes) => session.OnReceived(bytes);

    public void OnSent() => session.OnSent();

    public void OnClosed()
    {
        session.OnClosed();
        ended();
    }
}
