namespace Otedama.Pool;

/// <summary>Why the guard refused a connection or shut an address out.</summary>
public enum GuardRule : byte
{
    /// <summary>The address is shut out for misbehaviour.</summary>
    Banned,

    /// <summary>The address has its share of the connections.</summary>
    AddressShare,

    /// <summary>The network of the address has its share of the connections.</summary>
    NetworkShare,

    /// <summary>The address has as many connections that did not log in as it may.</summary>
    NotLoggedIn,

    /// <summary>The address connects too often.</summary>
    AddressRate,

    /// <summary>The network of the address connects too often.</summary>
    NetworkRate,

    /// <summary>Points of misbehaviour led to a ban.</summary>
    Misbehaved,

    /// <summary>Invalid shares led to a ban.</summary>
    InvalidShares,
}
