using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A session over its link, and what is to be done when it ends.</summary>
/// <remarks>introduces: false only hears who the other one is. refusal: it is ended with this at once.</remarks>
internal sealed class PeerLine(PeerSession session, Action ended, bool introduces = true, PeerBye? refusal = null)
    : IPeerLinkUser
{
    public void Start()
    {
        if (refusal is { } bye)
        {
            session.End(bye.Code, bye.Text);
        }
        else if (introduces)
        {
            session.Start();
        }
    }

    public void OnReceived(ReadOnlySpan<byte> bytes) => session.OnReceived(bytes);

    public void OnSent() => session.OnSent();

    public void OnClosed()
    {
        session.OnClosed();
        ended();
    }
}
