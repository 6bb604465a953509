using System.Net;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What became of a message.</summary>
public enum PeerTake : byte
{
    Done,

    /// <summary>It was copied and is being worked on; PeerSession.Settle says when that has ended.</summary>
    Later,
}

/// <summary>
/// Who is above the sessions: the share chain, discovery. Calls for one session come one at a time, from the thread
/// that received; bodies are valid during the call.
/// </summary>
public interface IPeerHandler
{
    /// <summary>How this node introduces itself now. Nonce, proof, clock and the peer's place are filled in.</summary>
    PeerHello Describe();

    /// <summary>The peer has introduced itself and was let in.</summary>
    void OnOpen(PeerSession session);

    /// <summary>
    /// Its HELLO proves another chain, and it is told so. False: that costs it points; true: the operator is told
    /// instead.
    /// </summary>
    bool OnOtherChain(PeerSession session) => false;

    /// <summary>A message other than those a session lives on; its body has passed PeerBody.Check.</summary>
    PeerTake OnMessage(PeerSession session, in PeerFrame frame);

    /// <summary>The peer answered a PING: its RoundTrip is newly measured.</summary>
    void OnRoundTrip(PeerSession session)
    {
    }

    /// <summary>The last call for a session that was opened. The reason is the peer's when it said goodbye.</summary>
    void OnClosed(PeerSession session, PeerBye reason);
}

/// <summary>Who keeps the points of misbehaviour (p2p rules, section 5.5) and bans. Any thread.</summary>
public interface IConduct
{
    /// <summary>Something that costs points was done by this node, at this address.</summary>
    void Report(NodeId peer, IPAddress address, PeerOffence offence, string what);
}
