using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What our address is, by what those we asked say: one voice for each provider (/16, IPv6: /32).</summary>
internal sealed class AddressVotes
{
    private const int VotersMax = 64;
    private const int AgreeingMin = 4;
    private const double PartMin = 0.6;

    private readonly Dictionary<AddressBlock, PeerEndpoint> _votes = [];
    private readonly Queue<AddressBlock> _order = new();

    /// <summary>
    /// Returns the address, with port 0, that four and more than 60 % of the voters agree on; null while they do
    /// not.
    /// </summary>
    public PeerEndpoint? Cast(PeerEndpoint voter, PeerEndpoint seen)
    {
        if (!_votes.ContainsKey(voter.Provider))
        {
            _order.Enqueue(voter.Provider);
            if (_order.Count > VotersMax)
            {
                _votes.Remove(_order.Dequeue());
            }
        }
        PeerEndpoint address = seen with { Port = 0 };
        _votes[voter.Provider] = address;
        int agreeing = _votes.Values.Count(vote => vote == address);
        return agreeing >= AgreeingMin && agreeing > PartMin * _votes.Count ? address : null;
    }
}
