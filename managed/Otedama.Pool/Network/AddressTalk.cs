using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What one peer told of addresses and was told. Under the lock of its <see cref="AddressDesk"/>.</summary>
internal sealed class AddressTalk
{
    /// <summary>It takes part: one that never asked nor told may be a link that is for shares only.</summary>
    public bool IsOpen { get; set; }

    /// <summary>It asked, and was answered. Once is all it gets.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Entries it gave as answers.</summary>
    public int Given { get; set; }

    /// <summary>What it is told next.</summary>
    public List<PeerAddrEntry> Waiting { get; } = [];

    /// <summary>Until it may be told more.</summary>
    public Pause Rest { get; set; }

    /// <summary>Where this node is, as it was last told, and until it is told again.</summary>
    public (PeerEndpoint Place, Pause Lasts) Own { get; set; }
}
