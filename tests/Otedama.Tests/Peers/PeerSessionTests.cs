using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

public sealed class PeerSessionTests
{
    private const int Hour = 3_600;

    private readonly HeldClock _time = new();
    private readonly TestPeer _a, _b;

    public PeerSessionTests() => (_a, _b) = (new TestPeer("a", _time), new TestPeer("b", _time));

    [Fact]
    public void Two_nodes_of_one_chain_introduce_themselves_and_share_a_context()
    {
        PeerPair pair = new(_a, _b);
        PeerSession one = Assert.Single(_a.Open), two = Assert.Single(_b.Open);
        Assert.Equal(("otedama/test", "otedama/test"), (one.Hello!.UserAgent, two.Hello!.UserAgent));
        Assert.Equal(one.Context, two.Context);
        Assert.NotEqual(Hash256.Zero, one.Context);
        Assert.Equal("127.0.0.1:4444", two.Hello.Observed.ToString());
        Assert.NotEqual(one.Context, Contexts(new PeerPair(new TestPeer("a", _time), new TestPeer("c", _time))));
        Assert.False(one.IsClockOff);
        Assert.Empty(_a.Reports);
        Assert.Null(pair.One.Ended);
    }

    [Fact]
    public void A_node_of_another_chain_is_told_and_blamed()
    {
        TestPeer stranger = new("c", _time, new string('7', 64));
        PeerPair pair = new(_a, stranger);
        Assert.Empty(_a.Open);
        Assert.Contains(100, _a.Reports.Select(static report => report.Points));
        Assert.NotNull(pair.One.Ended);
        Assert.NotNull(pair.Two.Ended);
    }

    /// <summary>Two MiB at once, and one a minute: sixty cost points until the link goes, and are skipped as long.</summary>
    [Fact]
    public void Messages_that_are_skipped_have_a_rate()
    {
        PeerPair pair = new(_a, _b);
        byte[] future = new byte[12 + 1_000_000];
        BinaryPrimitives.WriteUInt32LittleEndian(future, 1_000_000);
        future[5] = 0x80;
        pair.Two.Session.OnReceived(future);
        pair.Two.Session.OnReceived(future);
        Assert.Empty(_b.Reports);
        pair.Two.Session.OnReceived(future);
        Assert.Equal((10, "bytes of messages that are not known"), Assert.Single(_b.Reports));
        _time.Advance(120);
        pair.Two.Session.OnReceived(future);
        Assert.Single(_b.Reports);
        for (int i = 0; i < 60; i++)
        {
            pair.Two.Session.OnReceived(future);
        }
        Assert.Equal(20, _b.Reports[^1].Points);
    }

    /// <summary>The protocol they belong to is not there: nobody waits for an answer in vain.</summary>
    [Theory]
    [InlineData(PeerMessage.CredChallenge)]
    [InlineData(PeerMessage.CredPresent)]
    [InlineData(PeerMessage.CredResult)]
    public void A_credential_ends_the_link_in_words(PeerMessage message)
    {
        PeerPair pair = new(_a, _b);
        pair.Two.Session.OnReceived([1, 0, 0, 0, (byte)message, 0, 0, 0, 7, 0, 0, 0, 5]);
        (int points, string what) = Assert.Single(_b.Reports);
        Assert.Equal(100, points);
        Assert.Equal($"protocol error: {PeerMessageRule.Of(message)!.Name} belongs to a protocol that is not spoken here", what);
        pair.Pump();
        Assert.Equal(new PeerBye(PeerByeCode.Protocol, what), Assert.Single(_a.Closed));
        Assert.Empty(_b.Heard);
    }

    [Fact]
    public void A_hello_of_another_session_is_refused()
    {
        PeerPair first = new(_a, _b, start: false);
        first.One.Session.Start();
        byte[] overheard = first.One.Written;
        TestPeer c = new("c", _time);
        PeerPair second = new(new TestPeer("d", _time), c, start: false);
        second.Two.Session.OnReceived(overheard); // to another node
        Assert.Contains("of another link", Assert.Single(c.Reports).What, StringComparison.Ordinal);
        PeerPair third = new(new TestPeer("d", _time), _b, start: false);
        third.Two.Session.OnReceived(overheard); // to the same node, by another one
        Assert.Contains("of another link", Assert.Single(_b.Reports).What, StringComparison.Ordinal);
        Assert.Empty(_b.Open);
    }

    [Fact]
    public void A_node_that_dials_itself_sees_it()
    {
        TestPeer a = new("a", _time);
        PeerPair pair = new(_a, a);
        Assert.Empty(_a.Open);
        Assert.Empty(a.Open);
        Assert.Empty(_a.Reports);
        Assert.NotNull(pair.One.Ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_links_both_sides_keep_the_one_the_lower_id_dialled(bool lowerFirst)
    {
        (TestPeer low, TestPeer high) = _a.Sessions.Own < _b.Sessions.Own ? (_a, _b) : (_b, _a);
        PeerPair first = lowerFirst ? new(low, high) : new(high, low);
        PeerPair second = lowerFirst ? new(high, low) : new(low, high);
        first.Pump();
        second.Pump();
        Assert.True(Assert.Single(low.Open).IsInitiator);
        Assert.False(Assert.Single(high.Open).IsInitiator);
        PeerPair loser = lowerFirst ? second : first;
        Assert.NotNull(loser.One.Ended);
        Assert.NotNull(loser.Two.Ended);
        Assert.Equal((1, 1), (low.Sessions.Count, high.Sessions.Count));
    }

    [Fact]
    public void Both_dial_at_once_and_one_link_stays()
    {
        PeerPair one = new(_a, _b, start: false), two = new(_b, _a, start: false);
        foreach (PeerPair pair in new[] { one, two })
        {
            pair.One.Session.Start();
            pair.Two.Session.Start();
        }
        one.One.MoveTo(one.Two); // B hears A's HELLO on the first, A hears B's on the second
        two.One.MoveTo(two.Two);
        one.Pump();
        two.Pump();
        one.Pump();
        Assert.Single(_a.Open);
        Assert.Single(_b.Open);
        Assert.Equal(_a.Open[0].IsInitiator, !_b.Open[0].IsInitiator);
        Assert.Null(_a.Open[0].IsInitiator == (_a.Sessions.Own < _b.Sessions.Own) ? null : "the wrong one stayed");
    }

    [Fact]
    public void Who_dials_again_has_lost_the_older_link()
    {
        PeerPair first = new(_a, _b), second = new(_a, _b);
        first.Pump();
        Assert.NotNull(first.One.Ended);
        Assert.Null(second.One.Ended);
        Assert.Single(_a.Open);
        Assert.Equal(PeerByeCode.Duplicate, Assert.Single(_b.Closed).Code);
    }

    [Theory]
    [InlineData(9 * 60, true, false)]
    [InlineData(11 * 60, true, true)]
    [InlineData((2 * Hour) + 1, false, false)]
    [InlineData(-(2 * Hour) - 1, false, false)]
    public void Clocks_apart_are_a_warning_and_then_the_end(int seconds, bool stays, bool warned)
    {
        HeldClock other = new();
        (seconds < 0 ? _time : other).Advance(Math.Abs(seconds));
        PeerPair pair = new(_a, new TestPeer("b", other));
        Assert.Equal(stays, pair.One.Ended is null);
        Assert.Equal(warned, _a.Open.Any(static session => session.IsClockOff));
    }

    [Fact]
    public void Another_protocol_version_is_told_so()
    {
        TestPeer later = new("c", _time) { Describes = static hello => hello with { ProtocolMin = 2, ProtocolMax = 3 } };
        PeerPair pair = new(_a, later);
        Assert.NotNull(pair.Two.Ended);
        Assert.Empty(_a.Reports);
        Assert.Empty(_a.Open);
        TestPeer both = new("d", _time) { Describes = static hello => hello with { ProtocolMax = 3 } };
        Assert.Null(new PeerPair(_a, both).One.Ended);
    }

    [Fact]
    public void A_full_table_says_so()
    {
        TestPeer small = new("s", _time, sessions: 1);
        _ = new PeerPair(_a, small);
        TestPeer second = new("c", _time);
        PeerPair pair = new(second, small);
        Assert.Single(small.Open);
        Assert.NotNull(pair.One.Ended);
        Assert.Equal(PeerByeCode.Full, Assert.Single(second.Closed).Code);
    }

    public static TheoryData<PeerMessage> Messages => [.. PeerMessageRule.All.Select(static rule => rule.Message)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Before_hello_there_is_no_other_message(PeerMessage message)
    {
        if (message is PeerMessage.Hello or PeerMessage.Bye)
        {
            return;
        }
        PeerPair pair = new(_a, _b, start: false);
        pair.One.Session.OnReceived(PeerFrameTests.Frame(message, PeerFrameTests.Body(message)));
        Assert.Equal(100, Assert.Single(_a.Reports).Points);
        Assert.NotNull(pair.One.Ended);
        Assert.Equal(0, _a.Count);
    }

    /// <summary>
    /// Each message three hundred times: within its rate it is heard, beyond it costs points, and nothing unasked is heard.
    /// </summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_repeated_is_within_its_rate_or_costs_points(PeerMessage message)
    {
        PeerPair pair = new(_a, _b);
        byte[] frame = PeerFrameTests.Frame(message, PeerFrameTests.Body(message));
        for (int i = 0; i < 300 && !pair.One.Session.IsEnded; i++)
        {
            pair.One.Session.OnReceived(frame);
        }
        PeerMessageRule rule = PeerMessageRule.Of(message)!;
        int most = rule.Rates.Count == 0 ? 0 : rule.Rates.Min(static rate => 2 * rate.Count);
        Assert.InRange(_a.Count, 0, most);
        Assert.True(message == PeerMessage.Bye || message == PeerMessage.Inv || _a.Reports.Count > 0);
        Assert.All(_a.Reports, static report => Assert.InRange(report.Points, 10, 100));
    }

    [Fact]
    public void Rates_fill_again_and_debt_costs_more()
    {
        PeerPair pair = new(_a, _b);
        byte[] tip = PeerFrameTests.Frame(PeerMessage.Tip, new byte[PeerTip.Bytes]);
        int[] points = [.. Enumerable.Range(0, 9).Select(_ =>
        {
            int before = _a.Reports.Sum(static report => report.Points);
            pair.One.Session.OnReceived(tip);
            return _a.Reports.Sum(static report => report.Points) - before;
        })];
        Assert.Equal([0, 0, 0, 0, 10, 10, 10, 20, 20], points);
        _time.Advance(5);
        pair.One.Session.OnReceived(tip);
        Assert.Equal(5, _a.Count);
    }

    /// <summary>
    /// Two tips a second are allowed, and sixty shares a minute: half a minute's worth of both comes at once when a link
    /// that stood still goes on. Whoever sends more is blamed, and a longer silence is worth no more.
    /// </summary>
    [Theory]
    [InlineData(30, PeerMessage.Tip, 60 + 4)]
    [InlineData(15, PeerMessage.Tip, 30 + 4)]
    [InlineData(80, PeerMessage.Tip, 60 + 4)]
    [InlineData(0.9, PeerMessage.Tip, 4)]
    [InlineData(30, PeerMessage.Share, 30 + 120)]
    [InlineData(30, PeerMessage.GetShares, 200)]
    public void What_a_link_that_stood_still_brings_at_once_costs_nothing(double seconds, PeerMessage message, int free)
    {
        PeerPair pair = new(_a, _b);
        byte[] frame = PeerFrameTests.Frame(message, PeerFrameTests.Body(message));
        _time.Advance(seconds);
        for (int i = 0; i < free; i++)
        {
            pair.One.Session.OnReceived(frame);
        }
        Assert.Empty(_a.Reports);
        Assert.Equal(free, _a.Count);
        pair.One.Session.OnReceived(frame);
        Assert.Equal(10, Assert.Single(_a.Reports).Points);
    }

    /// <summary>Nobody saves up: between two bursts has to be as long as both are worth.</summary>
    [Fact]
    public void Silence_is_made_up_for_once()
    {
        PeerPair pair = new(_a, _b);
        byte[] frame = PeerFrameTests.Frame(PeerMessage.Tip, PeerFrameTests.Body(PeerMessage.Tip));
        for (int i = 0; i < 20; i++)
        {
            _time.Advance(30);
            pair.One.Session.OnReceived(frame);
        }
        Assert.Empty(_a.Reports);
        Assert.Equal(20, _a.Count);
        for (int i = 0; i < 70; i++)
        {
            pair.One.Session.OnReceived(frame);
        }
        Assert.Equal(20 + 63, _a.Count);
        _time.Advance(2);
        int before = _a.Count;
        for (int i = 0; i < 20; i++)
        {
            pair.One.Session.OnReceived(frame);
        }
        Assert.InRange(_a.Count - before, 0, 4);
    }

    [Fact]
    public void Only_asked_answers_are_heard()
    {
        PeerPair pair = new(_a, _b);
        uint number = _a.Open[0].Ask(PeerMessage.GetShares, new byte[32]);
        Assert.NotEqual(0u, number);
        pair.Pump();
        (PeerMessage message, uint correlation, _) = Assert.Single(_b.Heard);
        Assert.Equal((PeerMessage.GetShares, number), (message, correlation));
        Assert.True(_b.Open[0].Send(PeerMessage.Shares, [0, 0, 0, 0], number));
        Assert.True(_b.Open[0].Send(PeerMessage.Shares, [0, 0, 0, 0], number + 1));
        pair.Pump();
        Assert.Equal(PeerMessage.Shares, Assert.Single(_a.Heard).Message);
        Assert.Equal(20, Assert.Single(_a.Reports).Points);
        _a.Open[0].Answered(number);
        _b.Open[0].Send(PeerMessage.Shares, [0, 0, 0, 0], number);
        pair.Pump();
        Assert.Single(_a.Heard);
        uint[] more = [.. Enumerable.Range(0, 65).Select(_ => _a.Open[0].Ask(PeerMessage.GetShares, new byte[32]))];
        Assert.Equal(0u, more[^1]);
        Assert.DoesNotContain(0u, more[..^1]);
    }

    /// <summary>A link that stood still brings answers that nobody waits for any more: once, and to what was asked.</summary>
    [Fact]
    public void An_answer_that_comes_too_late_is_no_offence()
    {
        PeerPair pair = new(_a, _b);
        uint number = _a.Open[0].Ask(PeerMessage.GetShares, new byte[32]);
        _a.Open[0].GiveUp(number);
        _b.Open[0].Send(PeerMessage.Shares, [0, 0, 0, 0], number);
        pair.Pump();
        Assert.Empty(_a.Heard);
        Assert.Empty(_a.Reports);
        _b.Open[0].Send(PeerMessage.Shares, [0, 0, 0, 0], number);
        pair.Pump();
        Assert.Equal(20, Assert.Single(_a.Reports).Points);
    }

    [Fact]
    public void Silence_brings_a_ping_and_then_the_end()
    {
        PeerPair pair = new(_a, _b);
        Tick(1);
        _time.Advance(0.04);
        pair.Pump();
        Assert.Equal(0.04, _a.Open[0].RoundTrip!.Value.TotalSeconds, 1e-9);
        Assert.Equal(_a.Open[0].RoundTrip, Assert.Single(_a.RoundTrips));
        pair.One.IsBlocked = pair.Two.IsBlocked = true;
        Tick(60);
        Assert.Null(pair.One.Ended);
        Tick(31);
        Assert.NotNull(pair.One.Ended);
    }

    [Fact]
    public void No_hello_within_ten_seconds_is_the_end()
    {
        PeerPair pair = new(_a, _b, start: false);
        pair.One.Session.Start();
        Assert.Equal((0, 1), _a.Sessions.Greeting);
        Tick(9);
        Assert.Null(pair.One.Ended);
        Tick(2);
        Assert.NotNull(pair.One.Ended);
        pair.Pump();
        Assert.Equal((0, 0), _a.Sessions.Greeting);
    }

    [Fact]
    public void A_byte_now_and_then_does_not_keep_a_frame_open()
    {
        PeerPair pair = new(_a, _b);
        byte[] frame = PeerFrameTests.Frame(PeerMessage.Share, new byte[60_000]);
        int sent = 0;
        while (pair.One.Ended is null && sent < 100)
        {
            pair.One.Session.OnReceived(frame.AsSpan(sent++, 1));
            Tick(1);
        }
        Assert.InRange(sent, 55, 65);
        Assert.InRange(pair.One.Session.BufferedBytes, 0, 1_024);
    }

    [Fact]
    public void Who_never_reads_is_dropped_and_costs_no_more_than_its_queue()
    {
        PeerPair pair = new(_a, _b);
        pair.One.IsBlocked = true;
        byte[] share = new byte[60_000];
        int queued = 0;
        for (int i = 0; i < 1_000; i++)
        {
            queued += _a.Open[0].Send(PeerMessage.Share, share) ? 1 : 0;
        }
        Assert.InRange(queued, 100, 150);
        Assert.InRange(pair.One.Session.BufferedBytes, 8 << 20, 9 << 20);
        Tick(9);
        _a.Open[0].Send(PeerMessage.Share, share);
        Assert.Null(pair.One.Ended);
        Tick(2);
        Assert.Equal(CloseReason.SlowReader, pair.One.Ended);
        pair.Pump();
        Assert.Equal(PeerByeCode.TooSlow, Assert.Single(_a.Closed).Code);
        Assert.Equal(0, _a.Sessions.Count);
    }

    [Fact]
    public void Urgent_frames_overtake_and_bulk_gets_half()
    {
        PeerPair pair = new(_a, _b);
        pair.One.IsBlocked = true;
        PeerSession session = _a.Open[0];
        byte[] addresses = new byte[62 * 10];
        int bulk = Enumerable.Range(0, 10_000).Count(_ => session.Send(PeerMessage.Addr, addresses));
        Assert.InRange(bulk, 2_048, 2_600); // half the frames here, and what waits below
        Assert.True(session.Send(PeerMessage.Share, [1]));
        Assert.True(session.Send(PeerMessage.Tip, new byte[PeerTip.Bytes]));
        pair.One.IsBlocked = false;
        pair.Pump();
        PeerMessage[] rest = [.. _b.Heard.Select(static heard => heard.Message).Where(static message => message != PeerMessage.Addr)];
        Assert.Equal([PeerMessage.Tip, PeerMessage.Share], rest);
    }

    [Fact]
    public void A_reader_that_is_busy_stops_the_link()
    {
        PeerPair pair = new(_a, _b);
        _b.Answer = PeerTake.Later;
        for (int i = 0; i < 200; i++)
        {
            _a.Open[0].Send(PeerMessage.GetTxList, new byte[32], 5); // the first few are within the rate
            pair.Two.Session.OnReceived(PeerFrameTests.Frame(PeerMessage.GetData, new byte[33 * 240]));
        }
        Assert.Equal(64, _b.Count);
        Assert.True(pair.Two.IsPaused);
        Assert.InRange(pair.Two.Session.BufferedBytes, 256 << 10, 2 << 20);
        _b.Answer = PeerTake.Done;
        for (int i = 0; i < 64; i++)
        {
            pair.Two.Session.Settle();
        }
        Assert.False(pair.Two.IsPaused);
        Assert.Equal(200, _b.Count);
    }

    [Fact]
    public void Draining_sends_what_waits_and_then_says_goodbye()
    {
        PeerPair pair = new(_a, _b);
        pair.One.IsBlocked = true;
        for (int i = 0; i < 6; i++)
        {
            _a.Open[0].Send(PeerMessage.Share, new byte[60_000]);
        }
        PeerSession session = _a.Open[0];
        _a.Sessions.DrainAll(PeerByeCode.Draining, "back in a minute");
        Assert.False(session.Send(PeerMessage.Share, [1]));
        Assert.False(session.IsEnded);
        pair.One.IsBlocked = false;
        pair.Pump();
        Assert.Equal(6, _b.Heard.Count);
        Assert.Equal(new PeerBye(PeerByeCode.Draining, "back in a minute"), Assert.Single(_b.Closed));
        Assert.Equal(PeerByeCode.Draining, Assert.Single(_a.Closed).Code);
    }

    [Fact]
    public void The_fullest_buffer_goes_when_all_together_are_too_full()
    {
        TestPeer tight = new("t", _time, memory: 1 << 20);
        PeerPair small = new(_a, tight), large = new(_b, tight);
        small.Two.IsBlocked = large.Two.IsBlocked = true;
        PeerSession[] sessions = [.. tight.Open];
        sessions[0].Send(PeerMessage.Share, new byte[60_000]);
        for (int i = 0; i < 30; i++)
        {
            sessions[1].Send(PeerMessage.Share, new byte[60_000]);
        }
        Assert.Equal((false, true), (sessions[0].IsEnded, sessions[1].IsEnded));
        Assert.InRange(tight.Sessions.Memory.Queued, 0, 1 << 20);
        Assert.Equal(sessions.Sum(static session => (long)session.BufferedBytes) - large.Two.Unsent - small.Two.Unsent,
            tight.Sessions.Memory.Queued);
    }

    /// <summary>20,000 streams of good frames in random order, cut and changed at random, seed 5.</summary>
    [Fact]
    public void Random_conversations_end_in_order()
    {
        Random random = new(5);
        PeerMessage[] messages = [.. Messages.Select(static row => row.Data)];
        int ended = 0;
        for (int round = 0; round < 20_000; round++)
        {
            TestPeer peer = new("x", _time) { OnlyCounts = true };
            PeerPair pair = new(peer, _b);
            byte[] stream = [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ =>
            {
                PeerMessage message = messages[random.Next(messages.Length)];
                return PeerFrameTests.Frame(message, PeerFrameTests.Body(message));
            })];
            for (int change = random.Next(3); change > 0; change--)
            {
                stream[random.Next(stream.Length)] = (byte)random.Next(256);
            }
            pair.One.Session.OnReceived(stream.AsSpan(0, random.Next(stream.Length + 1)));
            ended += pair.One.Session.IsEnded ? 1 : 0;
            pair.One.Session.End(PeerByeCode.Shutdown, "over");
            pair.Pump();
            Assert.Empty(peer.Open);
        }
        Assert.InRange(ended, 2_000, 19_000);
    }

    /// <summary>The budget of relaying is 0 bytes a share: out of one session's queue, over the link, and into the handler of the other.</summary>
    [Fact]
    public void A_relayed_share_allocates_nothing()
    {
        PeerPair pair = new(_a, _b);
        _b.OnlyCounts = true;
        byte[] share = new byte[730];
        Relay(pair, share, 400);
        long allocated = Relay(pair, share, 300);
        Assert.Equal(700, _b.Count);
        Assert.Equal(0, allocated);
    }

    /// <summary>Bytes allocated by sessions and link; a held clock allocates when it is moved.</summary>
    private long Relay(PeerPair pair, byte[] share, int count)
    {
        long allocated = 0;
        for (int i = 0; i < count; i++)
        {
            _time.Advance(40); // within the rate, and before silence
            long before = GC.GetAllocatedBytesForCurrentThread();
            _a.Open[0].Send(PeerMessage.Share, share);
            pair.Pump();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated;
    }

    private void Tick(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _time.Advance(1);
            _a.Sessions.Tick();
        }
    }

    private static Hash256 Contexts(PeerPair pair) => pair.One.Session.Context;
}
