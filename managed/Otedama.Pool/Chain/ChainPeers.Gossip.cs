using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>How shares go round: pushed to all, or above the budget to some and announced to the others.</summary>
public sealed partial class ChainPeers
{
    /// <summary>What was announced may be pushed within, by those who were asked to.</summary>
    private static readonly TimeSpan s_eagerFirst = TimeSpan.FromMilliseconds(150);

    private long NowSeconds => (long)_time.GetElapsedTime(0).TotalSeconds;

    /// <summary>Under the gate: to a peer that does not have it.</summary>
    private void Pass(ChainLink link, ChainShare share)
    {
        if (!_gossip.IsHybrid || link.WantsEager)
        {
            link.Peer.Send(PeerMessage.Share, share.Bytes.Span);
            return;
        }
        Span<byte> body = stackalloc byte[PeerBody.KindIdBytes];
        new PeerInv(PeerInvKind.Share, share.Id).Write(body);
        link.Peer.Send(PeerMessage.Inv, body);
    }

    /// <summary>Under the gate: in hybrid mode somebody is asked to be eager; the TIPs that say so follow.</summary>
    private void ChooseEager()
    {
        _gossip.Look(NowSeconds);
        if (_gossip.IsHybrid)
        {
            _eager.Choose(_links.Values);
        }
        else
        {
            EagerPeers.Forget(_links.Values);
        }
    }

    /// <summary>Under the gate: asks for announced shares whose time has come.</summary>
    private void AskAnnounced()
    {
        foreach ((long peer, WantedShare wanted) in _announcedShares.TakeDue())
        {
            if (_links.TryGetValue(peer, out ChainLink? link))
            {
                Ask(link, [wanted], isMore: true);
            }
        }
    }

    /// <summary>Who was to push this one, and has not.</summary>
    private ChainLink[] EagerWithout(Hash256 id)
    {
        lock (_gate)
        {
            return [.. _links.Values.Where(link => link.IsEager && !link.Known.Contains(id))];
        }
    }

    /// <summary>A good share came: who pushed it kept his word, and who should have was late.</summary>
    private void Judge(ChainLink link, bool isPushed, ChainLink[] late)
    {
        lock (_gate)
        {
            link.Late = isPushed ? 0 : link.Late;
            Array.ForEach(late, _eager.OnLate);
        }
    }
}
