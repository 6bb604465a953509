using System.Buffers.Binary;
using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// The stream of a peer: frames of every message, bodies damaged behind headers that are right, streams damaged as a whole, cut
/// into pieces anywhere. Whatever comes out as a frame is read with all its parts.
/// </summary>
internal static class FuzzPeers
{
    private const int FramesMax = 4;

    private static readonly (PeerMessageRule Rule, byte[] Body)[] s_samples =
        [.. PeerMessageRule.All.Select(static rule => (rule, Body(rule)))];

    public static byte[] Make(FuzzDamage damage)
    {
        byte[] stream = [];
        for (int frames = damage.Random.Next(1, FramesMax + 1); frames > 0; frames--)
        {
            (PeerMessageRule rule, byte[] body) = damage.One(s_samples);
            byte[] sent = damage.Random.Next(2) == 0 ? body : damage.Damage(body, damage.One(s_samples).Body);
            stream = [.. stream, .. Frame(rule, sent)];
        }
        return damage.Random.Next(2) == 0 ? stream : damage.Damage(stream, Frame(s_samples[0].Rule, s_samples[0].Body));
    }

    /// <summary>True when a frame was taken.</summary>
    public static bool Take(byte[] stream)
    {
        PeerFrameReader reader = new();
        bool isTaken = false;
        int piece = 1 + (stream.Length / 3);
        for (int at = 0; at < stream.Length; at += piece)
        {
            reader.Append(stream.AsSpan(at, Math.Min(piece, stream.Length - at)));
            PeerFault fault;
            while (reader.TryNext(out PeerFrame frame, out fault))
            {
                Read(frame);
                isTaken = true;
            }
            if (fault != PeerFault.None)
            {
                break;
            }
        }
        reader.Clear();
        return isTaken;
    }

    private static void Read(in PeerFrame frame)
    {
        ReadOnlySpan<byte> body = frame.Body;
        for (int i = 0; i < PeerBody.Entries(frame); i++)
        {
            switch (frame.Message)
            {
                case PeerMessage.Addr: _ = PeerAddrEntry.Read(body, i); break;
                case PeerMessage.Inv or PeerMessage.GetData or PeerMessage.NotFound: _ = PeerInv.Read(body, i); break;
                case PeerMessage.Hello: Hello(body); break;
                case PeerMessage.Bye: _ = PeerBye.Read(body); break;
                case PeerMessage.Tip: _ = PeerTip.Read(body); break;
                case PeerMessage.GetChain: _ = PeerChainRequest.Read(body); break;
                case PeerMessage.BlockAnn: _ = PeerBlockHead.Read(body); break;
                case PeerMessage.CoinTip: _ = PeerCoinTip.Read(body); break;
                case PeerMessage.Reject: _ = PeerReject.Read(body); break;
                case PeerMessage.Shares: Parts(body); break;
                case PeerMessage.Chain: _ = PeerChainHead.Read(body); Parts(body[PeerBody.ChainHeadBytes..]); break;
            }
        }
    }

    /// <summary>What is read of a HELLO can be sent again.</summary>
    private static void Hello(ReadOnlySpan<byte> body)
    {
        Span<byte> again = stackalloc byte[PeerHello.BytesMax];
        int length = PeerHello.Read(body).Write(again);
        if (PeerHello.Check(again[..length]) != PeerFault.None)
        {
            throw new InvalidOperationException("a HELLO that was read cannot be written");
        }
    }

    private static void Parts(ReadOnlySpan<byte> parts)
    {
        while (PeerBody.TryTakePart(ref parts, out _))
        {
        }
    }

    private static byte[] Frame(PeerMessageRule rule, byte[] body)
    {
        byte[] frame = new byte[PeerFrame.HeaderBytes + body.Length];
        PeerFrame.WriteHeader(frame, rule.Message, body.Length, rule.Correlation == PeerCorrelation.Paired ? 7u : 0u);
        body.CopyTo(frame, PeerFrame.HeaderBytes);
        return frame;
    }

    private static byte[] Body(PeerMessageRule rule)
    {
        byte[] body = new byte[Math.Max(rule.BytesMin, Math.Min(3 * rule.EntryBytes, rule.BytesMax))];
        switch (rule.Message)
        {
            case PeerMessage.Hello:
                Span<byte> hello = stackalloc byte[PeerHello.BytesMax];
                PeerHello said = new()
                {
                    Nonce = default,
                    ChainProof = default,
                    Observed = PeerEndpoint.Of(IPAddress.Loopback, 30303),
                    UserAgent = "otedama/1",
                    Extensions = [1, 2, 3],
                };
                return hello[..said.Write(hello)].ToArray();
            case PeerMessage.Bye:
                Span<byte> bye = stackalloc byte[PeerBye.BytesMax];
                return bye[..new PeerBye(PeerByeCode.Full, "full").Write(bye)].ToArray();
            case PeerMessage.Shares:
                return [2, 0, 0, 0, 7, 7, 0, 0, 0, 0, 1, 0, 0, 0, 9];
            case PeerMessage.Chain:
                return [0, 0, 0, 0, 1, 2, 0, 0, 0, 7, 7, 1, 0, 0, 0, 9];
            case PeerMessage.BlockAnn:
                BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(PeerBody.IdBytes), 1_000);
                return body;
            default:
                return body;
        }
    }
}
