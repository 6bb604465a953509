using Otedama.Benchmarks;
using Otedama.Tests.Peers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Fuzz;

/// <summary>
/// What the parsers let through goes to a session: frames of every message that nobody asked for, repeated and out of order,
/// before a HELLO and after it.
/// </summary>
public sealed class PeerSessionFuzzTests
{
    private const int Rounds = 2_000, Seed = 20_261;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_takes_any_stream_or_ends(bool isGreeted)
    {
        HeldClock clock = new();
        FuzzDamage damage = new(Seed);
        int ended = 0, heard = 0;
        for (int round = 0; round < Rounds; round++)
        {
            TestPeer server = new("two", clock);
            PeerPair pair = new(new TestPeer("one", clock), server, start: false);
            pair.Two.Session.Start();
            if (isGreeted)
            {
                pair.One.Session.Start();
                pair.Pump();
            }
            Give(pair, FuzzPeers.Make(damage), damage.Random.Next(1, 200));
            ended += pair.Two.Ended is null ? 0 : 1;
            heard += server.Heard.Count;
        }
        Assert.InRange(ended, Rounds / 10, Rounds - 1);
        Assert.Equal(isGreeted, heard > 0);
    }

    private static void Give(PeerPair pair, byte[] stream, int piece)
    {
        for (int at = 0; at < stream.Length && pair.Two.Ended is null; at += piece)
        {
            pair.Two.Session.OnReceived(stream.AsSpan(at, Math.Min(piece, stream.Length - at)));
        }
    }
}
