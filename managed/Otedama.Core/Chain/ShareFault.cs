namespace Otedama.Core;

/// <summary>Why a share is refused.</summary>
/// <param name="Step">Number of the first failing step of the validation order, 1 to 12.</param>
/// <param name="Reason">A sentence without its full stop: what is wrong, the value, what is allowed.</param>
public sealed record ShareFault(int Step, string Reason)
{
    /// <summary>Bytes that are no share.</summary>
    public const int Bytes = 1;

    /// <summary>A share that is known already.</summary>
    public const int Known = 2;

    /// <summary>Fields that no share of this chain can have.</summary>
    public const int Fields = 4;

    /// <summary>The proof of work is of something else than these fields.</summary>
    public const int Link = 7;

    /// <summary>The hash misses the target.</summary>
    public const int CheapProof = 8;

    /// <summary>The hash was not come by honestly.</summary>
    public const int FullProof = 9;

    /// <summary>Parent or uncle are not there; not the share's fault where the chain is not complete.</summary>
    public const int Orphan = 10;

    /// <summary>Contradicts its parent or its uncles.</summary>
    public const int Context = 11;

    /// <summary>Its coinbase pays somebody else than the chain says.</summary>
    public const int Payout = 12;

    public override string ToString() => $"step {Step}: {Reason}";
}
