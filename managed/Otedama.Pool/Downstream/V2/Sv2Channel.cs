using Otedama.Core;

namespace Otedama.Pool;

/// <summary>One channel of a connection: a worker with extranonce space and a target of its own.</summary>
public sealed class Sv2Channel
{
    internal Sv2Channel(uint id, uint group, Sv2OpenRequest request, Sv2Grant grant)
    {
        (Id, Group, IsStandard, Identity) = (id, group, request.IsStandard, request.Identity);
        (Prefix, Target, ExtranonceSize) = (grant.Prefix, grant.Target, request.ExtranonceSize);
    }

    public uint Id { get; }

    /// <summary>The group it is a member of: channels of one group have coinbases of one length.</summary>
    public uint Group { get; }

    /// <summary>The device hashes headers only: the whole extranonce is in the prefix.</summary>
    public bool IsStandard { get; }

    public string Identity { get; }

    /// <summary>Bytes the client rolls; 0 on a standard channel.</summary>
    public int ExtranonceSize { get; }

    /// <summary>Bytes before the client's own, as sent.</summary>
    public byte[] Prefix { get; }

    /// <summary>Of jobs sent from now on.</summary>
    public Target Target { get; internal set; }

    /// <summary>Shares that were accepted and not yet told.</summary>
    public Sv2ShareBatch Batch { get; } = new();
}
