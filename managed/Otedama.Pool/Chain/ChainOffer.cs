using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What one peer says it has, and how it kept its word. Under the gate of ChainSync.</summary>
internal sealed class ChainOffer(IChainPeer peer)
{
    /// <summary>A peer that led nowhere rests twice as long each time.</summary>
    private static readonly TimeSpan s_firstRest = TimeSpan.FromSeconds(30);

    private const int DoublingsMax = 7;

    private Pause _rest;

    public IChainPeer Peer { get; } = peer;

    public PeerTip Tip { get; set; }

    /// <summary>What is pushed may fill the gap until this is over.</summary>
    public Pause Grace { get; set; }

    /// <summary>Fetches in a row that it did not see through.</summary>
    public int Failures { get; private set; }

    public bool Rests(TimeProvider time) => _rest.Left(time) > TimeSpan.Zero;

    public void OnFailed(TimeProvider time)
    {
        _rest = Pause.Begin(time, s_firstRest * (1 << Math.Min(Failures, DoublingsMax)));
        Failures++;
    }

    public void OnGood() => (Failures, _rest) = (0, default);
}
