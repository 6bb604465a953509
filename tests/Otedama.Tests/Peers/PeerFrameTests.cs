using System.Buffers.Binary;
using System.Net;
using Otedama.Core;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

public sealed class PeerFrameTests
{
    private static readonly Hash256 s_id = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());

    public static TheoryData<PeerMessage> Messages => [.. PeerMessageRule.All.Select(static rule => rule.Message)];

    [Fact]
    public void Chain_proof_is_the_specifications()
    {
        Assert.True(NodeId.TryParse(PeerSamples.Id, out NodeId own));
        NodeId peer = NodeId.OfKey("peer"u8);
        Hash256 proof = PeerProofs.Chain(Chain(PeerSamples.ChainId), own, peer, Chain(string.Concat(Enumerable.Repeat("11", 32))));
        Assert.Equal("170b3a56d32d316802ae0205c15752bc4cdbb9a989cc7e27e415c2589783aa36", Convert.ToHexStringLower(proof.ToArray()));
        Assert.StartsWith("2ffc1d06", peer.ToString(), StringComparison.Ordinal);
        Assert.True(PeerProofs.FixedTimeEquals(proof, Chain("170b3a56d32d316802ae0205c15752bc4cdbb9a989cc7e27e415c2589783aa36")));
        Assert.False(PeerProofs.FixedTimeEquals(proof, s_id));
    }

    [Fact]
    public void The_session_value_is_the_same_on_both_sides_and_of_one_session()
    {
        NodeId one = NodeId.OfKey("one"u8), other = NodeId.OfKey("other"u8);
        Hash256 value = PeerProofs.Session(one, other, s_id, Hash256.Zero);
        Assert.Equal(value, PeerProofs.Session(other, one, s_id, Hash256.Zero));
        Assert.NotEqual(value, PeerProofs.Session(one, other, Hash256.Zero, s_id));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_frame_comes_out_however_it_is_cut(PeerMessage message)
    {
        byte[] frame = Frame(message, Body(message));
        for (int piece = 1; piece <= frame.Length; piece += Math.Max(1, frame.Length / 7))
        {
            PeerFrameReader reader = new();
            int found = 0;
            for (int at = 0; at < 2 * frame.Length; at += piece)
            {
                byte[] twice = [.. frame, .. frame];
                reader.Append(twice.AsSpan(at, Math.Min(piece, twice.Length - at)));
                while (reader.TryNext(out PeerFrame read, out PeerFault fault))
                {
                    Assert.Equal(PeerFault.None, fault);
                    Assert.Equal(message, read.Message);
                    Assert.Equal(Correlation(message), read.Correlation);
                    Assert.True(read.Body.SequenceEqual(Body(message)));
                    found++;
                }
            }
            Assert.Equal(2, found);
            Assert.False(reader.IsInFrame);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_truncated_frame_is_waited_for(PeerMessage message)
    {
        byte[] frame = Frame(message, Body(message));
        PeerFrameReader reader = new();
        reader.Append(frame.AsSpan(0, frame.Length - 1));
        Assert.False(reader.TryNext(out _, out PeerFault fault));
        Assert.Equal(PeerFault.None, fault);
        Assert.True(reader.IsInFrame);
        Assert.Equal(frame.Length - 1, reader.Buffered);
        reader.Clear();
        Assert.Equal(0, reader.Buffered);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Lengths_and_correlations_out_of_bounds_are_seen_in_the_header(PeerMessage message)
    {
        PeerMessageRule rule = PeerMessageRule.Of(message)!;
        uint correlation = Correlation(message);
        Assert.Equal(PeerFault.TooLong, FaultOf(Header(message, (uint)rule.BytesMax + 1, correlation)));
        Assert.Equal(PeerFault.TooLong, FaultOf(Header(message, uint.MaxValue, correlation)));
        if (rule.BytesMin > 0)
        {
            Assert.Equal(PeerFault.TooShort, FaultOf(Header(message, (uint)rule.BytesMin - 1, correlation)));
        }
        if (rule.Correlation != PeerCorrelation.Either)
        {
            Assert.Equal(PeerFault.Correlation, FaultOf(Header(message, (uint)rule.BytesMin, correlation == 0 ? 1u : 0)));
        }
        byte[] flagged = Header(message, (uint)rule.BytesMin, correlation);
        flagged[7] = 0x80;
        Assert.Equal(PeerFault.Flags, FaultOf(flagged));
    }

    [Fact]
    public void Every_number_is_a_message_an_error_or_skipped()
    {
        for (int number = 0; number <= ushort.MaxValue; number++)
        {
            PeerMessageRule? rule = PeerMessageRule.Of((PeerMessage)number);
            PeerFault fault = FaultOf(Header((PeerMessage)number, 0, 0));
            Assert.Equal(rule is null && number < PeerFrame.SkippableFrom, fault == PeerFault.UnknownMessage);
        }
        Assert.Equal(Enum.GetValues<PeerMessage>().Length - 1, PeerMessageRule.All.Count());
        Assert.All(PeerMessageRule.All, static rule => Assert.InRange(rule.BytesMax, 0, PeerMessageRule.FrameBytesMax));
    }

    [Fact]
    public void Messages_of_the_future_are_skipped_in_any_pieces_and_cost_no_memory()
    {
        byte[] future = [.. Header((PeerMessage)0x8123, 100_000, 9), .. new byte[100_000]];
        byte[] bytes = [.. future, .. Frame(PeerMessage.Ping, new byte[8])];
        foreach (int piece in new[] { 1, 13, 4_096, bytes.Length })
        {
            PeerFrameReader reader = new();
            int found = 0;
            for (int at = 0; at < bytes.Length; at += piece)
            {
                reader.Append(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
                found += reader.TryNext(out PeerFrame frame, out PeerFault fault) && frame.Message == PeerMessage.Ping ? 1 : 0;
                Assert.Equal(PeerFault.None, fault);
                Assert.InRange(reader.Buffered, 0, piece + PeerFrame.HeaderBytes + 8);
            }
            Assert.Equal(1, found);
        }
        Assert.Equal(PeerFault.TooLong, FaultOf(Header((PeerMessage)0x8123, PeerMessageRule.FrameBytesMax + 1, 0)));
    }

    /// <summary>Its list of extensions is the place for what is new.</summary>
    [Fact]
    public void Nothing_follows_the_extensions_of_a_hello()
    {
        byte[] body = new byte[PeerHello.BytesMax];
        int length = Hello().Write(body);
        Assert.Equal(PeerFault.None, PeerHello.Check(body.AsSpan(0, length)));
        Assert.Equal(PeerFault.Body, PeerHello.Check(body.AsSpan(0, length + 1)));
    }

    /// <summary>Logs and BYE have sentences, and no name of the source.</summary>
    [Fact]
    public void Every_fault_refusal_and_goodbye_has_words_of_its_own()
    {
        string[] words =
        [
            .. Enum.GetValues<PeerFault>().Select(PeerWords.Of),
            .. Enum.GetValues<PeerRefusal>().Select(PeerWords.Of),
            .. Enum.GetValues<PeerByeCode>().Select(PeerWords.Of),
        ];
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.DoesNotContain(PeerWords.Of((PeerFault)200), words);
        Assert.DoesNotContain(PeerWords.Of((PeerRefusal)200), words);
        Assert.Equal("code 77", PeerWords.Of((PeerByeCode)77));
        Assert.All(Enum.GetNames<PeerFault>().Concat(Enum.GetNames<PeerRefusal>()), name => Assert.DoesNotContain(name, words));
    }

    [Fact]
    public void A_hello_comes_back_field_by_field()
    {
        PeerHello hello = Hello();
        byte[] body = new byte[PeerHello.BytesMax];
        int length = hello.Write(body);
        Assert.Equal("4f544544" + "0100" + "0100", Convert.ToHexStringLower(body.AsSpan(0, 8)));
        Assert.Equal(212 + 2 + 12 + 2 + 4, length);
        Assert.Equal(PeerFault.None, PeerHello.Check(body.AsSpan(0, length)));
        PeerHello read = PeerHello.Read(body.AsSpan(0, length));
        Assert.Equal(hello.Extensions, read.Extensions);
        Assert.Equal(hello, read with { Extensions = hello.Extensions });
        PeerHello longest = hello with { UserAgent = new string('é', 64), Extensions = [.. Enumerable.Repeat((ushort)1, PeerHello.ExtensionsMax)] };
        length = longest.Write(body);
        Assert.InRange(length, 1, PeerHello.BytesMax);
        Assert.Equal(PeerFault.None, PeerHello.Check(body.AsSpan(0, length)));
        Assert.Equal(new string('é', 32), PeerHello.Read(body).UserAgent);
    }

    [Theory]
    [InlineData(0, 'X', PeerFault.Magic)]
    [InlineData(212, 65, PeerFault.Body)] // longer than the body
    [InlineData(213, 1, PeerFault.Body)]
    [InlineData(214, 0xff, PeerFault.Text)]
    [InlineData(226, 3, PeerFault.Body)] // extensions
    [InlineData(227, 1, PeerFault.Body)]
    public void A_hello_that_does_not_add_up_is_no_hello(int at, int value, PeerFault fault)
    {
        byte[] body = Body(PeerMessage.Hello);
        body[at] = (byte)value;
        Assert.Equal(fault, PeerHello.Check(body));
    }

    [Fact]
    public void A_text_of_a_stranger_is_shown_without_its_control_characters()
    {
        byte[] body = new byte[PeerHello.BytesMax];
        int length = (Hello() with { UserAgent = "a\u001b[2Jb" }).Write(body);
        Assert.Equal("a\\x1b[2Jb", PeerHello.Read(body.AsSpan(0, length)).UserAgent);
    }

    [Fact]
    public void Small_bodies_come_back()
    {
        byte[] bytes = new byte[128];
        PeerTip tip = new(5, s_id, UInt128.MaxValue - 3, true);
        tip.Write(bytes);
        Assert.Equal(tip, PeerTip.Read(bytes));
        PeerChainRequest request = new(s_id, 7, 8);
        request.Write(bytes);
        Assert.Equal(request, PeerChainRequest.Read(bytes));
        PeerChainHead head = new(9, true);
        head.Write(bytes);
        Assert.Equal(head, PeerChainHead.Read(bytes));
        PeerBlockHead block = new(s_id, 70, 30);
        block.Write(bytes);
        Assert.Equal(block, PeerBlockHead.Read(bytes));
        PeerCoinTip coin = new(s_id, 11);
        coin.Write(bytes);
        Assert.Equal(coin, PeerCoinTip.Read(bytes));
        PeerReject reject = new(12, s_id);
        reject.Write(bytes);
        Assert.Equal(reject, PeerReject.Read(bytes));
        PeerInv inv = new(PeerInvKind.CoinBlock, s_id);
        inv.Write(bytes.AsSpan(PeerBody.KindIdBytes));
        Assert.Equal(inv, PeerInv.Read(bytes, 1));
        Assert.True(NodeId.TryParse(PeerSamples.Id, out NodeId node));
        PeerAddrEntry entry = new(3, PeerServices.Archive | PeerServices.Stratum, PeerEndpoint.Of(IPAddress.Parse("192.0.2.1"), 4), node);
        entry.Write(bytes.AsSpan(PeerBody.AddrBytes));
        Assert.Equal(entry, PeerAddrEntry.Read(bytes, 1));
    }

    [Fact]
    public void A_goodbye_comes_back_and_its_text_is_cut()
    {
        byte[] bytes = new byte[PeerBye.BytesMax];
        int length = new PeerBye(PeerByeCode.Draining, "see you").Write(bytes);
        Assert.Equal("07000700" + Convert.ToHexStringLower("see you"u8), Convert.ToHexStringLower(bytes.AsSpan(0, length)));
        Assert.Equal(new PeerBye(PeerByeCode.Draining, "see you"), PeerBye.Read(bytes));
        Assert.Equal(PeerBye.BytesMax, new PeerBye(PeerByeCode.Protocol, new string('é', 200)).Write(bytes));
        Assert.Equal(new string('é', 126), PeerBye.Read(bytes).Text);
    }

    /// <summary>A list of 262,144 empty shares in pieces of a kilobyte; the bound for hostile bytes is 4 MiB.</summary>
    [Fact]
    public void A_megabyte_of_the_smallest_parts_costs_few_megabytes()
    {
        byte[] frame = Frame(PeerMessage.Shares, new byte[PeerMessageRule.FrameBytesMax]);
        PeerFrameReader reader = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int found = 0;
        for (int at = 0; at < frame.Length; at += 1_024)
        {
            reader.Append(frame.AsSpan(at, Math.Min(1_024, frame.Length - at)));
            found += reader.TryNext(out _, out _) ? 1 : 0;
        }
        Assert.Equal(1, found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20); // all arrays on the way up; 4 MiB at once
        reader.Clear();
    }

    [Fact]
    public void Lists_of_shares_are_checked_and_walked()
    {
        byte[] parts = [3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0, 9];
        Assert.Equal(PeerFault.None, FaultOf(Frame(PeerMessage.Shares, parts)));
        ReadOnlySpan<byte> rest = parts;
        List<int> lengths = [];
        while (PeerBody.TryTakePart(ref rest, out ReadOnlySpan<byte> part))
        {
            lengths.Add(part.Length);
        }
        Assert.Equal([3, 0, 1], lengths);
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.Shares, parts[..^1])));
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.Chain, [0, 0, 0, 0, 1, .. parts, 0])));
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.Shares, [0xff, 0xff, 0xff, 0xff, 0])));
    }

    [Fact]
    public void A_block_announced_for_more_than_it_may_have_is_refused()
    {
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.BlockAnn, Block(PeerBody.BlockBytesMax + 1, 0))));
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.BlockAnn, Block(8, 8))));
        Assert.Equal(PeerFault.Body, FaultOf(Frame(PeerMessage.BlockAnn, Block(8, uint.MaxValue))));
        Assert.Equal(PeerFault.None, FaultOf(Frame(PeerMessage.BlockAnn, Block(9, 8))));
    }

    /// <summary>
    /// 200,000 streams of random bytes, and of good frames with random changes, in random pieces; seed 2. Each is frames or a
    /// named fault, and what is given out is within its rule.
    /// </summary>
    [Fact]
    public void Random_bytes_are_frames_or_a_fault()
    {
        Random random = new(2);
        PeerMessage[] messages = [.. Messages.Select(static row => row.Data)];
        int frames = 0;
        HashSet<PeerFault> faults = [];
        byte[] noise = new byte[256];
        for (int round = 0; round < 200_000; round++)
        {
            byte[] stream = noise;
            random.NextBytes(noise);
            if (round % 2 == 0)
            {
                PeerMessage message = messages[random.Next(messages.Length)];
                stream = Frame(message, Body(message));
                for (int change = random.Next(4); change > 0; change--)
                {
                    stream[random.Next(stream.Length)] = (byte)random.Next(256);
                }
            }
            frames += Walk(stream, random, faults);
        }
        Assert.InRange(frames, 20_000, 200_000);
        Assert.Superset(
            new HashSet<PeerFault>([PeerFault.Flags, PeerFault.UnknownMessage, PeerFault.TooLong, PeerFault.TooShort,
                PeerFault.Correlation, PeerFault.Body, PeerFault.Text, PeerFault.Magic]), faults);
    }

    internal static byte[] Frame(PeerMessage message, ReadOnlySpan<byte> body) =>
        [.. Header(message, (uint)body.Length, Correlation(message)), .. body];

    /// <summary>A good body of this message, in every field.</summary>
    internal static byte[] Body(PeerMessage message)
    {
        PeerMessageRule rule = PeerMessageRule.Of(message)!;
        byte[] body = new byte[rule.EntryBytes > 0 ? 2 * rule.EntryBytes : rule.BytesMin];
        switch (message)
        {
            case PeerMessage.Hello:
                body = new byte[PeerHello.BytesMax];
                return body[..Hello().Write(body)];
            case PeerMessage.Bye:
                body = new byte[PeerBye.BytesMax];
                return body[..new PeerBye(PeerByeCode.Shutdown, "closing").Write(body)];
            case PeerMessage.Shares:
                return [2, 0, 0, 0, 7, 7];
            case PeerMessage.BlockAnn:
                return Block(1, 0);
            default:
                return body;
        }
    }

    private static PeerHello Hello() => new()
    {
        Nonce = s_id,
        ChainProof = s_id,
        Services = PeerServices.Listen | PeerServices.DhtServer,
        UnixMs = 1_767_235_700_123,
        ListenPort = 3335,
        Observed = PeerEndpoint.Of(IPAddress.Parse("2001:db8::7"), 4444),
        TipId = s_id,
        TipHeight = 1,
        TipWork = 2,
        WindowWork = 3,
        CoinTip = s_id,
        CoinHeight = 4,
        UserAgent = "otedama/test",
        Extensions = [5, 6],
    };

    private static byte[] Block(uint length, uint offset)
    {
        byte[] body = new byte[PeerBody.BlockHeadBytes + 1];
        new PeerBlockHead(s_id, length, offset).Write(body);
        return body;
    }

    private static int Walk(ReadOnlySpan<byte> stream, Random random, HashSet<PeerFault> faults)
    {
        PeerFrameReader reader = new();
        int frames = 0;
        while (!stream.IsEmpty)
        {
            int piece = Math.Min(stream.Length, 1 + random.Next(40));
            reader.Append(stream[..piece]);
            stream = stream[piece..];
            PeerFault fault;
            while (reader.TryNext(out PeerFrame frame, out fault))
            {
                frames++;
                Assert.InRange(frame.Body.Length, frame.Rule.BytesMin, frame.Rule.BytesMax);
                Assert.InRange(PeerBody.Entries(frame), 1, frame.Body.Length + 1);
            }
            faults.Add(fault);
            if (fault != PeerFault.None)
            {
                break;
            }
        }
        reader.Clear();
        return frames;
    }

    private static PeerFault FaultOf(byte[] bytes)
    {
        PeerFrameReader reader = new();
        reader.Append(bytes);
        reader.TryNext(out _, out PeerFault fault);
        return fault;
    }

    internal static uint Correlation(PeerMessage message) =>
        PeerMessageRule.Of(message)!.Correlation == PeerCorrelation.Paired ? 77u : 0;

    private static byte[] Header(PeerMessage message, uint length, uint correlation)
    {
        byte[] header = new byte[PeerFrame.HeaderBytes];
        PeerFrame.WriteHeader(header, message, 0, correlation);
        BinaryPrimitives.WriteUInt32LittleEndian(header, length);
        return header;
    }

    private static Hash256 Chain(string hex) => new(Convert.FromHexString(hex));
}
