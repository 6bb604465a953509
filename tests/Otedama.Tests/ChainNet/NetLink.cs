using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>Whoever is at one end of a link.</summary>
internal abstract class NetActor(NetSim sim, int number)
{
    public int Number { get; } = number;

    public abstract bool IsHonest { get; }

    public NetSim Sim { get; } = sim;

    public List<NetPeer> Peers { get; } = [];

    /// <summary>What it says first.</summary>
    public abstract PeerTip Tip { get; }

    public abstract void OnJoined(NetPeer peer);

    public abstract void OnLeft(NetPeer peer);

    public abstract void OnFrame(NetPeer peer, PeerMessageRule rule, uint correlation, byte[] body);
}

/// <summary>Two ends of a connection: bytes come in order, after the latency and no faster than the line.</summary>
internal sealed class NetLink
{
    private readonly NetSim _sim;

    public NetLink(NetSim sim, NetActor from, NetActor to, TimeSpan latency, double bytesPerSecond)
    {
        _sim = sim;
        (Latency, BytesPerSecond) = (latency, bytesPerSecond);
        One = new NetPeer(this, from, to, isOutbound: true);
        Other = new NetPeer(this, to, from, isOutbound: false);
        (One.Back, Other.Back) = (Other, One);
    }

    public NetPeer One { get; }

    public NetPeer Other { get; }

    public TimeSpan Latency { get; }

    public double BytesPerSecond { get; }

    public bool IsCut { get; private set; }

    public void Cut()
    {
        if (IsCut)
        {
            return;
        }
        IsCut = true;
        foreach (NetPeer end in (NetPeer[])[One, Other])
        {
            _sim.Schedule.After(TimeSpan.Zero, _sim.Life, () =>
            {
                if (end.Owner.Peers.Remove(end))
                {
                    end.Owner.OnLeft(end);
                }
            });
        }
    }
}

/// <summary>One end: the other node as this one sees it.</summary>
internal sealed class NetPeer : IChainPeer
{
    /// <summary>What p2p.md 4.5 lets wait for one peer, and from when bulk is refused.</summary>
    private const int QueueBytesMax = 8 << 20, BulkBytesMax = 4 << 20;

    private static long s_numbers;
    private readonly PeerRates _rates;
    private readonly HashSet<uint> _asked = [];
    private long _freeAt;
    private int _queued;
    private uint _questions;

    public NetPeer(NetLink link, NetActor owner, NetActor remote, bool isOutbound)
    {
        (Link, Owner, Remote, IsOutbound) = (link, owner, remote, isOutbound);
        Number = Interlocked.Increment(ref s_numbers);
        PeerTip tip = remote.Tip;
        Hello = new PeerHello
        {
            Nonce = Hash256.Zero,
            ChainProof = Hash256.Zero,
            Observed = default,
            TipId = tip.Id,
            TipHeight = tip.Height,
            TipWork = tip.Work,
            UserAgent = "net",
        };
        _rates = new PeerRates(NowMs, shareUnit: 1);
    }

    public NetLink Link { get; }

    public NetActor Owner { get; }

    public NetActor Remote { get; }

    public NetPeer Back { get; set; } = null!;

    public long Number { get; }

    public string Name => $"node {Remote.Number}";

    public bool IsOutbound { get; }

    public TimeSpan? RoundTrip => 2 * Link.Latency;

    public PeerHello Hello { get; }

    private NetSim Sim => Owner.Sim;

    private long NowMs => Owner.Sim.Schedule.Now / TimeSpan.TicksPerMillisecond;

    public bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0)
    {
        PeerMessageRule rule = PeerMessageRule.Of(message)!;
        int bytes = PeerFrame.HeaderBytes + body.Length;
        if (_queued + bytes > (rule.Priority == PeerPriority.Bulk ? BulkBytesMax : QueueBytesMax))
        {
            return false;
        }
        if (Link.IsCut)
        {
            return true; // nobody knows yet
        }
        Sim.Audit.OnSent(Owner, message, body);
        _queued += bytes;
        byte[] copy = body.ToArray();
        long sent = Math.Max(Sim.Schedule.Now, _freeAt) + (long)(bytes / Link.BytesPerSecond * TimeSpan.TicksPerSecond);
        _freeAt = sent;
        Sim.Schedule.At(sent + Link.Latency.Ticks, Sim.Life, () =>
        {
            _queued -= bytes;
            Back.Receive(rule, correlation, copy);
        });
        return true;
    }

    public uint Ask(PeerMessage message, ReadOnlySpan<byte> body)
    {
        uint number = ++_questions;
        _asked.Add(number);
        return Send(message, body, number) ? number : 0;
    }

    public void Answered(uint number) => _asked.Remove(number);

    public void Blame(PeerOffence offence, string detail) => Sim.OnBlamed(this, offence, detail);

    /// <summary>As a session: the body's check, the rates, and answers to questions only.</summary>
    private void Receive(PeerMessageRule rule, uint correlation, byte[] body)
    {
        if (Link.IsCut)
        {
            return;
        }
        PeerFrame frame = new(rule, correlation, body);
        if (body.Length < rule.BytesMin || body.Length > rule.BytesMax || PeerBody.Check(frame) != PeerFault.None)
        {
            Blame(PeerOffence.BadFrame, $"{rule.Name} of {body.Length} bytes");
            return;
        }
        bool isAnswer = correlation != 0 && rule.Message is PeerMessage.NotFound or PeerMessage.Share or PeerMessage.Shares or PeerMessage.Chain;
        if (isAnswer && correlation != 0)
        {
            if (!_asked.Contains(correlation))
            {
                Blame(PeerOffence.Unsolicited, rule.Name);
                return;
            }
        }
        else if (_rates.Charge(rule, rule.Message == PeerMessage.Inv ? PeerBody.Entries(frame) : 1, NowMs) > 0)
        {
            Blame(PeerOffence.OverRateLimit, rule.Name);
            return;
        }
        Owner.OnFrame(this, rule, correlation, body);
    }
}
