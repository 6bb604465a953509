using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Another node as far as the share chain is concerned. Any thread.</summary>
public interface IChainPeer
{
    /// <summary>Of this link; never used again.</summary>
    long Number { get; }

    /// <summary>For the log: name or address.</summary>
    string Name { get; }

    /// <summary>Whether we dialled it.</summary>
    bool IsOutbound { get; }

    /// <summary>There and back; null while it was not measured.</summary>
    TimeSpan? RoundTrip { get; }

    /// <summary>What it said first.</summary>
    PeerHello Hello { get; }

    /// <summary>Queues one message; the body is copied. False when it was dropped because too much waits.</summary>
    bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0);

    /// <summary>
    /// Asks something; the number that its answers carry, or 0 when there is no room for another question.
    /// </summary>
    uint Ask(PeerMessage message, ReadOnlySpan<byte> body);

    /// <summary>The last answer to this question has come.</summary>
    void Answered(uint number);

    /// <summary>Its answer is not waited for any more; one that comes late is no offence.</summary>
    void GiveUp(uint number) => Answered(number);

    /// <summary>It did something it may not, or was too slow. detail: what exactly, for its log and ours.</summary>
    void Blame(PeerOffence offence, string detail);
}
