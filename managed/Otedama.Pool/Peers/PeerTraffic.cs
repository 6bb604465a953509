using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Frames of one message since the start, and their bytes with headers; of sent ones those that were queued.
/// </summary>
public readonly record struct PeerTrafficRow(string Message, bool IsOut, long Frames, long Bytes);

/// <summary>What was said and heard by all sessions of a node, message by message. Any thread.</summary>
public sealed class PeerTraffic
{
    private const int Messages = (int)PeerMessage.CredResult + 1;

    private readonly long[] _frames = new long[2 * Messages], _bytes = new long[2 * Messages];

    public IEnumerable<PeerTrafficRow> Rows
    {
        get
        {
            foreach (PeerMessageRule rule in PeerMessageRule.All)
            {
                yield return Row(rule, isOut: false);
                yield return Row(rule, isOut: true);
            }
        }
    }

    internal void Count(PeerMessage message, bool isOut, int bodyBytes)
    {
        int index = Index(message, isOut);
        Interlocked.Increment(ref _frames[index]);
        Interlocked.Add(ref _bytes[index], PeerFrame.HeaderBytes + bodyBytes);
    }

    private PeerTrafficRow Row(PeerMessageRule rule, bool isOut)
    {
        int index = Index(rule.Message, isOut);
        return new(rule.Name, isOut, Interlocked.Read(ref _frames[index]), Interlocked.Read(ref _bytes[index]));
    }

    private static int Index(PeerMessage message, bool isOut) => (2 * (int)message) + (isOut ? 1 : 0);
}
