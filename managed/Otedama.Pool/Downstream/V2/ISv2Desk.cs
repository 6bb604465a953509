using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What a connection asks of the pool behind it. Called on the connection's own turn, never back into it.
/// </summary>
public interface ISv2Desk
{
    /// <summary>The hardest target that is ever set; a client that wants a harder one is refused.</summary>
    Target Hardest { get; }

    /// <summary>
    /// The space and the target for a channel, or null and why not: unknown-user, channel-capacity-exhausted.
    /// </summary>
    Sv2Grant? Grant(Sv2OpenRequest request, out string errorCode);

    /// <summary>
    /// The answer of the opening was written: the first job and its SetNewPrevHash go into the same write.
    /// </summary>
    void Opened(Sv2Channel channel);

    /// <summary>A share to be checked; its verdict comes back by Accepted or Rejected.</summary>
    /// <param name="extranonce">Valid during the call; empty on a standard channel.</param>
    /// <param name="worker">Of extension 2, valid during the call; empty when none was named.</param>
    void Submit(Sv2Channel channel, Sv2Share share, ReadOnlySpan<byte> extranonce, ReadOnlySpan<byte> worker);

    /// <summary>The client says how fast it is now, and the easiest target it can work with.</summary>
    void Updated(Sv2Channel channel, float nominalHashRate);

    /// <summary>The channel is gone; its space is free once its last job is stale.</summary>
    void Closed(Sv2Channel channel);
}
