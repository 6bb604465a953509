using System.Buffers.Binary;
using System.Diagnostics;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// What a megabyte costs whose sender wants it to cost much: cut into frames, every body checked and every part of it
/// read, shares decoded. As a node does it ends at the first thing that is wrong.
/// </summary>
internal static class HostileBytes
{
    private const int Bytes = 1 << 20;

    /// <summary>Read from a link at once.</summary>
    private const int Portion = 32 << 10;

    private static readonly ChainCoin s_coin =
        ChainCoin.Of(ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest));

    private static readonly (string Name, byte[] Bytes)[] s_inputs = Inputs();

    public static int Kinds => s_inputs.Length;

    /// <summary>The worst of all kinds, for each number by itself.</summary>
    public readonly record struct Result(TimeSpan Time, string Slowest, long Bytes);

    public static Result Measure()
    {
        Result worst = default;
        foreach ((string name, byte[] bytes) in s_inputs)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long began = Stopwatch.GetTimestamp();
            Read(bytes);
            TimeSpan time = Stopwatch.GetElapsedTime(began);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            worst = new Result(
                time > worst.Time ? time : worst.Time,
                time > worst.Time ? name : worst.Slowest,
                Math.Max(worst.Bytes, allocated));
        }
        return worst;
    }

    private static void Read(byte[] bytes)
    {
        PeerFrameReader reader = new();
        PeerFault fault = PeerFault.None;
        bool isGood = true;
        for (int from = 0; from < bytes.Length && isGood && fault == PeerFault.None; from += Portion)
        {
            reader.Append(bytes.AsSpan(from, Math.Min(Portion, bytes.Length - from)));
            while (isGood && reader.TryNext(out PeerFrame frame, out fault))
            {
                isGood = ReadBody(frame);
            }
        }
        reader.Clear();
    }

    /// <summary>False when a share in it is none.</summary>
    private static bool ReadBody(in PeerFrame frame)
    {
        switch (frame.Message)
        {
            case PeerMessage.Hello:
                PeerHello.Read(frame.Body);
                return true;
            case PeerMessage.Share:
                return ChainShare.Decode(frame.Body, s_coin, out _) is not null;
            case PeerMessage.Shares:
                return AreShares(frame.Body);
            case PeerMessage.Chain:
                return AreShares(frame.Body[PeerBody.ChainHeadBytes..]);
        }
        for (int i = 0; i < PeerBody.Entries(frame) && frame.Rule.EntryBytes > 0; i++)
        {
            ReadEntry(frame, i);
        }
        return true;
    }

    private static void ReadEntry(in PeerFrame frame, int index)
    {
        if (frame.Rule.EntryBytes == PeerBody.AddrBytes)
        {
            PeerAddrEntry.Read(frame.Body, index);
        }
        else if (frame.Rule.EntryBytes == PeerBody.KindIdBytes)
        {
            PeerInv.Read(frame.Body, index);
        }
    }

    private static bool AreShares(ReadOnlySpan<byte> parts)
    {
        while (PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> part))
        {
            if (!part.IsEmpty && ChainShare.Decode(part, s_coin, out _) is null)
            {
                return false;
            }
        }
        return true;
    }

    private static (string Name, byte[] Bytes)[] Inputs()
    {
        byte[] random = new byte[Bytes];
        new Random(1).NextBytes(random);
        byte[] share = Share();
        return
        [
            ("random bytes", random),
            ("a frame that is never whole", Frame(PeerMessage.Shares, new byte[Bytes - PeerFrame.HeaderBytes - 1], 1)),
            ("empty frames to skip", Filled(Frame((PeerMessage)PeerFrame.SkippableFrom, [], 0))),
            ("shortest questions", Filled(Frame(PeerMessage.GetAddr, [], 1))),
            ("announced ids", Filled(Frame(PeerMessage.Inv, new byte[65_536 / 33 * 33], 0))),
            ("addresses", Filled(Frame(PeerMessage.Addr, new byte[8_192 / 62 * 62], 1))),
            ("empty parts", Filled(Frame(PeerMessage.Shares, new byte[(1 << 20) - PeerFrame.HeaderBytes], 1))),
            ("a part that is no share", Filled(Frame(PeerMessage.Shares, Parts([0, 0]), 1))),
            ("shares one by one", Filled(Frame(PeerMessage.Share, share, 0))),
            ("shares in histories",
                Filled(Frame(PeerMessage.Chain, [0, 0, 0, 0, 0, .. Filled(Parts(share), 260_000)], 1))),
            ("shares in an answer", Filled(Frame(PeerMessage.Shares, Filled(Parts(share), 1_000_000), 1))),
        ];
    }

    /// <summary>The shortest there is: most of them fit into a megabyte.</summary>
    private static byte[] Share()
    {
        ShareCore core = new()
        {
            CapClass = 0,
            Parent = default,
            Height = 1,
            Sequence = 1,
            TimeMs = 0,
            Bits = 0x207fffff,
            CumulativeWork = 1,
            Payout = new PayoutKey(PayoutKey.WitnessKeyHash, new byte[20]),
            CoinHeight = 1,
            CoinValue = 0,
        };
        ShareWork work = new()
        {
            Extranonce = new byte[ShareWork.ExtranonceLength],
            Link = new TailLink(default, 0, default),
            Header = default,
            Branch = [],
        };
        return new ChainShare(core, work).Bytes.ToArray();
    }

    private static byte[] Frame(PeerMessage message, byte[] body, uint correlation)
    {
        byte[] frame = new byte[PeerFrame.HeaderBytes + body.Length];
        PeerFrame.WriteHeader(frame, message, body.Length, correlation);
        body.CopyTo(frame, PeerFrame.HeaderBytes);
        return frame;
    }

    private static byte[] Parts(byte[] share)
    {
        byte[] part = new byte[sizeof(uint) + share.Length];
        BinaryPrimitives.WriteInt32LittleEndian(part, share.Length);
        share.CopyTo(part, sizeof(uint));
        return part;
    }

    /// <summary>As many whole copies as fit.</summary>
    private static byte[] Filled(byte[] one, int most = Bytes) =>
        [.. Enumerable.Repeat(one, Math.Max(1, most / one.Length)).SelectMany(static bytes => bytes)];
}
