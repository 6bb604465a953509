using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A share that is asked for, from one peer at a time, and who was asked already.</summary>
/// <param name="Id">Of the share.</param>
/// <param name="IsNeeded">
/// A share with proof of work names it, so that anybody may be asked; else only those who announced it, because to
/// announce costs nothing.
/// </param>
internal sealed record WantedShare(Hash256 Id, bool IsNeeded)
{
    /// <summary>Peers asked for one share; who makes one up costs no more than these questions.</summary>
    public const int PeersMax = 4;

    private readonly List<long> _asked = [];

    public bool IsHopeless => _asked.Count == PeersMax;

    public bool WasAsked(long peer) => _asked.Contains(peer);

    public void OnAsked(long peer) => _asked.Add(peer);
}
